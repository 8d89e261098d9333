import { z } from 'zod';
import { systemColumn, valueFromJson } from '../schema/index.ts';
import type { Column, ColumnType, Table } from '../schema/index.ts';
import { isShown, versionName } from './row-json.ts';

/*
 * What bodies hold, said once: requests are checked by it and the OpenAPI document is written from it. This module
 * brings zod with it and is loaded when first needed.
 */

/** Longer than any password that is taken; a limit on what is read at all. */
const password = z.string().max(4096);
const email = z.string().max(1000);
const roles = z.array(z.string().max(100)).max(50);
const name = z.string().max(1000);
const instant = z.string().meta({ format: 'date-time' });
/** Ids of rows; as many as a screen can show. */
const ids = z.array(z.string().max(100)).max(500);

export const contracts = {
  signIn: z.strictObject({ email, password }),
  proof: z.strictObject({ password }),
  setup: z.strictObject({ token: z.string().max(200), email, password, name: name.optional() }),
  newUser: z.strictObject({ email, password, name: name.optional(), roles: roles.default([]) }),
  userChanges: z.strictObject({ email, password, name, roles }).partial(),
  move: z
    .strictObject({
      after: z.string().nullable().meta({ description: 'The id of the row it goes behind; null for the beginning.' }),
    })
    .or(
      z.strictObject({
        before: z.string().nullable().meta({ description: 'The id of the row it goes before; null for the end.' }),
      }),
    ),
  reading: z.strictObject({
    read: ids.optional(),
    unread: ids.optional(),
    readBefore: z.iso
      .datetime()
      .optional()
      .meta({ description: 'All up to this moment has been read; marks of before are forgotten.' }),
  }),
};

const user = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  createdAt: instant,
  seenAt: instant.nullable().meta({ description: 'When they were here last; null for never.' }),
});

const sends = z.boolean().meta({ description: 'A mail server is set; else mails are only kept.' });

const mail = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'sent', 'kept', 'failed']),
  to: z.string(),
  subject: z.string(),
  error: z.string().nullable(),
  createdAt: instant,
  sentAt: instant.nullable(),
});

const change = z.int().meta({ description: 'Names the change for POST /changes/{change}/undo.' });

const next = z.string().nullable().meta({ description: 'What _after takes for the part behind; null at the end.' });

/** What answers hold, for the document. */
export const answers = {
  user,
  users: z.object({ users: z.array(user) }),
  signedIn: z.object({
    user: user.nullable(),
    session: z
      .object({ id: z.string(), expiresAt: instant, proven: z.boolean() })
      .nullable()
      .meta({ description: 'proven: the password was given in the last ten minutes.' }),
  }),
  sessions: z.object({
    sessions: z.array(
      z.object({
        id: z.string(),
        userId: z.string(),
        createdAt: instant,
        seenAt: instant,
        address: z.string(),
        agent: z.string(),
        current: z.boolean(),
      }),
    ),
  }),
  mails: z.object({
    mails: z.array(mail),
    next: z.string().nullable(),
    total: z.int().optional(),
    sends,
  }),
  mail: mail.extend({
    cc: z.string().nullable(),
    replyTo: z.string().nullable(),
    text: z.string(),
    about: z.string().nullable().meta({ description: 'The row it is about, as TABLE/ID.' }),
    attempts: z.int().nullable().meta({ description: 'How often it was tried; null where that is over.' }),
    nextAttemptAt: instant.nullable(),
    sends,
  }),
  jobs: z.object({
    jobs: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        state: z.enum(['waiting', 'running', 'failed']),
        attempts: z.int(),
        dueAt: instant.nullable(),
        error: z.string().nullable(),
        createdAt: instant,
        updatedAt: instant,
        mail: z.string().nullable().meta({ description: 'The mail that it hands over.' }),
      }),
    ),
  }),
  backups: z.object({
    backups: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(['backup', 'daily', 'before-apply', 'before-upgrade', 'before-restore']),
        takenAt: instant,
        size: z.int(),
      }),
    ),
    backup: z.object({
      state: z.enum(['none', 'running', 'made', 'failed']),
      step: z.enum(['database', 'packing', 'checking']).optional(),
      bytes: z.int().optional(),
      bytesTotal: z.int().optional(),
      code: z.string().optional(),
      message: z.string().optional(),
    }),
    restore: z.object({
      state: z.enum(['none', 'running', 'restored', 'failed']),
      name: z.string().optional(),
      step: z.enum(['saving', 'checking', 'exchanging']).optional(),
      bytes: z.int().optional(),
      bytesTotal: z.int().optional(),
      savedAs: z.string().optional().meta({ description: 'The backup of what was there before.' }),
      code: z.string().optional(),
      message: z.string().optional(),
    }),
  }),
  files: z.object({
    files: z.array(
      z
        .object({
          path: z.string(),
          filename: z.string(),
          mediaType: z.string(),
          size: z.int(),
          width: z.int().optional(),
          height: z.int().optional(),
        })
        .meta({ description: 'path is what a column of files takes. Kept for a while unless a row holds it.' }),
    ),
  }),
  deleted: z.object({ change }),
  history: z.object({
    entries: z.array(
      z.object({
        change,
        position: z.int(),
        time: instant,
        actor: z.object({ id: z.string(), name: z.string() }),
        operation: z.enum(['insert', 'update', 'delete']),
        version: z.int(),
        values: z
          .record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }))
          .nullable()
          .meta({ description: 'By column; null where the table keeps no values.' }),
        undoable: z.boolean(),
      }),
    ),
    next,
  }),
  changes: z.object({
    changes: z.array(
      z.object({
        change,
        time: instant,
        actor: z.object({ id: z.string(), name: z.string() }),
        count: z.int().meta({ description: 'How many entries there are in all; of many only the first are given.' }),
        undoable: z.boolean(),
        entries: z.array(
          z.object({
            table: z.string(),
            id: z.string(),
            operation: z.enum(['insert', 'update', 'delete']),
            row: z.unknown().meta({ description: 'The row as it is now; null when it is gone.' }),
          }),
        ),
      }),
    ),
    next,
  }),
  reading: z.object({ readBefore: instant.nullable(), read: z.array(z.string()), unread: z.array(z.string()) }),
  summary: z.object({
    submissions: z.object({
      days: z.array(z.string().meta({ format: 'date' })),
      tables: z.array(z.object({ table: z.string(), counts: z.array(z.int()) })),
    }),
    waiting: z.array(z.object({ table: z.string(), column: z.string(), count: z.int() })),
    brokenPages: z.array(z.object({ file: z.string(), message: z.string() })),
  }),
  released: z.object({ table: z.string(), row: z.unknown() }),
  problem: z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      code: z.string(),
      detail: z.string(),
      errors: z.array(z.object({ field: z.string(), code: z.string(), message: z.string() })).optional(),
      current: z.unknown().optional().meta({ description: 'The row as it is, where somebody else has changed it.' }),
      submitted: z.unknown().optional().meta({ description: 'What was sent, beside it.' }),
      instance: z.string().optional(),
    })
    .meta({ description: 'Problem details (RFC 9457).' }),
};

