import type { SignedIn, User } from '../accounts/index.ts';
import { signInProblem } from './access.ts';
import { readJson, readJsonOrForm } from './body.ts';
import type { ApiContext } from './context.ts';
import { parseBody } from './parse-body.ts';
import { invalid, notFound, ProblemError, waitProblem } from './problem.ts';
import { headerOf, json, nothing } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';

/** `POST /api/session`: signs in, by JSON or by a plain form. 201 with the cookie. */
export async function createSession(context: ApiContext, { request }: Call): Promise<ApiAnswer> {
  const { accounts } = context;
  const { email, password } = await parseBody((contracts) => contracts.signIn, await readJsonOrForm(request));
  const outcome = await accounts.signIn({
    email,
    password,
    ...placeOf(request),
    cookieHeader: headerOf(request, 'cookie'),
  });
  if (outcome.ok) return await signedInAnswer(context, outcome.user, outcome.cookie);
  if (outcome.reason === 'wait') throw waitProblem(outcome.waitMs);
  throw new ProblemError(401, {
    code: 'wrong-password',
    detail: 'The email address or the password is not right.',
    headers: { 'www-authenticate': 'Session realm="backlot"' },
  });
}

/** `GET /api/session`: who is signed in; `user` is null for visitors. */
export function readSession(_context: ApiContext, { who }: Call): ApiAnswer {
  return json(200, sessionJson(who));
}

/** `DELETE /api/session`: signs out. */
export async function endSession({ accounts }: ApiContext, { who }: Call): Promise<ApiAnswer> {
  if (who) await accounts.endSessions(who.actor, who.user.id, [who.session.id]);
  return nothing({ 'set-cookie': accounts.sessions.endCookie });
}

/** `POST /api/session/proof`: the password again, before what needs it. */
export async function proveSession({ accounts }: ApiContext, { who, request }: Call): Promise<ApiAnswer> {
  if (!who) throw signInProblem();
  const { password } = await parseBody((contracts) => contracts.proof, await readJson(request));
  const outcome = await accounts.prove(who, password, request.address);
  if (outcome.ok) return nothing();
  if (outcome.reason === 'wait') throw waitProblem(outcome.waitMs);
  throw invalid([{ field: 'password', code: 'wrong', message: 'The password is not right.' }]);
}

/** `POST /api/setup`: the first admin, by the one-time link. 201 with the cookie. */
export async function setUp(context: ApiContext, { request }: Call): Promise<ApiAnswer> {
  const { name, ...asked } = await parseBody((contracts) => contracts.setup, await readJson(request));
  const outcome = await context.accounts.setup.use({
    ...asked,
    ...placeOf(request),
    ...(name !== undefined && { name }),
  });
  if (outcome.ok) return await signedInAnswer(context, outcome.user, outcome.cookie);
  if (outcome.reason === 'wait') throw waitProblem(outcome.waitMs);
  if (outcome.reason === 'invalid') throw invalid(outcome.problems);
  throw new ProblemError(403, {
    code: 'link',
    detail: 'This link is used up or too old. Start the server again for a new one, or run backlot user add.',
  });
}

/** `GET /api/sessions`: one's own; an admin's with `?all` everyone's. */
export async function listSessions({ accounts }: ApiContext, { who, actor, request }: Call): Promise<ApiAnswer> {
  if (!who) throw signInProblem();
  const asked = new URLSearchParams(request.query);
  const unknown = [...asked.keys()].find((name) => name !== 'all');
  if (unknown !== undefined)
    throw new ProblemError(400, { code: 'query', detail: `There is no parameter ${unknown}.` });
  const all = asked.has('all') && actor.roles.includes('admin');
  const sessions = await accounts.sessions.list(all ? undefined : who.user.id);
  return json(200, { sessions: sessions.map((one) => ({ ...one, current: one.id === who.session.id })) });
}

/** `DELETE /api/sessions/ID`: ends one's own session, or as an admin anyone's. */
export async function revokeSession({ accounts }: ApiContext, { who, actor, parameters }: Call): Promise<ApiAnswer> {
  if (!who) throw signInProblem();
  const sessions = await accounts.sessions.list(actor.roles.includes('admin') ? undefined : who.user.id);
  const found = sessions.find(({ id }) => id === parameters['id']);
  if (!found) throw notFound('There is no such session.');
  await accounts.endSessions(actor, found.userId, [found.id]);
  return nothing(found.id === who.session.id ? { 'set-cookie': accounts.sessions.endCookie } : {});
}

/** Throws unless the password was given a short while ago. */
export function needProof({ who }: Call): void {
  if (who?.proven === true) return;
  throw new ProblemError(403, {
    code: 'proof',
    detail: 'Give your password again first, to POST /session/proof.',
  });
}

export function userJson(user: User): Readonly<Record<string, unknown>> {
  const { id, email, name, roles, createdAt, seenAt } = user;
  return { id, email, name, roles, createdAt, seenAt: seenAt === '' ? null : seenAt };
}

function sessionJson(who: SignedIn | undefined): unknown {
  if (!who) return { user: null, session: null };
  const { user, session, expiresAt, proven } = who;
  return { user: userJson(user), session: { id: session.id, expiresAt, proven } };
}

/** The same as `GET /api/session` will give, with the cookie. */
async function signedInAnswer({ accounts }: ApiContext, user: User, cookie: string): Promise<ApiAnswer> {
  const who = await accounts.sessions.find(cookie.split(';')[0]);
  return json(201, who ? sessionJson(who) : { user: userJson(user), session: null }, { 'set-cookie': cookie });
}

function placeOf(request: Call['request']): { readonly address: string; readonly agent: string } {
  return { address: request.address, agent: headerOf(request, 'user-agent') ?? '' };
}
