import { BacklotError, boundedCache } from '../std/index.ts';
import type { Actor } from '../tables/index.ts';
import { accessRules } from './access.ts';
import { beginBackup, downloadBackup, listBackups, removeBackup, restoreBackup } from './backups.ts';
import type { ApiContext, ApiOptions } from './context.ts';
import { downloadFile, uploadFiles } from './files.ts';
import { listChanges } from './changes.ts';
import { readHistory, undoChange } from './history.ts';
import { listJobs, removeJob, retryJob } from './jobs.ts';
import { listMails, readMail, removeMail, sendMailAgain } from './mails.ts';
import { readOpenApi } from './openapi.ts';
import { problem, ProblemError } from './problem.ts';
import { changeReading, readReading } from './reading.ts';
import { headerOf } from './request.ts';
import type { ApiAnswer, ApiRequest, Call } from './request.ts';
import { findRoute } from './routes.ts';
import type { Method, Route } from './routes.ts';
import { moveRow } from './row-move.ts';
import { readDetached, readRow } from './row-read.ts';
import { createRow, deleteRow, deleteRows, updateRow } from './row-write.ts';
import { listRows } from './rows-list.ts';
import { readSchema } from './schema-answer.ts';
import { readSite } from './site-answer.ts';
import { createSession, endSession, listSessions, proveSession, readSession, revokeSession, setUp } from './session.ts';
import { releaseSpam } from './spam.ts';
import { readSummary } from './summary.ts';
import { addUser, changeUser, listUsers, readUser, removeUser } from './users.ts';

const visitor: Actor = { kind: 'visitor', id: 'visitor', roles: [] };
const DENIALS_MAX = 10_000;

/** Every resource, the particular before the general. */
const routes: readonly Route[] = [
  { path: 'session', methods: { GET: readSession, POST: createSession, DELETE: endSession } },
  { path: 'session/proof', methods: { POST: proveSession } },
  { path: 'sessions', methods: { GET: listSessions } },
  { path: 'sessions/:id', methods: { DELETE: revokeSession } },
  { path: 'setup', methods: { POST: setUp } },
  { path: 'users', methods: { GET: listUsers, POST: addUser } },
  { path: 'users/:id', methods: { GET: readUser, PATCH: changeUser, DELETE: removeUser } },
  { path: 'mails', methods: { GET: listMails } },
  { path: 'mails/:id', methods: { GET: readMail, DELETE: removeMail } },
  { path: 'mails/:id/send', methods: { POST: sendMailAgain } },
  { path: 'jobs', methods: { GET: listJobs } },
  { path: 'jobs/:id', methods: { DELETE: removeJob } },
  { path: 'jobs/:id/retry', methods: { POST: retryJob } },
  { path: 'backups', methods: { GET: listBackups, POST: beginBackup } },
  { path: 'backups/:name', methods: { GET: downloadBackup, DELETE: removeBackup } },
  { path: 'backups/:name/restore', methods: { POST: restoreBackup } },
  { path: 'files', methods: { POST: uploadFiles } },
  { path: 'files/:name', methods: { GET: downloadFile } },
  { path: 'schema', methods: { GET: readSchema } },
  { path: 'site', methods: { GET: readSite } },
  { path: 'openapi.json', methods: { GET: readOpenApi } },
  { path: 'changes', methods: { GET: listChanges } },
  { path: 'changes/:change/undo', methods: { POST: undoChange } },
  { path: 'summary', methods: { GET: readSummary } },
  { path: 'me/reading', methods: { GET: readReading, POST: changeReading } },
  { path: '_spam/:id/release', methods: { POST: releaseSpam } },
  // A table that is called like one of the above is reached here.
  ...tableRoutes('tables/:table'),
  ...tableRoutes(':table'),
];

function tableRoutes(path: string): readonly Route[] {
  return [
    { path, methods: { GET: listRows, POST: createRow, DELETE: deleteRows } },
    { path: `${path}/:id`, methods: { GET: readRow, PATCH: updateRow, DELETE: deleteRow } },
    { path: `${path}/:id/history`, methods: { GET: readHistory } },
    { path: `${path}/:id/detached`, methods: { GET: readDetached } },
    { path: `${path}/:id/move`, methods: { POST: moveRow } },
  ];
}

/**
 * Makes what answers requests for the API. It knows nothing of the server: it takes a request and gives an answer, and
 * never throws. HEAD is answered like GET; whoever sends it leaves the body out.
 */
export function apiHandler(options: ApiOptions): (request: ApiRequest) => Promise<ApiAnswer> {
  const context: ApiContext = {
    ...options,
    denials: boundedCache(DENIALS_MAX),
    rulesOf: accessRules(options.rules ?? []),
  };
  return async (request) => {
    try {
      return await answer(context, request);
    } catch (error) {
      return error instanceof ProblemError ? error.answer : failed(context, request, error);
    }
  };
}

async function answer(context: ApiContext, request: ApiRequest): Promise<ApiAnswer> {
  const found = findRoute(routes, request.path);
  if (!found) return problem(404, { code: 'not-found', detail: 'There is nothing at this address.' });
  const { route, parameters } = found;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const handler = isMethod(method) ? route.methods[method] : undefined;
  if (!handler) return otherMethod(route, method);
  return await handler(context, await callOf(context, request, parameters));
}

async function callOf({ accounts }: ApiContext, request: ApiRequest, parameters: Call['parameters']): Promise<Call> {
  const who = await accounts.sessions.find(headerOf(request, 'cookie'));
  return { request, who, actor: who?.actor ?? visitor, parameters };
}

function isMethod(method: string): method is Method {
  return method === 'GET' || method === 'POST' || method === 'PATCH' || method === 'DELETE';
}

function otherMethod({ methods }: Route, method: string): ApiAnswer {
  const allowed = Object.keys(methods).flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each]));
  const headers = { allow: [...allowed, 'OPTIONS'].join(', ') };
  if (method === 'OPTIONS') return { status: 204, headers, body: '' };
  return problem(405, { code: 'method', detail: `${method} is not for this address.`, headers });
}

/** What went wrong on our side: told in general, logged in detail under the request's id. */
function failed({ log }: ApiContext, { id, method, path }: ApiRequest, error: unknown): ApiAnswer {
  const more = { instance: `urn:uuid:${id}` };
  if (error instanceof BacklotError && error.code === 'accounts/busy') {
    return problem(503, { code: 'busy', detail: error.message, more, headers: { 'retry-after': '2' } });
  }
  log.error('a request failed', { id, method, path, error });
  if (error instanceof BacklotError && /^(?:database|files)\//.test(error.code)) {
    const detail = 'The data cannot be reached or written just now. Nothing was changed. Try again shortly.';
    return problem(503, { code: 'unavailable', detail, more, headers: { 'retry-after': '10', 'x-request-id': id } });
  }
  if (error instanceof BacklotError && error.code === 'tables/hook-failed') {
    const detail =
      'A part that this site adds has failed. Nothing was changed. The log says what, under the id that is given.';
    return problem(500, { code: 'hook', detail, more, headers: { 'x-request-id': id } });
  }
  const detail = 'Something went wrong here. The log says what, under the id that is given.';
  return problem(500, { code: 'failed', detail, more, headers: { 'x-request-id': id } });
}
