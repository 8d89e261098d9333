import { canonicalString, foldName } from '../schema/index.ts';
import type { Diagnostic, SourcePosition } from '../std/index.ts';
import { foldPath } from './path.ts';
import type { Checked, Condition, Operand, Operator, Query, SortKey } from './query.ts';

const queryLengthMax = 16_384;
const conditionsMax = 100;
const operandsMax = 200;

const suffixes: ReadonlyMap<string, Operator> = new Map([
  ['min', 'min'],
  ['max', 'max'],
  ['not', 'not'],
  ['like', 'like'],
]);

/** A query under construction. */
interface Draft {
  readonly conditions: { path: string; operator: Operator; operands: Operand[] }[];
  readonly sort: SortKey[];
  search?: Operand;
  limit?: Operand;
  page?: Operand;
  operandCount: number;
  readonly errors: Diagnostic[];
}

/**
 * Reads a query in the one grammar: form-urlencoded, as in `section=3&available&price.max=20&sort=-price&limit=12`.
 *
 * - `{path}`, `now` and `today` mean themselves only where they are written plainly: `%7Bid%7D` and `%6Eow` are text.
 *   A form's submission encodes braces, so a visitor's value never reads a row.
 * - Names are folded as columns' names are. A value without text (`name=`) is no condition; a repeated name collects
 *   its values in one condition; `!name=on` is `!name`, for checkboxes named so.
 * - What ends in `.min`, `.max`, `.not` or `.like` and has a value is a comparison; `checkQuery` also knows columns
 *   that are called so.
 *
 * Malformed percent signs are read as the URL standard does, never refused. Errors: `query/too-long`,
 * `query/malformed`, `query/repeated`. `at` is where the query stands in a file, for messages.
 */
export function parseQuery(text: string, at?: SourcePosition): Checked<Query> {
  if (text.length > queryLengthMax) {
    return {
      ok: false,
      errors: [error('query/too-long', `The query is longer than ${queryLengthMax} characters.`, '', at)],
    };
  }
  const draft: Draft = { conditions: [], sort: [], operandCount: 0, errors: [] };
  for (const part of text.toWellFormed().split('&')) {
    if (part !== '') readPart(draft, part, at);
    if (draft.conditions.length > conditionsMax) break;
  }
  if (draft.conditions.length > conditionsMax || draft.operandCount > operandsMax) {
    const message = `The query has more than ${conditionsMax} conditions or ${operandsMax} values.`;
    draft.errors.push(error('query/too-long', message, '', at));
  }
  if (draft.errors.length > 0) return { ok: false, errors: draft.errors };
  const { conditions, sort, search, limit, page } = draft;
  return {
    ok: true,
    value: { conditions, sort, ...(search && { search }), ...(limit && { limit }), ...(page && { page }) },
  };
}

/** Writes a query so that {@link parseQuery} reads the same query back. */
export function formatQuery(query: Query): string {
  const parts = query.conditions.flatMap(formatCondition);
  if (query.search) parts.push(`q=${formatOperand(query.search)}`);
  if (query.sort.length > 0) {
    const keys = query.sort.map(({ path, descending }) => `${descending ? '-' : ''}${encode(path)}`);
    parts.push(`sort=${keys.join(',')}`);
  }
  if (query.limit) parts.push(`limit=${formatOperand(query.limit)}`);
  if (query.page) parts.push(`page=${formatOperand(query.page)}`);
  return parts.join('&');
}

function readPart(draft: Draft, part: string, at: SourcePosition | undefined): void {
  const equals = part.indexOf('=');
  const written = decode(equals < 0 ? part : part.slice(0, equals)).trim();
  const negated = written.startsWith('!');
  const { path: name, operator } = splitName(negated ? written.slice(1) : written, equals >= 0 && !negated);
  const raw = equals < 0 ? undefined : part.slice(equals + 1);
  if (name === '') {
    draft.errors.push(error('query/malformed', `“${part}” has no name.`, 'Write name=value.', at));
  } else if (negated) {
    readNegated(draft, name, raw, at);
  } else if (!operator && name === 'sort') {
    readSort(draft, raw ?? '', at);
  } else if (!operator && (name === 'q' || name === 'limit' || name === 'page')) {
    readSingle(draft, name === 'q' ? 'search' : name, name, raw ?? '', at);
  } else if (raw === undefined) {
    add(draft, name, 'true');
  } else if (raw !== '') {
    const operand = readOperand(draft, raw, at);
    if (operand) add(draft, name, operator ?? 'eq', operand);
  }
}

