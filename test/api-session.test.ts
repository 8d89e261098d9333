import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addUser, call, cookieOf, password, restaurant, signedIn, signIn } from './api.ts';
import { serveFiles } from './served.ts';

void test('signs in by JSON and by a plain form, says who it is, signs out', async (t) => {
  const site = await serveFiles(t, restaurant);
  await addUser(site, 'ada@example.org', 'admin');
  assert.deepEqual((await call(site, 'GET /session')).json, { user: null, session: null });
  const reply = await call(site, 'POST /session', { body: { email: 'ada@example.org', password } });
  assert.equal(reply.status, 201);
  assert.match(
    reply.headers.get('set-cookie')!,
    /^backlot_session=[\w.-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
  );
  const who = await call(site, 'GET /session', { cookie: cookieOf(reply) });
  assert.deepEqual([who.at('user', 'email'), who.at('user', 'roles')], ['ada@example.org', ['admin']]);
  assert.equal(who.headers.get('cache-control'), 'no-store');
  const form = await site.post('/api/session', { email: 'ada@example.org', password });
  assert.equal(form.status, 201);
  const out = await call(site, 'DELETE /session', { cookie: cookieOf(reply) });
  assert.equal(out.status, 204);
  assert.match(out.headers.get('set-cookie')!, /^backlot_session=; Path=\/; Max-Age=0/);
  assert.equal((await call(site, 'GET /session', { cookie: cookieOf(reply) })).at('user'), null);
});

void test('over HTTPS the cookie has its strictest form, and the other name counts for nothing', async (t) => {
  const site = await serveFiles(t, restaurant, { environment: { BACKLOT_ORIGIN: 'https://example.org' } });
  await addUser(site, 'ada@example.org', 'admin');
  const headers = { host: 'example.org', origin: 'https://example.org' };
  const reply = await rawCall(site.address, 'POST', '/api/session', headers, { email: 'ada@example.org', password });
  assert.match(reply.cookie, /^__Host-backlot_session=[^;]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure$/);
  const value = /=([^;]+)/.exec(reply.cookie)![1]!;
  const asked = async (name: string) =>
    (await rawCall(site.address, 'GET', '/api/session', { ...headers, cookie: `${name}=${value}` })).text;
  assert.match(await asked('__Host-backlot_session'), /ada@example\.org/);
  assert.match(await asked('backlot_session'), /"user":null/);
});

void test('a wrong password and an unknown user get one answer', async (t) => {
  const site = await serveFiles(t, restaurant);
  await addUser(site, 'ada@example.org', 'admin');
  const answers = await Promise.all(
    ['ada@example.org', 'bob@example.org', 'no address'].map((email) =>
      call(site, 'POST /session', { body: { email, password: 'something quite else' } }),
    ),
  );
  for (const { status, json, headers } of answers) {
    assert.equal(status, 401);
    assert.equal(headers.get('content-type'), 'application/problem+json');
    assert.deepEqual(json, answers[0]!.json);
  }
});

void test('guessing is slowed down: 429 with Retry-After', async (t) => {
  const site = await serveFiles(t, restaurant);
  await addUser(site, 'ada@example.org', 'admin');
  const wrong = () => call(site, 'POST /session', { body: { email: 'ada@example.org', password: 'guess' } });
  for (let i = 0; i < 5; i++) assert.equal((await wrong()).status, 401);
  const slowed = await wrong();
  assert.deepEqual([slowed.status, slowed.headers.get('retry-after'), slowed.at('code')], [429, '1', 'wait']);
});

void test('the setup link makes the first admin, once', async (t) => {
  const site = await serveFiles(t, restaurant);
  const link = (await site.setupLink())!;
  assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/admin\/setup#[\w.-]{80}$/);
  const token = link.split('#')[1]!;
  const body = { token, email: 'ada@example.org', password, name: 'Ada' };
  const weak = await call(site, 'POST /setup', { body: { ...body, password: 'too short' } });
  assert.deepEqual(
    [weak.status, weak.at('errors', 0, 'field'), weak.at('errors', 0, 'code')],
    [422, 'password', 'short'],
  );
  const made = await call(site, 'POST /setup', { body });
  assert.deepEqual([made.status, made.at('user', 'name')], [201, 'Ada']);
  assert.equal((await call(site, 'GET /users', { cookie: cookieOf(made) })).status, 200);
  assert.equal((await call(site, 'POST /setup', { body: { ...body, email: 'eve@example.org' } })).status, 403);
  assert.equal(await site.setupLink(), undefined);
});

void test('writes from other sites are refused before they are read', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site);
  const refused = async (headers: Record<string, string>) =>
    (await call(site, 'POST /section', { body: { name: 'Pizza' }, cookie, headers })).status;
  assert.equal(await refused({ 'sec-fetch-site': 'cross-site' }), 403);
  assert.equal(await refused({ 'sec-fetch-site': 'same-site' }), 403);
  assert.equal(await refused({ origin: 'https://evil.example' }), 403);
  assert.equal(await refused({ origin: 'null' }), 403);
  assert.equal(await refused({}), 201);
});