/** What is wrong with a body, by field. */
export interface ContractProblem {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly ContractProblem[] };

/** Checks a body against a contract. */
export function parseContract<T>(contract: z.ZodType<T>, body: unknown): Parsed<T> {
  const parsed = contract.safeParse(body, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, problems: parsed.error.issues.flatMap(issueProblems) };
}

function issueProblems(issue: z.core.$ZodIssue): ContractProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((field) => ({ field, code: 'unknown', message: `There is no field ${field} here.` }));
  }
  const field = issue.path.map(String).join('.');
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  const label = field === '' ? 'The body' : field;
  const message = missing ? `${label} is missing.` : `${label}: ${issue.message}.`;
  return [{ field, code: missing ? 'required' : 'type', message }];
}

interface RowContracts {
  readonly insert: z.ZodType<Record<string, unknown>>;
  readonly update: z.ZodType<Record<string, unknown>>;
  readonly row: z.ZodType;
}

const made = new WeakMap<Table, RowContracts>();

/** The contracts of a table's rows, made from its columns. */
export function rowContracts(table: Table): RowContracts {
  let contract = made.get(table);
  if (!contract) {
    contract = makeRowContracts(table);
    made.set(table, contract);
  }
  return contract;
}

function makeRowContracts(table: Table): RowContracts {
  const written = writtenColumns(table);
  const insert = Object.fromEntries(written.map((column) => [column.name, columnContract(column).optional()]));
  const version = z.int().optional().meta({ description: 'The version that was read: 409 when there is a later one.' });
  const shown = Object.values(table.columns).filter(isShown);
  return {
    insert: z.strictObject(insert),
    update: z.strictObject({ ...insert, [versionName(table)]: version }),
    row: z.object(Object.fromEntries(shown.map((column) => [column.name, columnContract(column)]))),
  };
}

/** The columns that a client may write: the site's, and of ours the place in the hand-made order and the slug. */
export function writtenColumns(table: Table): readonly Column[] {
  const ours = (['position', 'slug'] as const).flatMap((name) => systemColumn(table, name) ?? []);
  return [...Object.values(table.columns).filter((column) => !column.system && isShown(column)), ...ours];
}

function columnContract(column: Column): z.ZodType {
  const { type, constraints } = column;
  const { minLength, maxLength, pattern, options, min, max } = constraints;
  const takes = (value: unknown): boolean => valueFromJson(type, value) !== undefined;
  const texts = {
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
    ...(pattern !== undefined && { pattern: `^(?:${pattern})$` }),
  };
  const range = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
    ...(options ? [`one of ${options.join(' | ')}`] : []),
  ].join(', ');
  return kindContract(type)
    .nullable()
    .refine(takes, { message: `is no ${type.kind}` })
    .meta({ ...texts, ...(range !== '' && { description: range }), title: column.label });
}

function kindContract(type: ColumnType): z.ZodType {
  switch (type.kind) {
    case 'integer':
      return z.int();
    case 'real':
      return z.number();
    case 'decimal':
    case 'money':
      return z.union([z.string(), z.number()]);
    case 'boolean':
      return z.boolean();
    case 'set':
    case 'references':
      return z.array(z.string());
    case 'date':
      return z.string().meta({ format: 'date' });
    case 'instant':
      return z.string().meta({ format: 'date-time' });
    default:
      return z.string();
  }
}
