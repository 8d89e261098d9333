import type { Column, Schema, Table } from '../schema/index.ts';
import { authorise } from '../tables/index.ts';
import type { AccessRule, Action, Actor, Decision } from '../tables/index.ts';
import type { ApiContext } from './context.ts';
import { notFound, ProblemError } from './problem.ts';
import type { Call } from './request.ts';

const actions: readonly Action[] = ['read', 'insert', 'update', 'delete'];

/** Tables of the program's own that are reached through resources of their own, never as rows. */
const hidden: ReadonlySet<string> = new Set(['_user', '_credential', '_session', '_setup', '_reading']);

/**
 * Who may do what with which table: editors everything with the site's own; admins may read what the program keeps, and
 * both may clear away what was caught as spam. Visitors nothing. What no rule allows is denied.
 */
function baseRules(schema: Schema): AccessRule[] {
  const rules: AccessRule[] = [];
  for (const { name, owner } of Object.values(schema.tables)) {
    if (hidden.has(name)) continue;
    if (owner !== 'backlot') rules.push(...actions.map((action) => ({ table: name, action, who: editor })));
    else if (name === '_spam') {
      rules.push({ table: name, action: 'read', who: editor }, { table: name, action: 'delete', who: editor });
    } else rules.push({ table: name, action: 'read', who: { kind: 'admin' } });
  }
  return rules;
}

const editor = { kind: 'editor' } as const;

/** Makes the rules of a schema once; `more` are those that the program's other rooms add. */
export function accessRules(more: readonly AccessRule[]): (schema: Schema) => readonly AccessRule[] {
  const held = new WeakMap<Schema, readonly AccessRule[]>();
  return (schema) => {
    let rules = held.get(schema);
    if (!rules) {
      rules = [...baseRules(schema), ...more.filter(({ table }) => !hidden.has(table))];
      held.set(schema, rules);
    }
    return rules;
  };
}

/** May the actor do this with the table at all? */
export function decide(options: ApiContext, actor: Actor, action: Action, table: Table): Decision {
  return authorise(options.rulesOf(options.tables.schema), actor, action, table);
}

/** May the actor do this with this row? */
export function mayTouch(
  options: ApiContext,
  actor: Actor,
  action: Action,
  table: Table,
  row: Parameters<typeof authorise>[4],
): boolean {
  return authorise(options.rulesOf(options.tables.schema), actor, action, table, row).allowed;
}

/** Which columns an actor may name in a query. */
export function mayReadColumn(options: ApiContext, actor: Actor): (table: Table, column: Column) => boolean {
  return (table, column) => !column.secret && decide(options, actor, 'read', table).allowed;
}

/**
 * The table that a call names, where the actor may do this with some of its rows. Who may do nothing at all learns
 * nothing of which tables there are.
 */
export async function tableOf(
  options: ApiContext,
  call: Call,
  action: Action,
): Promise<{ readonly table: Table; readonly decision: Extract<Decision, { allowed: true }> }> {
  const name = call.parameters['table'] ?? '';
  const { tables } = options.tables.schema;
  const found = Object.hasOwn(tables, name) ? tables[name] : undefined;
  const table = found && !found.detached ? found : undefined;
  const decision: Decision = table ? decide(options, call.actor, action, table) : { allowed: false };
  if (table && decision.allowed) return { table, decision };
  if (!table && isStaff(call.actor)) throw notFound(`There is no table ${name}.`);
  throw await denied(options, call);
}

export function isStaff({ roles }: Actor): boolean {
  return roles.includes('admin') || roles.includes('editor');
}

/** Throws unless an admin is signed in. */
export async function onlyAdmins(options: ApiContext, call: Call): Promise<void> {
  if (!call.actor.roles.includes('admin')) throw await denied(options, call);
}

/** Throws unless an admin or editor is signed in. */
export async function onlyStaff(options: ApiContext, call: Call): Promise<void> {
  if (!isStaff(call.actor)) throw await denied(options, call);
}

/** A denial of one user, method and path is written down once in so long. */
const NOTED_MS = 60_000;

/** 401 for visitors, 403 for users; the latter is noted in the audit trail. */
export async function denied(
  { accounts, clock, denials }: ApiContext,
  { actor, request }: Call,
): Promise<ProblemError> {
  if (actor.kind === 'visitor') return signInProblem();
  const key = `${actor.id} ${request.method} ${request.path}`;
  const nowMs = clock.now();
  if (nowMs - (denials.get(key) ?? -Infinity) >= NOTED_MS) {
    denials.set(key, nowMs, 1);
    const detail = { method: request.method, path: request.path.slice(0, 200) };
    await accounts.audit.record({ actor, action: 'access.denied', address: request.address, detail });
  }
  return new ProblemError(403, { code: 'denied', detail: 'You may not do this.' });
}

export function signInProblem(): ProblemError {
  return new ProblemError(401, {
    code: 'sign-in',
    detail: 'Sign in first.',
    headers: { 'www-authenticate': 'Session realm="backlot"' },
  });
}
