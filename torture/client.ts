import type { Operation } from './ledger.ts';
import { within } from './program.ts';

/** Who sends, and where to. */
export interface Client {
  readonly address: string;
  readonly cookie: string;
}

/** What a server said; undefined where the connection broke before that. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Readonly<Record<string, unknown>>;
}

/** One request. A connection that breaks gives undefined: nobody knows what became of it. */
export async function send(
  { address, cookie }: Client,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Reply | undefined> {
  const { body, headers = {} } = options;
  const isJson = body !== undefined && !(body instanceof FormData) && !(body instanceof URLSearchParams);
  try {
    const sent = fetch(address + path, {
      method,
      headers: { origin: address, cookie, ...(isJson ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as FormData) }),
      redirect: 'manual',
    });
    const response = await within(sent, `${method} ${path} got no answer`);
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const json: unknown = type.includes('json') ? JSON.parse(text) : {};
    return { status: response.status, headers: response.headers, json: json as Reply['json'] };
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError || isAborted(error)) return undefined;
    throw error;
  }
}

function isAborted(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'SocketError');
}

/** Sends a form as a browser does: with a file as multipart, else as the file says all the same. */
export async function postMessage(
  client: Client,
  fields: readonly (readonly [string, string])[],
  options: { readonly photo?: Uint8Array | undefined; readonly key?: string | undefined } = {},
): Promise<Reply | undefined> {
  const { photo, key } = options;
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  if (photo) body.append('photo', new Blob([new Uint8Array(photo)], { type: 'text/plain' }), 'file.txt');
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  return await send({ ...client, cookie: '' }, 'POST', '/contact', { body, headers });
}

/** What an answer to a write means for its operation. */
export function settle(
  operation: Operation,
  reply: Reply | undefined,
  options: { readonly accepted: number; readonly refusals?: readonly number[]; readonly surprises: string[] },
): boolean {
  if (!reply || reply.status === 503) {
    operation.outcome = { kind: 'unknown', ...(reply ? { status: reply.status } : {}) };
    return false;
  }
  if (reply.status !== options.accepted) {
    operation.outcome = reply.status < 500 ? { kind: 'refused', status: reply.status } : { kind: 'unknown' };
    if (options.refusals?.includes(reply.status) !== true) {
      const said = JSON.stringify(reply.json).slice(0, 300);
      options.surprises.push(`${operation.kind} ${operation.token} was answered ${reply.status} ${said}`);
    }
    return false;
  }
  const change = reply.headers.get('backlot-change');
  const { id, version } = reply.json;
  operation.outcome = {
    kind: 'acknowledged',
    ...(typeof id === 'string' ? { rowId: id } : {}),
    ...(typeof version === 'number' ? { version } : {}),
    ...(change === null ? {} : { change: Number(change) }),
  };
  return true;
}
