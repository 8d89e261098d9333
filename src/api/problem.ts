import type { ApiAnswer } from './request.ts';

// An `import` would also run the getters of what else the module has (WebSocket and its kind): 20 ms and 14 MB.
const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** What is wrong with one field of a body, or one parameter of a query. */
export interface FieldProblem {
  readonly field: string;
  /** Stable: `required`, `type`, `unknown`, `max`, … */
  readonly code: string;
  readonly message: string;
}

export interface ProblemDetails {
  /** Stable, for programs: `invalid`, `version`, `sign-in`. */
  readonly code: string;
  /** For people: what is wrong and what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  /** Extension members. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Problem details (RFC 9457). The status says the kind (`about:blank`); `code` says which. */
export function problem(status: number, details: ProblemDetails): ApiAnswer {
  const { code, detail, errors, more, headers } = details;
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
    ...(errors && { errors }),
    ...more,
  };
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    body: `${JSON.stringify(body)}\n`,
  };
}

/** Carries a problem out of the depth of a handler. */
export class ProblemError extends Error {
  readonly answer: ApiAnswer;

  constructor(status: number, details: ProblemDetails) {
    super(details.detail);
    this.answer = problem(status, details);
  }
}

export function notFound(detail = 'There is nothing at this address.'): ProblemError {
  return new ProblemError(404, { code: 'not-found', detail });
}

/** 422: the fields say what is wrong, and what is wrong with the whole, which has no field, the detail. */
export function invalid(errors: readonly FieldProblem[]): ProblemError {
  const detail = errors.map(({ message }) => message).join(' ');
  return new ProblemError(422, { code: 'invalid', detail, errors: errors.filter(({ field }) => field !== '') });
}

/** 429, with the seconds to wait. */
export function waitProblem(waitMs: number): ProblemError {
  const seconds = Math.ceil(waitMs / 1000);
  return new ProblemError(429, {
    code: 'wait',
    detail: `That was too often. Try again in ${seconds === 1 ? 'one second' : `${seconds} seconds`}.`,
    headers: { 'retry-after': String(seconds) },
  });
}