/** Folds a name and, where it has a value, takes its suffix off; a suffix inside parentheses is none. */
function splitName(written: string, hasValue: boolean): { readonly path: string; readonly operator?: Operator } {
  const dot = hasValue ? written.lastIndexOf('.') : -1;
  const last = written.slice(dot + 1);
  const operator = dot > 0 && !/[()]/.test(last) ? suffixes.get(foldName(last)) : undefined;
  return operator ? { path: foldPath(written.slice(0, dot)), operator } : { path: foldPath(written) };
}

function readNegated(draft: Draft, name: string, raw: string | undefined, at: SourcePosition | undefined): void {
  if (raw === '') return;
  if (raw === undefined || raw === 'on' || raw === 'true' || raw === '1') {
    add(draft, name, 'false');
    return;
  }
  const message = `“!${name}=${raw}” has both a negation and a value.`;
  draft.errors.push(error('query/malformed', message, `Write ${name}.not=${raw}.`, at));
}

function readSingle(
  draft: Draft,
  key: 'search' | 'limit' | 'page',
  name: string,
  raw: string,
  at: SourcePosition | undefined,
): void {
  if (raw === '') return;
  const operand = readOperand(draft, raw, at);
  if (!operand) return;
  if (draft[key]) draft.errors.push(error('query/repeated', `“${name}” is given twice.`, `Keep one ${name}.`, at));
  draft[key] = operand;
}

function readSort(draft: Draft, raw: string, at: SourcePosition | undefined): void {
  if (raw === '') return;
  for (const key of decode(raw).split(',')) {
    const written = key.trim();
    const path = written.replace(/^-/, '');
    if (path === '') {
      const message = `“sort=${decode(raw)}” has an empty key.`;
      draft.errors.push(error('query/malformed', message, 'Write sort=a,-b.', at));
    } else {
      draft.sort.push({ path: foldPath(path), descending: written.startsWith('-') });
    }
  }
}

function readOperand(draft: Draft, raw: string, at: SourcePosition | undefined): Operand | undefined {
  draft.operandCount++;
  if (raw === 'now') return { kind: 'now' };
  if (raw === 'today') return { kind: 'today' };
  if (!/[{}]/.test(raw)) return { kind: 'text', text: canonicalString(decode(raw)) };
  const path = /^\{([^{}]+)\}$/.exec(raw)?.[1]?.trim();
  if (path !== undefined && path !== '') return { kind: 'path', path: foldPath(decode(path)) };
  const message = `The value “${raw}” is neither text nor one {path}.`;
  const fix = 'Write one {path} alone, or braces as %7B and %7D.';
  draft.errors.push(error('query/malformed', message, fix, at));
  return undefined;
}

function add(draft: Draft, path: string, operator: Operator, operand?: Operand): void {
  const known = draft.conditions.find((condition) => condition.path === path && condition.operator === operator);
  if (!known) draft.conditions.push({ path, operator, operands: operand ? [operand] : [] });
  else if (operand) known.operands.push(operand);
}

function formatCondition({ path, operator, operands }: Condition): readonly string[] {
  const name = encode(path);
  if (operator === 'true') return [name];
  if (operator === 'false') return [`!${name}`];
  return operands.map((operand) => `${name}${operator === 'eq' ? '' : `.${operator}`}=${formatOperand(operand)}`);
}

function formatOperand(operand: Operand): string {
  if (operand.kind === 'path') return `{${encode(operand.path)}}`;
  if (operand.kind !== 'text') return operand.kind;
  if (operand.text === 'now') return '%6Eow';
  return operand.text === 'today' ? '%74oday' : encode(operand.text);
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%20', '+')
    .replaceAll('%2C', ',')
    .replaceAll('%3A', ':')
    .replaceAll('%2F', '/')
    .replaceAll('%40', '@');
}

/** Percent-decoding as the URL standard's form-urlencoded parser does it; never fails. */
function decode(raw: string): string {
  return /[%+]/.test(raw) ? (new URLSearchParams(`v=${raw}`).get('v') ?? '') : raw;
}

function error(code: string, message: string, fix: string, at: SourcePosition | undefined): Diagnostic {
  return { severity: 'error', code, message, ...(fix !== '' && { fix }), ...(at && { at }) };
}
