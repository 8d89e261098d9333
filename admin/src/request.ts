import { apiPath } from './config.ts';
import { Problem } from './problem.ts';
import type { FieldProblem } from './problem.ts';
import type { Row } from './api-types.ts';

export interface RequestOptions {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE';
  readonly query?: URLSearchParams | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The version that was read: somebody else's later change is not overwritten. */
  readonly version?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the API. `path` is below its own path and encoded already: `/session`. Gives the answer's JSON, null where there
 * is none. Throws {@link Problem} for everything that is no success.
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return (await send(path, options)).json as T;
}

/** The same, with the answer's headers. */
export async function send(
  path: string,
  options: RequestOptions = {},
): Promise<{ readonly json: unknown; readonly headers: Headers }> {
  const { method = 'GET', query, body, version, signal } = options;
  const headers = new Headers({ accept: 'application/json' });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (version !== undefined) headers.set('if-match', `"${version}"`);
  const search = query && query.size > 0 ? `?${formatQuery(query)}` : '';
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(`${apiPath}${path}${search}`, {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    text = await answer.text();
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new Problem(0, 'The server cannot be reached.', { cause: error });
  }
  const json = text === '' ? null : parse(text);
  if (answer.ok && json !== undefined) return { json, headers: answer.headers };
  throw problemOf(answer, json);
}

/** A name without a value is written bare, as the query grammar wants it: `name=` would be no condition. */
function formatQuery(query: URLSearchParams): string {
  return query.toString().replaceAll(/=(?=&|$)/g, '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an answer that is no success says. */
export function problemOf(answer: Response, json: unknown): Problem {
  const details = isRecord(json) ? json : {};
  const wait = Number(answer.headers.get('retry-after') ?? NaN);
  const message = text(details['detail']) ?? text(details['title']) ?? answer.statusText;
  return new Problem(answer.status, message, {
    code: text(details['code']) ?? '',
    fields: fieldsOf(details['errors']),
    current: isRecord(details['current']) ? (details['current'] as Row) : undefined,
    waitSeconds: Number.isFinite(wait) ? wait : undefined,
  });
}

function fieldsOf(errors: unknown): readonly FieldProblem[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    if (!isRecord(error)) return [];
    const field = text(error['field']);
    const message = text(error['message']);
    return field === undefined || message === undefined ? [] : [{ field, code: text(error['code']) ?? '', message }];
  });
}

function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function text(json: unknown): string | undefined {
  return typeof json === 'string' && json !== '' ? json : undefined;
}
