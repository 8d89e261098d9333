import type { Refusal } from './contract.ts';
import { DatabaseError } from './errors.ts';

/** What an error of `pg` says: fields of the server's message, or a code of the system for a lost connection. */
interface PostgresFields {
  readonly code: string;
  readonly detail: string;
  readonly column: string;
}

function fieldsOf(error: unknown): PostgresFields {
  const field = (name: string): string => {
    if (typeof error !== 'object' || error === null) return '';
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' ? value : '';
  };
  return { code: field('code'), detail: field('detail'), column: field('column') };
}

const reasons = new Map<string, Refusal['reason']>([
  ['23502', 'check'],
  ['23503', 'reference'],
  ['23001', 'reference'],
  ['23505', 'unique'],
  ['23P01', 'unique'],
  ['23514', 'check'],
]);

/** A broken constraint as a refusal of the change; `undefined` for everything else. SQLSTATE class 23. */
export function postgresRefusal(error: unknown, statement: number): Refusal | undefined {
  const { code, detail, column } = fieldsOf(error);
  const reason = reasons.get(code);
  if (!reason) return undefined;
  return { reason, statement, columns: column === '' ? keyColumns(detail) : [column] };
}

/** `Key (name, "a-b")=(…) already exists.` names the columns, in whatever language the server speaks. */
function keyColumns(detail: string): string[] {
  const match = /\((.+?)\)=\(/.exec(detail);
  if (!match) return [];
  const names = match[1]!.split(', ');
  // An index on an expression names that, which is no column.
  return names.some((name) => /[()]/.test(name)) ? [] : names.map((name) => name.replace(/^"(.*)"$/, '$1'));
}

/** The group may be tried again from its start: a serialisation failure or a deadlock. */
export function isTransient(error: unknown): boolean {
  return ['40001', '40P01'].includes(fieldsOf(error).code);
}

/** A prepared statement whose columns have changed since, after a migration (`cached plan must not change`). */
export function isStalePlan(error: unknown): boolean {
  return fieldsOf(error).code === '0A000' && error instanceof Error && error.message.includes('cached plan');
}

const lostCodes = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '25P04']);
const lostErrors = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/;
const lostMessages =
  /connection terminated|not queryable|client was closed|timeout expired|timeout exceeded when trying/i;

/** Whether the connection is gone, as far as the error tells. */
export function isLost(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.code === 'database/lost';
  const { code } = fieldsOf(error);
  if (code.startsWith('08') || lostCodes.has(code) || lostErrors.test(code)) return true;
  return code === '' && error instanceof Error && lostMessages.test(error.message);
}

/** Any other error as the operating failure that it is. */
export function postgresFailure(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new DatabaseError(isLost(error) ? 'database/lost' : codeOf(fieldsOf(error).code), detail, { cause: error });
}

function codeOf(state: string): DatabaseError['code'] {
  if (state === '53100') return 'database/full';
  // An entry of an ordered index holds at most 2,704 bytes.
  if (state === '54000') return 'database/index-size';
  if (state === '25006') return 'database/read-only';
  if (state === '57014' || state === '55P03') return 'database/timeout';
  if (state === 'XX001' || state === 'XX002') return 'database/damaged';
  if (state.startsWith('58') || state === '53200') return 'database/io';
  // Refused before anything ran: no such database, wrong password, no connection left.
  if (state.startsWith('28') || state === '3D000' || state === '53300') return 'database/lost';
  return 'database/statement';
}
