import type { UserOutcome } from '../accounts/index.ts';
import { onlyAdmins, signInProblem } from './access.ts';
import { readJson } from './body.ts';
import type { ApiContext } from './context.ts';
import { parseBody } from './parse-body.ts';
import { invalid, notFound, ProblemError } from './problem.ts';
import { json, nothing } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { needProof, userJson } from './session.ts';

/** `GET /api/users` */
export async function listUsers(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyAdmins(context, call);
  const { users, sessions } = context.accounts;
  // A session in use is seen by the minute; who has none was seen when they signed in last.
  const seen = new Map<string, string>();
  for (const { userId, seenAt } of await sessions.list()) {
    if (seenAt > (seen.get(userId) ?? '')) seen.set(userId, seenAt);
  }
  const shown = (await users.list()).map((user) => {
    const inSession = seen.get(user.id) ?? '';
    return userJson(inSession > user.seenAt ? { ...user, seenAt: inSession } : user);
  });
  return json(200, { users: shown });
}

/** `POST /api/users` */
export async function addUser(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyAdmins(context, call);
  needProof(call);
  const { name, ...asked } = await parseBody((contracts) => contracts.newUser, await readJson(call.request));
  const outcome = await context.accounts.users.add({ ...asked, ...(name !== undefined && { name }) }, call.actor);
  const user = acceptable(outcome);
  return json(201, userJson(user), { location: `${context.path}/users/${user.id}` });
}

/** `GET /api/users/ID`: an admin anyone, everyone themselves. */
export async function readUser(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const id = await userId(context, call);
  const user = await context.accounts.users.byId(id);
  if (!user) throw notFound('There is no such user.');
  return json(200, userJson(user));
}

/** `PATCH /api/users/ID`: an admin anyone, everyone themselves but for their roles. */
export async function changeUser(context: ApiContext, call: Call): Promise<ApiAnswer> {
  const id = await userId(context, call);
  const asked = await parseBody((contracts) => contracts.userChanges, await readJson(call.request));
  if (asked.roles !== undefined) await onlyAdmins(context, call);
  if (Object.keys(asked).some((field) => field !== 'name')) needProof(call);
  const changes = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const outcome = await context.accounts.users.change(id, changes, call.actor, call.who?.session.id);
  return json(200, userJson(acceptable(outcome)));
}

/** `DELETE /api/users/ID` */
export async function removeUser(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyAdmins(context, call);
  needProof(call);
  const { users } = context.accounts;
  const id = call.parameters['id'] ?? '';
  if (id === call.who?.user.id) {
    const admins = (await users.list()).filter(({ roles }) => roles.includes('admin'));
    if (admins.length < 2) throw lastAdmin();
    throw new ProblemError(409, { code: 'self', detail: 'You cannot remove yourself. Another admin can.' });
  }
  acceptable(await users.remove(id, call.actor));
  return nothing();
}

/** The user that a call is about, where the actor is an admin or that very user. */
async function userId(context: ApiContext, call: Call): Promise<string> {
  if (!call.who) throw signInProblem();
  const id = call.parameters['id'] ?? '';
  if (id !== call.who.user.id) await onlyAdmins(context, call);
  return id;
}

function acceptable(outcome: UserOutcome): Extract<UserOutcome, { ok: true }>['user'] {
  if (outcome.ok) return outcome.user;
  if (outcome.reason === 'invalid') throw invalid(outcome.problems);
  if (outcome.reason === 'missing') throw notFound('There is no such user.');
  throw lastAdmin();
}

function lastAdmin(): ProblemError {
  return new ProblemError(409, {
    code: 'last-admin',
    detail: 'This is the only admin. Make somebody else an admin first.',
  });
}
