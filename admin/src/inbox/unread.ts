import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { useSchema } from '../schema/schema.ts';
import { readStored, writeStored } from '../storage.ts';
import type { Submission } from './merge.ts';
import { readSubmissions, submissionTables } from './submissions.ts';

/*
 * What has been read is remembered by this browser: a time before which all is read, and what differs from that.
 */
interface Marks {
  readonly readBefore: string;
  readonly read: readonly string[];
  readonly unread: readonly string[];
}

const KEY = 'read';
const REMEMBERED_MAX = 4000;
/** How often new messages are looked for while the page is open. */
const LOOK_MS = 60_000;

let marks = load();
const listeners = new Set<() => void>();

function load(): Marks {
  const stored = readStored(KEY);
  const { readBefore = '', read = [], unread = [] } = (stored ?? {}) as Partial<Marks>;
  return { readBefore, read, unread };
}

function change(next: Marks): void {
  marks = next;
  writeStored(KEY, marks);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const onStorage = (): void => {
    marks = load();
    listener();
  };
  listeners.add(listener);
  addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', onStorage);
  };
}

export function isUnread({ row, at }: Submission, known: Marks): boolean {
  if (known.unread.includes(row.id)) return true;
  return at > known.readBefore && !known.read.includes(row.id);
}

export function markRead(id: string): void {
  if (marks.read.includes(id) && !marks.unread.includes(id)) return;
  change({
    ...marks,
    read: [id, ...marks.read.filter((each) => each !== id)].slice(0, REMEMBERED_MAX),
    unread: marks.unread.filter((each) => each !== id),
  });
}

export function markUnread(id: string): void {
  change({
    ...marks,
    read: marks.read.filter((each) => each !== id),
    unread: [id, ...marks.unread.filter((each) => each !== id)].slice(0, REMEMBERED_MAX),
  });
}

/** Everything up to this instant. */
export function markAllRead(instant: string): void {
  change({ readBefore: instant, read: [], unread: [] });
}

export function useMarks(): Marks {
  return useSyncExternalStore(subscribe, () => marks);
}

/** The newest submissions, looked for again and again. */
function useRecent(): UseQueryResult<readonly Submission[]> {
  const tables = submissionTables(useSchema().data);
  return useQuery({
    queryKey: ['inbox', 'recent', tables.map(({ name }) => name)],
    queryFn: async ({ signal }) => (await readSubmissions(tables, {}, { signal })).submissions,
    enabled: tables.length > 0,
    refetchInterval: LOOK_MS,
  });
}

export function useUnreadCount(): number {
  const known = useMarks();
  return (useRecent().data ?? []).filter((each) => isUnread(each, known)).length;
}
