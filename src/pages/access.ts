import type { Row } from '../schema/index.ts';
import type { Audience } from '../site/index.ts';
import type { Actor } from '../tables/index.ts';

/** Whether an actor is in an audience at all. `own` still asks whose row it is; see {@link mayTouch}. */
export function mayRead(audience: Audience, actor: Actor): boolean {
  if (audience === 'anyone' || actor.kind === 'system') return true;
  if (actor.kind === 'visitor') return false;
  if (audience === 'user' || audience === 'own' || actor.roles.includes('admin')) return true;
  if (audience === 'editor') return actor.roles.includes('editor');
  return actor.roles.includes(audience);
}

/** Whether an actor may change this row: `own` means its author; editors and admins may change any. */
export function mayTouch(audience: Audience, actor: Actor, row: Row): boolean {
  if (audience !== 'own') return mayRead(audience, actor);
  if (actor.kind === 'system' || actor.roles.includes('admin') || actor.roles.includes('editor')) return true;
  return actor.kind === 'user' && row['author'] === actor.id;
}
