import type { Row, Table } from '../schema/index.ts';
import type { Audience } from '../site/index.ts';
import { authorise, membershipOf, parseWho } from '../tables/index.ts';
import type { Action, Actor } from '../tables/index.ts';

/** Whether an actor is in an audience at all. With `own`, only the rows they made are theirs: see {@link seesOwnOnly}. */
export function mayRead(audience: Audience, actor: Actor): boolean {
  return membershipOf(parseWho(audience), actor) !== 'none';
}

/** Whether an actor gets only the rows they made. */
export function seesOwnOnly(audience: Audience, actor: Actor): boolean {
  return membershipOf(parseWho(audience), actor) === 'own';
}

/** Whether an actor may do something with this row, where the file says `audience`. */
export function mayTouch(audience: Audience, actor: Actor, action: Action, table: Table, row: Row): boolean {
  return authorise([{ table: table.name, action, who: parseWho(audience) }], actor, action, table, row).allowed;
}
