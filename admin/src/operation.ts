import { apiPath } from './config.ts';
import type { RowPage, SessionInfo, User } from './api-types.ts';
import { isProblem, Problem } from './problem.ts';
import { request } from './request.ts';

/*
 * Calls for looking after the site: users, sessions, mails, jobs, backups, the record. What concerns users and backups
 * may be answered 403 with the code `proof`: see withProof.
 */

/** `seenAt`: when they were here last; null for never. */
export interface SeenUser extends User {
  readonly seenAt: string | null;
}

export interface UserChanges {
  readonly email?: string;
  readonly name?: string;
  readonly password?: string;
  readonly roles?: readonly string[];
}

export async function listUsers(signal?: AbortSignal): Promise<readonly SeenUser[]> {
  return (await request<{ readonly users: readonly SeenUser[] }>('/users', { signal })).users;
}

export function addUser(user: UserChanges & { readonly email: string; readonly password: string }): Promise<SeenUser> {
  return request('/users', { method: 'POST', body: user });
}

export function changeUser(id: string, changes: UserChanges): Promise<SeenUser> {
  return request(`/users/${encodeURIComponent(id)}`, { method: 'PATCH', body: changes });
}

export async function removeUser(id: string): Promise<void> {
  await request(`/users/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** One's own, or as an admin everybody's. */
export async function listSessions(all: boolean, signal?: AbortSignal): Promise<readonly SessionInfo[]> {
  const query = new URLSearchParams(all ? { all: '' } : {});
  return (await request<{ readonly sessions: readonly SessionInfo[] }>('/sessions', { query, signal })).sessions;
}

export async function endSession(id: string): Promise<void> {
  await request(`/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Gives the password again. */
export async function prove(password: string): Promise<void> {
  await request('/session/proof', { method: 'POST', body: { password } });
}

export type MailState = 'waiting' | 'sent' | 'kept' | 'failed';

export interface Mail {
  readonly id: string;
  readonly state: MailState;
  readonly to: string;
  readonly subject: string;
  readonly error: string | null;
  readonly createdAt: string;
  readonly sentAt: string | null;
}

export interface MailPage {
  readonly mails: readonly Mail[];
  readonly next: string | null;
  /** A mail server is set. */
  readonly sends: boolean;
}

export interface FullMail extends Mail {
  readonly cc: string | null;
  readonly replyTo: string | null;
  readonly text: string;
  /** `TABLE/ID` */
  readonly about: string | null;
  readonly attempts: number | null;
  readonly nextAttemptAt: string | null;
  /** A mail server is set. */
  readonly sends: boolean;
}

const MAILS_AT_ONCE = '30';

export function listMails(
  asked: { readonly state?: MailState | undefined; readonly q?: string | undefined },
  after: string | null,
  signal?: AbortSignal,
): Promise<MailPage> {
  const query = new URLSearchParams({ sort: '-created_at', limit: MAILS_AT_ONCE });
  if (asked.state !== undefined) query.set('state', asked.state);
  if (asked.q !== undefined && asked.q !== '') query.set('q', asked.q);
  if (after !== null) query.set('_after', after);
  return request('/mails', { query, signal });
}

export function readMail(id: string, signal?: AbortSignal): Promise<FullMail> {
  return request(`/mails/${encodeURIComponent(id)}`, { signal });
}

export async function sendMail(id: string): Promise<void> {
  await request(`/mails/${encodeURIComponent(id)}/send`, { method: 'POST' });
}

export async function removeMail(id: string): Promise<void> {
  await request(`/mails/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The mail that it hands over. */
  readonly mail: string | null;
}

export async function listFailedJobs(signal?: AbortSignal): Promise<readonly Job[]> {
  return (await request<{ readonly jobs: readonly Job[] }>('/jobs', { signal })).jobs;
}

export async function retryJob(id: string): Promise<void> {
  await request(`/jobs/${encodeURIComponent(id)}/retry`, { method: 'POST' });
}

export async function removeJob(id: string): Promise<void> {
  await request(`/jobs/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

export interface Backup {
  readonly name: string;
  readonly kind: string;
  readonly takenAt: string;
  readonly size: number;
}

/** What is under way, or how the last one ended. */
export interface Progress<State extends string> {
  readonly state: State;
  readonly step?: string;
  readonly bytes?: number;
  readonly bytesTotal?: number;
  readonly code?: string;
  readonly message?: string;
}

export interface Backups {
  readonly backups: readonly Backup[];
  readonly backup: Progress<'none' | 'running' | 'made' | 'failed'>;
  readonly restore: Progress<'none' | 'running' | 'restored' | 'failed'> & {
    readonly name?: string;
    readonly takenMs?: number;
  };
}

export function readBackups(signal?: AbortSignal): Promise<Backups> {
  return request('/backups', { signal });
}

export function makeBackup(): Promise<Backups> {
  return request('/backups', { method: 'POST' });
}

export async function removeBackup(name: string): Promise<void> {
  await request(backupPath(name), { method: 'DELETE' });
}

export function restoreBackup(name: string): Promise<Backups> {
  return request(`${backupPath(name)}/restore`, { method: 'POST' });
}

/** Whether one may download it now: throws the problem that the download would meet. */
export async function askForBackup(name: string): Promise<string> {
  try {
    await request(backupPath(name), { method: 'HEAD' });
  } catch (error) {
    // An answer to HEAD has no body to say so.
    throw isProblem(error, 403) ? new Problem(403, '', { code: 'proof' }) : error;
  }
  return `${apiPath}${backupPath(name)}`;
}

function backupPath(name: string): string {
  return `/backups/${encodeURIComponent(name)}`;
}

const ENTRIES_AT_ONCE = '50';

/** Entries of the audit trail, the newest first. `query` narrows them, in the one query grammar. */
export function listRecord(
  narrow: Readonly<Record<string, string>>,
  after: string | null,
  signal?: AbortSignal,
): Promise<RowPage> {
  const query = new URLSearchParams({ sort: '-number', limit: ENTRIES_AT_ONCE, ...narrow });
  if (after !== null) query.set('_after', after);
  return request('/tables/_audit', { query, signal });
}
