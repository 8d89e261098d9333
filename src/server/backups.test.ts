import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { manualClock, memoryLog, seededRandom } from '../std/index.ts';
import { backUpBeforeUpgrade, backupsOf, keptBackups, lastBackup } from './backups.ts';
import { openData } from './open-data.ts';
import type { OpenData, OpenDataOptions } from './open-data.ts';
import { settingsToShow } from './settings-to-show.ts';
import { readSettings } from './settings.ts';

const clock = manualClock();

async function open(t: TestContext, dataDir: string, more: Partial<OpenDataOptions> = {}): Promise<OpenData> {
  const data = await openData({ dataDir, clock, random: seededRandom(1), log: memoryLog(), program: '1', ...more });
  t.after(() => data.close());
  return data;
}

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'backlot-backups-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function about(kept = 10): Parameters<typeof backupsOf>[1] {
  const settings = readSettings({ BACKLOT_BACKUPS_KEPT: String(kept) });
  return { settings, site: null, program: '1', clock, log: memoryLog() };
}

void test('the newest of each kind stay', async (t) => {
  const data = await open(t, folder(t));
  const backups = backupsOf(data, about(2));
  for (let made = 0; made < 3; made++) {
    clock.advance(60_000);
    await backups.make('backup');
    await backups.make('before-apply');
  }
  const kept = await backups.list();
  assert.deepEqual(kept.map(({ kind }) => kind).toSorted(), ['backup', 'backup', 'before-apply', 'before-apply']);
  assert.equal(kept[0]!.takenMs, clock.now());
  assert.equal(kept.at(-1)!.takenMs, clock.now() - 60_000);
});

void test('when the last backup was made is remembered, wherever it went', async (t) => {
  const data = await open(t, folder(t));
  const file = join(folder(t), 'elsewhere.tar.gz');
  await backupsOf(data, about()).make('backup', { file });
  assert.deepEqual(await lastBackup(data.dataDir), { takenMs: clock.now(), file });
  assert.deepEqual(await keptBackups(data.dataDir), []);
});

void test('one backup is made at a time, and tells how far it is', async (t) => {
  const data = await open(t, folder(t));
  const backups = backupsOf(data, about());
  assert.deepEqual(backups.state(), { state: 'none' });
  const file = join(folder(t), 'one.tar.gz');
  const id = backups.start(file);
  assert.equal(backups.state().state, 'running');
  assert.throws(() => backups.start(), { code: 'server/backup-running' });
  // Waits for its turn.
  await backups.make('before-apply');
  assert.ok(existsSync(file));
  const failing = backups.start(file);
  assert.equal(failing, id + 2);
  await assert.rejects(backups.make('backup', { file }), { code: 'server/backup-exists' });
  assert.equal(backups.state().state, 'failed');
});

void test('closing stops the backup under way and leaves nothing of it', async (t) => {
  const root = folder(t);
  const data = await open(t, folder(t));
  const backups = backupsOf(data, about());
  backups.start(join(root, 'one.tar.gz'));
  await backups.close();
  const state = backups.state();
  assert.equal(state.state === 'failed' && state.code, 'server/backup-stopped');
  assert.deepEqual(readdirSync(root), []);
});

void test('data that another version wrote is backed up before this one writes to it', async (t) => {
  const root = folder(t);
  const onUpgrade = backUpBeforeUpgrade(about());
  await (await open(t, root, { onUpgrade })).close();
  await (await open(t, root, { onUpgrade })).close();
  assert.deepEqual(await keptBackups(root), []);
  await (await open(t, root, { onUpgrade, program: '2' })).close();
  assert.deepEqual(
    (await keptBackups(root)).map(({ kind }) => kind),
    ['before-upgrade'],
  );
  await (await open(t, root, { onUpgrade, program: '2' })).close();
  assert.equal((await keptBackups(root)).length, 1);
});

void test('settings are shown without what is as it comes and without passwords', () => {
  const environment = { BACKLOT_CURRENCY: 'USD', BACKLOT_MAIL: 'smtps://ann:secret@mail.example.org' };
  assert.deepEqual(settingsToShow(readSettings(environment)), {
    currency: 'USD',
    mail: 'smtps://ann@mail.example.org',
  });
});

void test('the record of the last backup is whole or not there', async (t) => {
  const root = folder(t);
  const data = await open(t, root);
  await backupsOf(data, about()).make('backup');
  assert.match(readFileSync(join(root, 'last-backup.json'), 'utf8'), /^\{"taken":"[^"]+","file":"[^"]+"\}\n$/);
  assert.equal(await lastBackup(join(root, 'nowhere')), undefined);
});
