import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { accountTables, openAccounts } from '../accounts/index.ts';
import { manualClock, memoryLog, seededRandom } from '../std/index.ts';
import type { Actor } from '../tables/index.ts';
import { backupsOf } from './backups.ts';
import type { KeptBackup } from './backups.ts';
import { writeNote, readNote } from './last-site.ts';
import { liveRestore } from './live-restore.ts';
import type { RestoreState } from './live-restore.ts';
import { openData } from './open-data.ts';
import type { OpenData } from './open-data.ts';
import { readSettings } from './settings.ts';

const system: Actor = { kind: 'system', id: 'system', roles: [] };
const random = seededRandom(1);

/** Data with a user and a note that says `then`, a backup of it, and the note then changed to `now`. */
interface World {
  readonly backup: KeptBackup;
  readonly heard: string[];
  readonly log: ReturnType<typeof memoryLog>;
  readonly note: () => Promise<string | undefined>;
  /** Goes back; `failures` says how often opening the data again fails, once it has been exchanged. */
  readonly goBack: (failures: number) => Promise<RestoreState>;
}

async function world(t: TestContext): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'backlot-live-restore-'));
  const clock = manualClock();
  const log = memoryLog();
  const heard: string[] = [];
  const open = (): Promise<OpenData> => openData({ dataDir, clock, random, log, program: '1' });
  const site = (data: OpenData) => {
    const accounts = openAccounts({ tables: data.tables, clock, random, log });
    const settings = readSettings({});
    return {
      data,
      backups: backupsOf(data, { settings, site: null, program: '1', clock, log }),
      api: { accounts },
      rest: async () => void heard.push('rest'),
      async close() {
        heard.push('close');
        await accounts.close();
        await data.close();
      },
    };
  };
  const data = await open();
  await data.tables.apply(
    await data.tables.plan({ tables: Object.fromEntries(accountTables.map((table) => [table.name, table])) }),
  );
  const current = { site: site(data) };
  t.after(async () => {
    await current.site.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const { users } = current.site.api.accounts;
  await users.add({ email: 'ada@example.org', password: 'zebra crossing at noon', roles: ['admin'] }, system);
  await writeNote(data.driver, 'is', 'then');
  await current.site.backups.make('backup');
  const [backup] = await current.site.backups.list();
  clock.advance(60_000);
  await writeNote(data.driver, 'is', 'now');
  return {
    backup: backup!,
    heard,
    log,
    note: () => readNote(current.site.data.driver, 'is'),
    async goBack(failures) {
      let left = failures;
      const restore = liveRestore({ place: { dataDir }, log });
      restore.begin({
        current,
        app: { pause: async () => void heard.push('pause'), resume: () => void heard.push('resume') },
        async openAgain() {
          heard.push('open');
          if (left-- > 0) throw new Error('The data cannot be opened.');
          return site(await open());
        },
      });
      restore.start(backup!, system);
      assert.throws(() => restore.start(backup!, system), { code: 'server/backup-running' });
      while (restore.state().state === 'running') await new Promise((resolve) => setTimeout(resolve, 5));
      return restore.state();
    },
  };
}

void test('the data is exchanged between pause and resume, and opened again', async (t) => {
  const { goBack, heard, note, backup } = await world(t);
  const state = await goBack(0);
  assert.equal(state.state === 'restored' && state.name, backup.name);
  assert.deepEqual(heard, ['pause', 'rest', 'close', 'open', 'resume']);
  assert.equal(await note(), 'then');
});

void test('a backup that cannot be opened gives way to what was there before', async (t) => {
  const { goBack, heard, note, log } = await world(t);
  const state = await goBack(1);
  assert.equal(state.state === 'failed' && state.code, 'server/backup-failed');
  assert.match(state.state === 'failed' ? state.message : '', /put back/);
  assert.deepEqual(heard, ['pause', 'rest', 'close', 'open', 'open', 'resume']);
  assert.equal(await note(), 'now');
  assert.ok(log.lines.some(({ message }) => message.includes('put back')));
});
