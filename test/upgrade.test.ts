import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { loadServedSite, openData, openDataToRead, readSettings, restoreData } from '../src/server/index.ts';
import type { DataPlace } from '../src/server/index.ts';
import { memoryLog, systemClock, systemRandom } from '../src/std/index.ts';
import { startPostgres } from './postgres.ts';
import type { PostgresServer } from './postgres.ts';
import { command } from './rows.ts';
import { folderOf, serveFolder } from './served.ts';

const contact = `<!DOCTYPE html>
<title>Contact</title>
<form name="message" method="post"><input name="name" required></form>
`;
const surroundings = { clock: systemClock, random: systemRandom, log: memoryLog() };

let server: Promise<PostgresServer> | undefined;
after(async () => {
  await (await server)?.stop();
});

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'backlot-upgrade-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function placeOf(t: TestContext, dialect: string): Promise<DataPlace> {
  const dataDir = folder(t);
  if (dialect === 'SQLite') return { dataDir };
  server ??= startPostgres({ fsync: false });
  return { dataDir, databaseUrl: await (await server).createDatabase() };
}

/** Data as a version left it that had fewer tables and columns of its own: no mails yet, and users without a name. */
async function olderData(place: DataPlace, siteDir: string): Promise<void> {
  const settings = readSettings({});
  const { schema } = await loadServedSite({ siteDir, dataDir: place.dataDir, settings });
  const { _mail: _mails, _user: users, ...tables } = schema.tables;
  const { name: _name, ...columns } = users!.columns;
  const data = await openData({ ...place, ...surroundings, program: 'older' });
  await data.tables.apply(await data.tables.plan({ tables: { ...tables, _user: { ...users!, columns } } }));
  const by = { kind: 'system', id: 'system', roles: [] } as const;
  await data.tables.write(by, [{ operation: 'insert', table: 'message', values: { name: 'Ada' } }]);
  await data.close();
}

async function contentsOf(place: DataPlace): Promise<{ names: unknown[]; ownColumns: boolean; ownTable: boolean }> {
  const data = await openDataToRead({ ...place, ...surroundings, program: 'test' });
  try {
    const rows = await data.driver.query('select name from message order by name', []);
    const { tables } = data.tables.schema;
    const ownColumns = tables['_user']?.columns['name'] !== undefined;
    return { names: rows.map(({ name }) => name), ownColumns, ownTable: tables['_mail'] !== undefined };
  } finally {
    await data.close();
  }
}

function backupsIn({ dataDir }: DataPlace): string[] {
  return readdirSync(join(dataDir, 'backups')).filter((name) => name.startsWith('before-upgrade-'));
}

for (const dialect of ['SQLite', 'PostgreSQL']) {
  void test(`a server makes a backup before it brings our own tables up to date, and it leads back (${dialect})`, async (t) => {
    const siteDir = await folderOf(t, { 'contact.html': contact });
    const place = await placeOf(t, dialect);
    await olderData(place, siteDir);
    const { dataDir, databaseUrl } = place;
    const site = await serveFolder(t, siteDir, { dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
    assert.equal((await site.post('/contact', { name: 'Bob' })).status, 303);
    await site.stop();
    assert.deepEqual(await contentsOf(place), { names: ['Ada', 'Bob'], ownColumns: true, ownTable: true });

    const [backup, ...others] = backupsIn(place);
    assert.deepEqual(others, []);
    const elsewhere = await placeOf(t, dialect);
    await restoreData(elsewhere, join(dataDir, 'backups', backup!), { log: memoryLog() });
    assert.deepEqual(await contentsOf(elsewhere), { names: ['Ada'], ownColumns: false, ownTable: false });

    await site.restart();
    assert.equal(backupsIn(place).length, 1, 'once for each upgrade');
  });

  void test(`a command of a newer version makes the backup too, where it is the first to write (${dialect})`, async (t) => {
    const siteDir = await folderOf(t, { 'contact.html': contact });
    const place = await placeOf(t, dialect);
    await olderData(place, siteDir);
    const where = [
      '--data',
      place.dataDir,
      ...(place.databaseUrl === undefined ? [] : ['--database', place.databaseUrl]),
    ];
    const added = await command(['user', 'add', 'ada@example.org', ...where], { stdin: 'a long walk on the beach\n' });
    assert.equal(added.code, 0, added.stderr);
    assert.equal(backupsIn(place).length, 1);
  });
}

void test('without a backup there is no upgrade', async (t) => {
  const siteDir = await folderOf(t, { 'contact.html': contact });
  const place = await placeOf(t, 'SQLite');
  await olderData(place, siteDir);
  writeFileSync(join(place.dataDir, 'backups'), 'in the way');
  await assert.rejects(serveFolder(t, siteDir, { dataDir: place.dataDir }), { code: 'server/backup-failed' });
  assert.deepEqual(await contentsOf(place), { names: ['Ada'], ownColumns: false, ownTable: false });
});
