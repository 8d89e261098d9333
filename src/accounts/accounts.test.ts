import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import {
  addUser,
  cookieOf,
  goodPassword,
  onBothDatabases,
  onPostgres,
  onSqlite,
  operator,
  place,
  signedIn,
} from './fixtures.ts';
import { CREDENTIALS, SESSIONS } from './account-tables.ts';
import { findRow, findRows } from './find-rows.ts';
import { hashCost, passwordHashing } from './passwords.ts';
import { seededRandom } from '../std/index.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

onBothDatabases('signs in, knows who it is, signs out', async ({ accounts, tables }) => {
  const user = await addUser(accounts, 'Ada@Example.org', 'admin');
  assert.equal(user.email, 'ada@example.org');
  const cookie = await signedIn(accounts, ' ADA@example.org ');
  assert.deepEqual(await accounts.actorOf(`theme=dark; ${cookie}`), { kind: 'user', id: user.id, roles: ['admin'] });
  const stored = await findRow(tables, SESSIONS, '');
  assert.ok(!JSON.stringify(stored).includes(cookie.split('.')[1]!), 'the token itself is not stored');
  const who = await accounts.sessions.find(cookie);
  await accounts.endSessions(who!.actor, user.id, [who!.session.id]);
  assert.equal((await accounts.actorOf(cookie)).kind, 'visitor');
  assert.equal(await findRow(tables, SESSIONS, ''), undefined);
});

onBothDatabases('answers a wrong password and an unknown user alike', async ({ accounts }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  const wrong = await accounts.signIn({ email: 'ada@example.org', password: 'something else', ...place });
  const unknown = await accounts.signIn({ email: 'bob@example.org', password: 'something else', ...place });
  assert.deepEqual(wrong, { ok: false, reason: 'wrong' });
  assert.deepEqual(unknown, wrong);
});

onSqlite('forged and broken cookies are visitors', async ({ accounts }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  const cookie = await signedIn(accounts, 'ada@example.org');
  const [head = '', secret = ''] = cookie.split('.');
  const flipped = `${head}.${secret.startsWith('A') ? 'B' : 'A'}${secret.slice(1)}`;
  for (const forged of [flipped, head, `${head}.`, `${cookie}x`, 'backlot_session=', `__Host-${cookie}`]) {
    assert.equal((await accounts.actorOf(forged)).kind, 'visitor', forged);
  }
  assert.equal((await accounts.actorOf(undefined)).kind, 'visitor');
});

onSqlite('five failures are free, then each costs twice as long, and never for ever', async ({ accounts, clock }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  let address = 0;
  const attempt = (password: string) =>
    accounts.signIn({ email: 'ada@example.org', password, address: `10.0.0.${address++}`, agent: '' });
  for (let i = 0; i < 5; i++) assert.deepEqual(await attempt('wrong'), { ok: false, reason: 'wrong' });
  assert.deepEqual(await attempt(goodPassword), { ok: false, reason: 'wait', waitMs: 1000 });
  clock.advance(1000);
  assert.deepEqual(await attempt('wrong'), { ok: false, reason: 'wrong' });
  assert.deepEqual(await attempt(goodPassword), { ok: false, reason: 'wait', waitMs: 2000 });
  clock.advance(15 * MINUTE_MS);
  assert.equal((await attempt(goodPassword)).ok, true);
  assert.deepEqual(await attempt('wrong'), { ok: false, reason: 'wrong' });
});

onSqlite('attempts made at once count one by one', async ({ accounts }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  const many = Array.from({ length: 12 }, () =>
    accounts.signIn({ email: 'ada@example.org', password: 'wrong', ...place }),
  );
  const reasons = (await Promise.all(many)).map((outcome) => !outcome.ok && outcome.reason);
  assert.equal(reasons.filter((reason) => reason === 'wrong').length, 5);
});

onSqlite('an address may try twenty times a minute, over all accounts', async ({ accounts, clock }) => {
  const attempt = (number: number) =>
    accounts.signIn({ email: `user${number}@example.org`, password: 'wrong', ...place });
  const outcomes = await Promise.all(Array.from({ length: 21 }, (_, number) => attempt(number)));
  assert.deepEqual(outcomes.at(-1), { ok: false, reason: 'wait', waitMs: MINUTE_MS });
  clock.advance(MINUTE_MS);
  assert.deepEqual(await attempt(30), { ok: false, reason: 'wrong' });
});

onSqlite('sessions of staff end after 30 idle minutes and after 12 hours', async ({ accounts, clock, tables }) => {
  await addUser(accounts, 'ada@example.org', 'editor');
  const idle = await signedIn(accounts, 'ada@example.org');
  clock.advance(30 * MINUTE_MS);
  assert.equal((await accounts.actorOf(idle)).kind, 'user');
  clock.advance(30 * MINUTE_MS + 1);
  assert.equal((await accounts.actorOf(idle)).kind, 'visitor');
  const busy = await signedIn(accounts, 'ada@example.org');
  for (let i = 0; i < 24; i++) {
    clock.advance(30 * MINUTE_MS);
    assert.equal((await accounts.actorOf(busy)).kind, 'user');
  }
  clock.advance(1);
  assert.equal((await accounts.actorOf(busy)).kind, 'visitor');
  await signedIn(accounts, 'ada@example.org');
  assert.equal((await findRows(tables, SESSIONS, '')).length, 1, 'what is over is cleared away');
});

