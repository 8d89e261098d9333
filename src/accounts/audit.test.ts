import assert from 'node:assert/strict';
import { addUser, goodPassword, onBothDatabases, onPostgres, place, signedIn } from './fixtures.ts';
import { findRows } from './find-rows.ts';

onBothDatabases('the trail holds what happened, in order, and is whole', async ({ accounts, tables }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  await accounts.signIn({ email: 'ada@example.org', password: 'wrong', ...place });
  await accounts.signIn({ email: 'nobody@example.org', password: goodPassword, ...place });
  await signedIn(accounts, 'ada@example.org');
  const entries = await findRows(tables, '_audit', 'sort=number');
  assert.deepEqual(
    entries.map(({ action }) => action),
    ['user.added', 'session.failed', 'session.failed', 'session.created'],
  );
  assert.deepEqual(await accounts.audit.verify(), { ok: true, entries: 4 });
});

onBothDatabases('a changed entry and a missing one are found', async ({ accounts, driver }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  for (let i = 0; i < 3; i++) await accounts.signIn({ email: 'ada@example.org', password: 'wrong', ...place });
  await driver.migrate([{ sql: `update "_audit" set "address" = '192.0.2.9' where "number" = 3`, params: [] }], []);
  assert.deepEqual(await accounts.audit.verify(), { ok: false, number: 3 });
  await driver.migrate([{ sql: `update "_audit" set "address" = '192.0.2.1' where "number" = 3`, params: [] }], []);
  assert.deepEqual(await accounts.audit.verify(), { ok: true, entries: 4 });
  await driver.migrate([{ sql: 'delete from "_audit" where "number" = 2', params: [] }], []);
  assert.deepEqual(await accounts.audit.verify(), { ok: false, number: 3 });
});

onPostgres('several processes write one chain', async ({ accounts, another }) => {
  await addUser(accounts, 'ada@example.org', 'admin');
  const other = await another();
  const failures = [accounts, other.accounts].flatMap((each, process) =>
    Array.from({ length: 4 }, (_, number) =>
      each.signIn({ email: `u${process}${number}@example.org`, password: 'wrong', ...place }),
    ),
  );
  await Promise.all(failures);
  assert.deepEqual(await accounts.audit.verify(), { ok: true, entries: 9 });
});
