import type { Reading } from '../api-types.ts';
import type { Submission } from './merge.ts';

export function isUnread({ row, at }: Submission, { readBefore, read, unread }: Reading): boolean {
  if (unread.includes(row.id)) return true;
  return (readBefore === null || at > readBefore) && !read.includes(row.id);
}

/** What has been read once these marks are made, as the server will answer. */
export function withMarks(before: Reading, { read = [], unread = [], readBefore }: Partial<Reading>): Reading {
  const start = readBefore === undefined ? before : { readBefore, read: [], unread: [] };
  return {
    readBefore: start.readBefore,
    read: [...new Set([...read, ...start.read])].filter((id) => !unread.includes(id)),
    unread: [...new Set([...unread, ...start.unread])].filter((id) => !read.includes(id)),
  };
}