void test('a user is changed by themselves and by admins, after giving the password again', async (t) => {
  const site = await serveFiles(t, restaurant);
  const admin = await signedIn(site);
  await addUser(site, 'bob@example.org', 'editor');
  const bob = await signIn(site, 'bob@example.org');
  const id = String((await call(site, 'GET /session', { cookie: bob })).at('user', 'id'));
  assert.equal((await call(site, 'GET /users', { cookie: bob })).status, 403);
  const promoted = await call(site, `PATCH /users/${id}`, { cookie: bob, body: { roles: ['admin'] } });
  assert.equal(promoted.status, 403);
  const named = await call(site, `PATCH /users/${id}`, { cookie: bob, body: { name: 'Bob' } });
  assert.deepEqual([named.status, named.at('name')], [200, 'Bob']);
  const users = await call(site, 'GET /users', { cookie: admin });
  assert.deepEqual(
    [users.at('users', 0, 'email'), users.at('users', 1, 'email')],
    ['admin@example.org', 'bob@example.org'],
  );
  const changed = await call(site, `PATCH /users/${id}`, { cookie: admin, body: { roles: ['admin', 'cook'] } });
  assert.deepEqual([changed.status, changed.at('roles')], [200, ['admin', 'cook']]);
  assert.equal((await call(site, 'GET /session', { cookie: bob })).at('user'), null, 'other roles, another session');
  assert.equal((await call(site, `DELETE /users/${id}`, { cookie: admin })).status, 204);
  const last = String((await call(site, 'GET /session', { cookie: admin })).at('user', 'id'));
  const kept = await call(site, `DELETE /users/${last}`, { cookie: admin });
  assert.deepEqual([kept.status, kept.at('code')], [409, 'last-admin']);
});

void test('sessions are listed and ended', async (t) => {
  const site = await serveFiles(t, restaurant);
  const here = await signedIn(site);
  const there = await signIn(site, 'admin@example.org');
  const listed = await call(site, 'GET /sessions', { cookie: here, headers: { 'user-agent': 'here' } });
  const sessions = listed.at('sessions') as { id: string; current: boolean }[];
  assert.equal(sessions.filter(({ current }) => current).length, 1);
  const other = sessions.find(({ current }) => !current)!;
  assert.equal((await call(site, `DELETE /sessions/${other.id}`, { cookie: here })).status, 204);
  assert.equal((await call(site, 'GET /session', { cookie: there })).at('user'), null);
  assert.equal((await call(site, `DELETE /sessions/${other.id}`, { cookie: here })).status, 404);
});

/** With a Host header of its own, which fetch does not let one set. */
async function rawCall(
  address: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<{ readonly cookie: string; readonly text: string }> {
  const { request } = await import('node:http');
  const { promise, resolve, reject } = Promise.withResolvers<{ cookie: string; text: string }>();
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = request(address + path, { method, headers: { ...headers, ...type } }, (response) => {
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    response.on('end', () => resolve({ cookie: response.headers['set-cookie']?.[0] ?? '', text }));
  });
  sent.on('error', reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return await promise;
}
