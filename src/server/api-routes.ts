import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { openAccounts } from '../accounts/index.ts';
import type { Accounts } from '../accounts/index.ts';
import { apiHandler } from '../api/index.ts';
import type { ApiAnswer, ApiFile, ApiRequest, Operation } from '../api/index.ts';
import type { FileStore } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import type { Clock, Log, Random } from '../std/index.ts';
import type { Actor } from '../tables/index.ts';
import type { HttpTimeouts } from './http-server.ts';
import type { OpenData } from './open-data.ts';
import { mayWrite } from './origin.ts';
import { addressGroup } from './post-limits.ts';
import { bodyOf } from './request-body.ts';
import { sendText } from './respond.ts';
import type { Settings } from './settings.ts';
import { headerOf, targetOf } from './site-request.ts';
import type { SiteRequest } from './site-request.ts';

export interface OpenApiOptions {
  readonly settings: Settings;
  readonly data: Pick<OpenData, 'tables'>;
  readonly files: FileStore;
  /** The folder as it is served at the moment. */
  readonly site: () => Site;
  readonly operation: Operation;
  readonly timeouts: Pick<HttpTimeouts, 'bodyMs' | 'uploadMs'>;
  readonly boundHost: string;
  /** Headers that every answer carries. */
  readonly common: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Accounts and the API, as the server needs them. */
export interface OpenApi {
  /** Answers everything under the API's path. */
  readonly answer: (asked: SiteRequest) => Promise<void>;
  readonly actorOf: (cookieHeader: string | undefined) => Promise<Actor>;
  readonly accounts: Accounts;
  /** A one-time link that makes the first admin; undefined when there is one. */
  readonly setupLink: (address: string) => Promise<string | undefined>;
  /** To be called before the tables are closed. */
  readonly close: () => Promise<void>;
}

export function openApi(options: OpenApiOptions): OpenApi {
  const { settings, data, files, site, operation, clock, random, log, common } = options;
  const { tables } = data;
  const secure = 'strict-transport-security' in common;
  const limits = settings.rateLimit === 'on' ? {} : { signInsPerMinute: Infinity };
  const accounts = openAccounts({ tables, clock, random, log, secure, ...limits });
  const path = settings.apiPath;
  const handle = apiHandler({ tables, accounts, files, site, operation, clock, log, path, limits: settings });
  return {
    answer: apiRoutes(options, handle),
    actorOf: (cookieHeader) => accounts.actorOf(cookieHeader),
    accounts,
    setupLink: (address) => setupLink(accounts, `${settings.origin[0] ?? address}${settings.adminPath}`, log),
    close: () => accounts.close(),
  };
}

async function setupLink({ setup }: Accounts, admin: string, log: Log): Promise<string | undefined> {
  try {
    const token = await setup.token();
    // After the `#`, which no server and no log is sent.
    return token && `${admin}/setup#${token}`;
  } catch (error) {
    // The site is served whether or not anybody can be made its admin just now.
    log.error('The link for the first admin could not be made.', { error });
    return undefined;
  }
}

type ApiRoutesOptions = Pick<OpenApiOptions, 'settings' | 'timeouts' | 'boundHost' | 'common'>;

/** Hands requests under the API's path to the API, once the cross-origin rule has let them pass. */
function apiRoutes(
  options: ApiRoutesOptions,
  handle: (request: ApiRequest) => Promise<ApiAnswer>,
): (asked: SiteRequest) => Promise<void> {
  const { common } = options;
  return async (asked) => {
    const answer = refusalOf(options, asked) ?? (await handle(apiRequest(options, asked)));
    const headers = { ...common, ...answer.headers };
    if (typeof answer.body === 'string') sendText(asked.request, asked.response, answer.status, answer.body, headers);
    else await sendFile(asked, answer.status, headers, answer.body);
  };
}

/** Why a request is answered before its body is read: it comes from another site, or its body is packed. */
function refusalOf({ settings, boundHost }: ApiRoutesOptions, { request }: SiteRequest): ApiAnswer | undefined {
  const { method, headers } = request;
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return undefined;
  const hasSession = /(?:^|;\s*)(?:__Host-)?backlot_session=/.test(headers.cookie ?? '');
  if (!mayWrite(headers, { origins: settings.origin, boundHost, hasSession })) {
    return refusal(403, 'Forbidden', 'origin', 'This request was sent from another site.');
  }
  const coding = headers['content-encoding'];
  if (coding === undefined || coding === 'identity') return undefined;
  return refusal(415, 'Unsupported Media Type', 'encoding', 'Send the body without Content-Encoding.');
}

function refusal(status: number, title: string, code: string, detail: string): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: `${JSON.stringify({ type: 'about:blank', title, status, code, detail })}\n`,
  };
}

function apiRequest({ settings, timeouts }: ApiRoutesOptions, asked: SiteRequest): ApiRequest {
  const { id, request, response, address } = asked;
  const { pathname, search } = targetOf(request);
  const hasFiles = headerOf(request, 'content-type')?.toLowerCase().startsWith('multipart/') === true;
  return {
    id,
    method: request.method ?? 'GET',
    path: pathname.slice(settings.apiPath.length),
    query: search.slice(1),
    headers: request.headers,
    body: bodyOf(request, response, hasFiles ? timeouts.uploadMs : timeouts.bodyMs),
    address: addressGroup(address),
  };
}

async function sendFile(
  { request, response }: SiteRequest,
  status: number,
  headers: Readonly<Record<string, string>>,
  { diskPath, size }: ApiFile,
): Promise<void> {
  response.writeHead(status, { ...headers, 'content-length': size });
  if (request.method === 'HEAD') response.end();
  else await stream(diskPath, response);
}

async function stream(diskPath: string, response: ServerResponse): Promise<void> {
  try {
    await pipeline(createReadStream(diskPath), response);
  } catch {
    // The client went away, or the file was removed meanwhile: what was promised cannot be sent any more.
    response.destroy();
  }
}
