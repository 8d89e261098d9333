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
