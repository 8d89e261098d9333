import { ownColumn as column, ownTable } from '../schema/index.ts';
import type { ColumnType, Schema, Table } from '../schema/index.ts';

export const USERS = '_user';
export const CREDENTIALS = '_credential';
export const SESSIONS = '_session';
export const SETUP_TOKENS = '_setup';
export const AUDIT = '_audit';

const text: ColumnType = { kind: 'text' };
const instant: ColumnType = { kind: 'instant' };

/** Refers to a user and goes with them. */
const ofUser = column('user', { kind: 'reference', table: USERS }, { required: true, child: true });

/**
 * The tables of this room, beside the site's own. What is secret is only ever kept as a hash, in columns that nobody is
 * shown and no log keeps. Users are logged by key: that is how other processes hear that their sessions have changed.
 */
export const accountTables: readonly Table[] = [
  ownTable({
    name: USERS,
    label: 'Users',
    log: 'keys',
    columns: [
      column('email', text, { required: true, unique: true, constraints: { maxLength: 254 } }),
      column('name', text, { folded: true, constraints: { maxLength: 200 } }),
      column('roles', { kind: 'set' }),
      // When they signed in last.
      column('seen_at', instant),
      // Moves whenever sessions are taken from the user.
      column('signed_out_at', instant),
    ],
  }),
  ownTable({
    name: CREDENTIALS,
    label: 'Credentials',
    log: 'none',
    columns: [ofUser, column('kind', text), column('secret', text, { secret: true })],
  }),
  ownTable({
    name: SESSIONS,
    label: 'Sessions',
    log: 'none',
    columns: [
      ofUser,
      column('secret', text, { secret: true }),
      column('seen_at', instant),
      column('proven_at', instant),
      column('address', text),
      column('agent', text),
    ],
  }),
  ownTable({
    name: SETUP_TOKENS,
    label: 'Setup links',
    log: 'none',
    columns: [column('secret', text, { secret: true }), column('expires_at', instant)],
  }),
  ownTable({
    name: AUDIT,
    label: 'Audit trail',
    log: 'none',
    columns: [
      column('number', { kind: 'integer' }, { required: true, unique: true }),
      column('time', instant),
      column('actor', text),
      column('action', text),
      column('target', text),
      column('address', text),
      column('detail', text),
      column('hash', text),
    ],
  }),
];

/**
 * The schema in use together with the tables of this room, where it lacks them: what to plan for when accounts are
 * needed before a site is served. Undefined when it has them all, with all their columns.
 */
export function withAccountTables(schema: Schema): Schema | undefined {
  if (accountTables.every((table) => isPart(table, schema.tables[table.name]))) return undefined;
  const active = Object.values(schema.tables)
    .filter(({ detached }) => !detached)
    .map((one) => ({
      ...one,
      columns: Object.fromEntries(Object.entries(one.columns).filter(([, { detached }]) => !detached)),
    }));
  return { tables: Object.fromEntries([...active, ...accountTables].map((one) => [one.name, one])) };
}

/** Whether a table in use has all that one of ours has; an older version made it with less. */
function isPart(ours: Table, inUse: Table | undefined): boolean {
  if (inUse?.detached !== false) return false;
  return Object.keys(ours.columns).every((name) => inUse.columns[name]?.detached === false);
}
