import type { AuditAction } from '../accounts/index.ts';
import { BacklotError } from '../std/index.ts';
import { onlyAdmins } from './access.ts';
import type { ApiContext } from './context.ts';
import { operationOf } from './operation.ts';
import type { StoredBackup } from './operation.ts';
import { notFound, ProblemError } from './problem.ts';
import { json, nothing } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { needProof } from './session.ts';

/** `GET /api/backups`: those in the data folder, the newest first, and what is under way. */
export async function listBackups(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyAdmins(context, call);
  return await backupsAnswer(context, 200);
}

/** `POST /api/backups`: begins one. 202; what becomes of it is told by `GET /api/backups`. */
export async function beginBackup(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyAdmins(context, call);
  const { backups, restore } = operationOf(context);
  if (restore.state().state === 'running') throw isRunning();
  begin(() => backups.start());
  await record(context, call, 'backup.started');
  return await backupsAnswer(context, 202);
}

/** `GET /api/backups/NAME`: the archive, to be saved. It holds everything, so the password was to be given again. */
export async function downloadBackup(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { name, file, bytes } = await namedBackup(context, call);
  // Whoever only asks whether they may have it has not got it.
  if (call.request.method !== 'HEAD') await record(context, call, 'backup.downloaded', name);
  const headers = {
    'content-type': 'application/gzip',
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  };
  return { status: 200, headers, body: { diskPath: file, size: bytes } };
}

/** `DELETE /api/backups/NAME` */
export async function removeBackup(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const { name } = await namedBackup(context, call);
  if (!(await operationOf(context).backups.remove(name))) throw noBackup();
  await record(context, call, 'backup.removed', name);
  return nothing();
}

/** `POST /api/backups/NAME/restore`: begins to go back to it. 202; what becomes of it is told by `GET /api/backups`. */
export async function restoreBackup(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const backup = await namedBackup(context, call);
  const { backups, restore } = operationOf(context);
  if (backups.state().state === 'running') throw isRunning();
  begin(() => restore.start(backup, call.actor));
  return await backupsAnswer(context, 202);
}

/** The backup that a call names, for an admin who has given the password again. */
async function namedBackup(context: ApiContext, call: Call): Promise<StoredBackup> {
  await onlyAdmins(context, call);
  needProof(call);
  const kept = await operationOf(context).backups.list();
  const found = kept.find(({ name }) => name === call.parameters['name']);
  if (!found) throw noBackup();
  return found;
}

function begin(start: () => unknown): void {
  try {
    start();
  } catch (error) {
    throw error instanceof BacklotError && error.code === 'server/backup-running' ? isRunning() : error;
  }
}

function isRunning(): ProblemError {
  return new ProblemError(409, {
    code: 'running',
    detail: 'A backup is being made or restored; wait until it is done.',
  });
}

function noBackup(): ProblemError {
  return notFound('There is no such backup.');
}

async function backupsAnswer(context: ApiContext, status: number): Promise<ApiAnswer> {
  const { backups, restore } = operationOf(context);
  const kept = (await backups.list()).map(({ name, kind, takenMs, bytes }) => {
    return { name, kind, takenAt: new Date(takenMs).toISOString(), size: bytes };
  });
  return json(status, { backups: kept, backup: backupJson(backups.state()), restore: restore.state() });
}

/** Without what only the operator should know: where files are. */
function backupJson({ state, ...more }: { readonly state: string }): unknown {
  const progress: unknown = Reflect.get(more, 'progress');
  const { code, message } = { code: Reflect.get(more, 'code'), message: Reflect.get(more, 'message') };
  return { state, ...Object(progress), ...(state === 'failed' && { code, message }) };
}

async function record({ accounts }: ApiContext, call: Call, action: AuditAction, name?: string): Promise<void> {
  const { actor, request } = call;
  const detail = name === undefined ? {} : { detail: { backup: name } };
  await accounts.audit.record({ actor, action, address: request.address, ...detail });
}