onSqlite('sessions of visitors last 14 and 30 days', async ({ accounts, clock }) => {
  await addUser(accounts, 'bob@example.org');
  const cookie = await signedIn(accounts, 'bob@example.org');
  clock.advance(14 * DAY_MS);
  assert.equal((await accounts.actorOf(cookie)).kind, 'user');
  clock.advance(14 * DAY_MS + 1);
  assert.equal((await accounts.actorOf(cookie)).kind, 'visitor');
});

onBothDatabases('what is over is swept away, and nothing else', async ({ accounts, clock, tables }) => {
  await accounts.setup.token();
  await addUser(accounts, 'ada@example.org', 'admin');
  await addUser(accounts, 'bob@example.org');
  await signedIn(accounts, 'ada@example.org');
  const visitor = await signedIn(accounts, 'bob@example.org');
  clock.advance(20 * MINUTE_MS);
  const second = await signedIn(accounts, 'ada@example.org');
  assert.equal(await accounts.sweep(), 0);
  clock.advance(11 * MINUTE_MS);
  assert.equal(await accounts.sweep(), 1, 'the session of 31 minutes ago');
  assert.equal((await accounts.actorOf(second)).kind, 'user');
  assert.equal((await accounts.actorOf(visitor)).kind, 'user');
  clock.advance(DAY_MS);
  assert.equal(await accounts.sweep(), 2, 'the other session of staff, and the link');
  assert.equal((await accounts.actorOf(visitor)).kind, 'user');
  clock.advance(15 * DAY_MS);
  assert.equal(await accounts.sweep(), 1);
  assert.equal((await findRows(tables, SESSIONS, '')).length, 0);
});

onSqlite('more sessions than are read at once are swept', async ({ accounts, clock, tables }) => {
  const user = await addUser(accounts, 'ada@example.org', 'editor');
  const now = new Date(clock.now()).toISOString();
  const values = { user: user.id, secret: '', seen_at: now, proven_at: now, address: '', agent: '' };
  await Promise.all(
    Array.from({ length: 450 }, () => tables.write(operator, [{ operation: 'insert', table: SESSIONS, values }])),
  );
  clock.advance(30 * MINUTE_MS + 1);
  assert.equal(await accounts.sweep(), 450);
});

onBothDatabases('that a session is in use survives a restart', async ({ accounts, clock, another }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  const cookie = await signedIn(accounts, 'ada@example.org');
  clock.advance(20 * MINUTE_MS);
  await accounts.actorOf(cookie);
  await accounts.close();
  clock.advance(20 * MINUTE_MS);
  assert.equal((await (await another()).accounts.actorOf(cookie)).kind, 'user');
});

onBothDatabases('other roles and another password end every session', async ({ accounts }) => {
  await addUser(accounts, 'root@example.org', 'admin');
  const user = await addUser(accounts, 'ada@example.org', 'editor');
  const first = await signedIn(accounts, 'ada@example.org');
  await accounts.users.change(user.id, { roles: ['admin'] }, operator);
  assert.equal((await accounts.actorOf(first)).kind, 'visitor');
  const second = await signedIn(accounts, 'ada@example.org');
  const third = await signedIn(accounts, 'ada@example.org');
  const kept = await accounts.sessions.find(third);
  const password = 'a longer walk on the beach';
  await accounts.users.change(user.id, { password }, operator, kept!.session.id);
  assert.equal((await accounts.actorOf(second)).kind, 'visitor');
  assert.deepEqual((await accounts.actorOf(third)).roles, ['admin']);
  assert.equal((await accounts.signIn({ email: user.email, password: goodPassword, ...place })).ok, false);
  assert.equal((await accounts.signIn({ email: user.email, password, ...place })).ok, true);
});

onBothDatabases('a removed user is gone with sessions and credentials', async ({ accounts, tables }) => {
  await addUser(accounts, 'root@example.org', 'admin');
  const user = await addUser(accounts, 'ada@example.org', 'editor');
  const cookie = await signedIn(accounts, 'ada@example.org');
  await accounts.users.remove(user.id, operator);
  assert.equal((await accounts.actorOf(cookie)).kind, 'visitor');
  assert.equal((await findRows(tables, CREDENTIALS, '')).length, 1);
  assert.equal((await findRows(tables, SESSIONS, '')).length, 0);
});

onPostgres('a session ended by another process is over here too', async ({ accounts, tables, another }) => {
  const user = await addUser(accounts, 'ada@example.org', 'admin');
  const cookie = await signedIn(accounts, 'ada@example.org');
  assert.equal((await accounts.actorOf(cookie)).kind, 'user');
  const other = await another();
  const who = await other.accounts.sessions.find(cookie);
  await other.accounts.endSessions(operator, user.id, [who!.session.id]);
  await tables.feed.reached(await other.tables.snapshot((reader) => Promise.resolve(reader.position)));
  assert.equal((await accounts.actorOf(cookie)).kind, 'visitor');
});

