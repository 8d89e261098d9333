import type { Writable } from 'node:stream';
import type { Log } from '../std/index.ts';

/** A log of one line of JSON each (RFC 8259), for whoever keeps the server's standard error. */
export function operatorLog(out: Writable, now: () => number): Log {
  const write = (level: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    const time = new Date(now()).toISOString();
    out.write(`${JSON.stringify({ time, level, message, ...plain(fields) })}\n`);
  };
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}

/** Errors are written with their stack and causes: JSON alone would drop them. */
function plain(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? describe(value) : value]),
  );
}

function describe(error: Error): Record<string, unknown> {
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: describe(error.cause) } : {};
  return { ...code, stack: error.stack, ...cause };
}
