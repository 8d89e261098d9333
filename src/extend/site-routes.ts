import { BacklotError } from '../std/index.ts';
import type { Clock, Log } from '../std/index.ts';
import type { Actor, Tables } from '../tables/index.ts';
import { authorScope, snapshotReader } from './author-reader.ts';
import { authorWriter } from './author-writer.ts';
import { matchPath } from './declared-routes.ts';
import type { DeclaredRoute } from './declared-routes.ts';
import type { RouteContext } from './public.ts';
import { Nonsense, runCode } from './run-code.ts';
import type { RunOptions } from './run-code.ts';

/** Longer than most who ask wait. */
const timeLimitMs = 30_000;

/** The route that a request is for, or the methods that its path takes. */
export type FoundRoute =
  | { readonly kind: 'route'; readonly route: DeclaredRoute; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'method'; readonly allowed: readonly string[] };

/** Finds the route of a request; HEAD is answered like GET. Undefined: the path is no route's. */
export function findRoute(routes: readonly DeclaredRoute[], asked: string, pathname: string): FoundRoute | undefined {
  const method = asked === 'HEAD' ? 'GET' : asked;
  const allowed = new Set<string>();
  for (const route of routes) {
    const params = matchPath(route, pathname);
    if (params && route.method === method) return { kind: 'route', route, params };
    if (params) allowed.add(route.method);
  }
  if (allowed.size === 0) return undefined;
  if (allowed.has('GET')) allowed.add('HEAD');
  return { kind: 'method', allowed: [...allowed, 'OPTIONS'] };
}

export interface RespondOptions extends Omit<RunOptions, 'timeLimitMs'> {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeZone: string;
}

/**
 * Lets a route answer a request.
 *
 * @throws BacklotError `extend/route-failed` that names the author's file and line
 */
export async function respond(
  options: RespondOptions,
  { route, params }: Extract<FoundRoute, { kind: 'route' }>,
  request: Request,
  actor: Actor,
): Promise<Response> {
  const { tables, clock, timeZone, log } = options;
  const context: RouteContext = {
    actor: { ...actor, roles: [...actor.roles] },
    params,
    read: snapshotReader(tables, () => authorScope(clock, timeZone)),
    write: authorWriter(tables, actor),
    log,
    clock: { now: () => clock.now() },
  };
  const code = { name: `routes["${route.name}"]`, run: () => route.run(request, context) };
  try {
    return await runCode({ ...options, timeLimitMs }, { ...code, written: route.run }, undefined, readResponse);
  } catch (error) {
    if (!(error instanceof BacklotError) || error.code !== 'tables/hook-failed' || isOfHook(error)) throw error;
    throw new BacklotError('extend/route-failed', error.message.replace(' Nothing was changed.', ''), {
      cause: error.cause,
    });
  }
}

/** What a hook has failed at is not the route's: it has its own place, and the visitor may come back. */
function isOfHook({ message }: Error): boolean {
  return message.startsWith('hooks.');
}

function readResponse(answer: unknown): { readonly outcome: string; readonly value: Response } {
  if (answer instanceof Response) return { outcome: String(answer.status), value: answer };
  throw new Nonsense('a route gives back a Response, such as Response.json({ … })');
}