onBothDatabases('the last admin stays', async ({ accounts }) => {
  const user = await addUser(accounts, 'ada@example.org', 'admin');
  assert.deepEqual(await accounts.users.remove(user.id, operator), { ok: false, reason: 'last-admin' });
  const demoted = await accounts.users.change(user.id, { roles: ['editor'] }, operator);
  assert.deepEqual(demoted, { ok: false, reason: 'last-admin' });
});

onBothDatabases('two users cannot have one address, however it is written', async ({ accounts }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  const again = await accounts.users.add({ email: 'ADA@EXAMPLE.ORG', password: goodPassword, roles: [] }, operator);
  assert.equal(!again.ok && again.reason === 'invalid' && again.problems[0]?.code, 'taken');
});

onBothDatabases('a setup link works once', async ({ accounts }) => {
  const token = (await accounts.setup.token())!;
  const asked = { token, email: 'ada@example.org', password: goodPassword, ...place };
  const weak = await accounts.setup.use({ ...asked, password: 'short' });
  assert.equal(!weak.ok && weak.reason, 'invalid');
  const [one, two] = await Promise.all([
    accounts.setup.use(asked),
    accounts.setup.use({ ...asked, email: 'eve@example.org' }),
  ]);
  assert.notEqual(one.ok, two.ok);
  const used = one.ok ? one : two;
  assert.ok(used.ok);
  assert.deepEqual((await accounts.actorOf(cookieOf(used.cookie))).roles, ['admin']);
  assert.deepEqual(await accounts.setup.use(asked), { ok: false, reason: 'link' });
  assert.equal(await accounts.setup.token(), undefined);
});

onSqlite('a setup link ends after a day, and a forged one never begins', async ({ accounts, clock }) => {
  const token = (await accounts.setup.token())!;
  const asked = { email: 'ada@example.org', password: goodPassword, ...place };
  const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`;
  assert.deepEqual(await accounts.setup.use({ ...asked, token: forged }), { ok: false, reason: 'link' });
  clock.advance(DAY_MS);
  assert.deepEqual(await accounts.setup.use({ ...asked, token }), { ok: false, reason: 'link' });
});

onSqlite('a password hashed at another cost is hashed again at the next sign-in', async ({ accounts, tables }) => {
  const user = await addUser(accounts, 'ada@example.org', 'admin');
  const cheap = passwordHashing(seededRandom(9), 1, { ...hashCost, memory: 64 });
  const credential = (await findRow(tables, CREDENTIALS, `user=${user.id}`))!;
  const id = String(credential['id']);
  const values = { secret: await cheap.hash(goodPassword) };
  await tables.write(operator, [{ operation: 'update', table: CREDENTIALS, id, values }]);
  await signedIn(accounts, user.email);
  assert.match(String((await findRow(tables, CREDENTIALS, `user=${user.id}`))!['secret']), /m=19456,t=2,p=1/);
  await signedIn(accounts, user.email);
});

onSqlite('a new session takes the place of the browser’s old one', async ({ accounts }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  const first = await signedIn(accounts, 'ada@example.org');
  const second = await signedIn(accounts, 'ada@example.org', first);
  assert.equal((await accounts.actorOf(first)).kind, 'visitor');
  assert.equal((await accounts.actorOf(second)).kind, 'user');
});

onSqlite('giving the password again proves a session for ten minutes', async ({ accounts, clock }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  const cookie = await signedIn(accounts, 'ada@example.org');
  clock.advance(10 * MINUTE_MS);
  const stale = (await accounts.sessions.find(cookie))!;
  assert.equal(stale.proven, false);
  assert.deepEqual(await accounts.prove(stale, 'wrong', place.address), { ok: false, reason: 'wrong' });
  assert.deepEqual(await accounts.prove(stale, goodPassword, place.address), { ok: true });
  assert.equal((await accounts.sessions.find(cookie))!.proven, true);
});

onBothDatabases('secrets are in no log and no audit entry', async ({ accounts, driver }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  const cookie = await signedIn(accounts, 'ada@example.org');
  await accounts.signIn({ email: 'ada@example.org', password: 'my other secret', ...place });
  const kept = JSON.stringify([
    await driver.entriesAfter(0, 1000),
    await driver.query('select * from "_audit"', []),
    await driver.query('select * from "_session"', []),
    await driver.query('select * from "_user"', []),
  ]);
  for (const secret of [goodPassword, 'my other secret', cookie.split('.')[1]!]) assert.ok(!kept.includes(secret));
});

onSqlite('closing waits for what is being written', async ({ accounts, clock, log }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  const cookie = await signedIn(accounts, 'ada@example.org');
  clock.advance(2 * MINUTE_MS);
  await accounts.actorOf(cookie);
  await accounts.close();
  await wait(0);
  assert.deepEqual(log.lines, []);
});
