import type { Actor } from '../tables/index.ts';
import type { SignedIn } from '../accounts/index.ts';

/** A request as the server hands it over, body unread. Host and origin have been checked. */
export interface ApiRequest {
  /** Names the request in the log, and in the answer when it fails. */
  readonly id: string;
  readonly method: string;
  /** Below the API's own path, still percent-encoded: `/dish/0198…`. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Names in lower case, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** May throw a `TimeoutError`, and what the connection died of. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The visitor's address; those that count as one are written as one. */
  readonly address: string;
}

/** A file on disk as the body of an answer. */
export interface ApiFile {
  readonly diskPath: string;
  readonly size: number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ApiFile;
}

/** A request on its way to a resource. */
export interface Call {
  readonly request: ApiRequest;
  /** Undefined for visitors. */
  readonly who: SignedIn | undefined;
  readonly actor: Actor;
  /** What stood for `:table`, `:id` and so on in the path. */
  readonly parameters: Readonly<Record<string, string>>;
}

export function headerOf(request: ApiRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Answers with JSON (RFC 8259). */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: `${JSON.stringify(body)}\n`,
  };
}

/** 202: it is begun. */
export function accepted(): ApiAnswer {
  return { status: 202, headers: { 'cache-control': 'no-store' }, body: '' };
}

/** 204. */
export function nothing(headers: Readonly<Record<string, string>> = {}): ApiAnswer {
  return { status: 204, headers: { 'cache-control': 'no-store', ...headers }, body: '' };
}
