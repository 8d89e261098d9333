import type { Row, Table } from '../schema/index.ts';
import { systemColumn } from '../schema/index.ts';
import type { SourcePosition } from '../std/index.ts';
import type { Actor } from './tables.ts';

export type Action = 'read' | 'insert' | 'update' | 'delete';

/** Whom a rule lets in: what `data-as` says. */
export type Who =
  | { readonly kind: 'anyone' }
  /** Signed in. */
  | { readonly kind: 'user' }
  /** Signed in, and only rows they made. Editors may too. */
  | { readonly kind: 'own' }
  | { readonly kind: 'editor' }
  | { readonly kind: 'admin' }
  | { readonly kind: 'role'; readonly role: string };

/** One thing that someone may do with a table. What no rule allows is denied. */
export interface AccessRule {
  readonly table: string;
  readonly action: Action;
  readonly who: Who;
  /** Where it is said. */
  readonly at?: SourcePosition;
}

/** `own` says that the answer holds for the actor's own rows only; the caller narrows its query by author. */
export type Decision = { readonly allowed: false } | { readonly allowed: true; readonly own: boolean };

const denied: Decision = { allowed: false };

/** Reads the value of `data-as`: one of our words, else the name of a role. */
export function parseWho(text: string): Who {
  const word = text.trim();
  switch (word) {
    case 'anyone':
    case 'user':
    case 'own':
    case 'editor':
    case 'admin':
      return { kind: word };
    default:
      return { kind: 'role', role: word };
  }
}

/**
 * The one authorisation function: may `actor` do `action` with `table`, or with this `row` of it? Deny by default.
 * The program itself may do everything; admins do what editors may, editors what authors may.
 */
export function authorise(
  rules: readonly AccessRule[],
  actor: Actor,
  action: Action,
  table: Table,
  row?: Row,
): Decision {
  if (actor.kind === 'system') return { allowed: true, own: false };
  let own = false;
  for (const rule of rules) {
    if (rule.table !== table.name || rule.action !== action) continue;
    const membership = membershipOf(rule.who, actor);
    if (membership === 'all') return { allowed: true, own: false };
    if (membership === 'own') own = true;
  }
  if (!own) return denied;
  if (row === undefined) return { allowed: true, own: action !== 'insert' };
  return isAuthor(actor, table, row) ? { allowed: true, own: true } : denied;
}

/** Whether this user made the row. False for visitors and for rows nobody signed. */
function isAuthor(actor: Actor, table: Table, row: Row): boolean {
  const column = systemColumn(table, 'author');
  return actor.kind === 'user' && column !== undefined && row[column.name] === actor.id;
}

/** What a word of `data-as` gives an actor: all rows, the actor's own, or none. */
export function membershipOf(who: Who, actor: Actor): 'all' | 'own' | 'none' {
  if (actor.kind === 'system') return 'all';
  if (who.kind === 'anyone') return 'all';
  if (actor.kind !== 'user') return 'none';
  const isAdmin = actor.roles.includes('admin');
  const isEditor = isAdmin || actor.roles.includes('editor');
  switch (who.kind) {
    case 'user':
      return 'all';
    case 'own':
      return isEditor ? 'all' : 'own';
    case 'editor':
      return isEditor ? 'all' : 'none';
    case 'admin':
      return isAdmin ? 'all' : 'none';
    case 'role':
      return isAdmin || actor.roles.includes(who.role) ? 'all' : 'none';
    default:
      return who satisfies never;
  }
}
