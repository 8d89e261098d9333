import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import { manualClock, memoryLog } from '../std/index.ts';
import { addDish, idsOf, loggedIds, makeDishes, refusalOf, statement } from './contract-suite.ts';
import type { Driver } from './contract.ts';
import { openDatabase, restoreBackup } from './open.ts';
import type { OpenDatabaseOptions } from './open.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.stop());

type Place = Pick<OpenDatabaseOptions, 'dataDir' | 'url'>;

interface Bench {
  /** Where a backup may go. */
  readonly file: string;
  /** An empty database. */
  readonly place: () => Promise<Place>;
  readonly open: (place: Place) => Promise<Driver>;
}

async function bench(context: TestContext, dialect: Driver['dialect']): Promise<Bench> {
  const root = mkdtempSync(join(tmpdir(), 'backlot-backup-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  let places = 0;
  return {
    file: join(root, 'backup'),
    async place() {
      const dataDir = join(root, `data${places++}`);
      return dialect === 'sqlite' ? { dataDir } : { dataDir, url: await server.createDatabase() };
    },
    async open(place) {
      const opened = await openDatabase({ ...place, clock: manualClock(), log: memoryLog() });
      context.after(() => opened.close());
      return { ...opened.driver, close: () => opened.close() };
    },
  };
}

/** A database with a little of everything that a restored one must have again. */
async function fill(driver: Driver): Promise<void> {
  await makeDishes(driver);
  const shadow =
    driver.dialect === 'sqlite'
      ? 'alter table dish add column shadow text generated always as (lower(name)) virtual'
      : `alter table dish add column shadow tsvector generated always as (to_tsvector('simple', name)) stored`;
  const steps = [
    shadow,
    'create index dish_price on dish (price) where price > 3',
    'create table "odd ""name" (a text default \'x\')',
  ];
  await driver.migrate(
    steps.map((sql) => statement(driver, sql)),
    [],
  );
  await driver.commit([
    addDish(driver, 'a', { name: 'Ünï "quoted" \\ \n\t🍝', price: Number.MAX_SAFE_INTEGER }),
    addDish(driver, 'b', { parent: 'a' }),
  ]);
  // More than one portion of rows.
  for (let index = 0; index < 3; index++) {
    await driver.commit(Array.from({ length: 400 }, (_, row) => addDish(driver, `row-${index}-${row}`)));
  }
}

const everything = 'select id, name, price, version, parent, cast(shadow as text) as shadow from dish order by id';

for (const dialect of ['sqlite', 'postgres'] as const) {
  void test(`${dialect}: what was backed up comes back, and nothing written since`, async (context) => {
    const { file, place, open } = await bench(context, dialect);
    const home = await place();
    const driver = await open(home);
    await fill(driver);
    const rows = await driver.query(everything, []);
    const report = await driver.backupTo(file);
    assert.equal(report.rows['dish'], 1202);
    assert.equal(report.rows['odd "name'], 0);
    await driver.commit([addDish(driver, 'later')]);
    await driver.close();

    const target = dialect === 'sqlite' ? home : await place();
    assert.deepEqual((await restoreBackup({ ...target, log: memoryLog() }, file)).rows, report.rows);
    const restored = await open(target);
    assert.deepEqual(await restored.query(everything, []), rows);
    assert.equal((await loggedIds(restored)).length, 1202);
    const outcomes = await restored.commit([
      addDish(restored, 'x', { name: 'b' }),
      addDish(restored, 'y', { parent: 'nobody' }),
      addDish(restored, 'z', { price: -1 }),
      addDish(restored, 'later'),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => refusalOf(outcome).split(' ')[0]),
      ['unique', 'reference', 'check', 'accepted'],
    );
    assert.equal(await restored.position(), 1203);
  });

  void test(`${dialect}: a backup taken during writes is one state`, async (context) => {
    const { file, place, open } = await bench(context, dialect);
    const driver = await open(await place());
    await makeDishes(driver);
    await driver.commit(Array.from({ length: 2000 }, (_, row) => addDish(driver, `row-${row}`)));
    const done = new AbortController();
    const write = async (): Promise<void> => {
      for (let index = 0; !done.signal.aborted; index++) {
        await driver.commit([addDish(driver, `d${index}`)]);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const writer = write();
    const report = await driver.backupTo(file);
    done.abort();
    await writer;
    assert.equal(report.rows['dish'], report.rows['_log']);
  });

  void test(`${dialect}: a backup never replaces a file`, async (context) => {
    const { file, place, open } = await bench(context, dialect);
    const driver = await open(await place());
    writeFileSync(file, 'precious');
    await assert.rejects(driver.backupTo(file), { code: 'database/not-empty' });
    assert.equal(readFileSync(file, 'utf8'), 'precious');
    await assert.rejects(driver.backupTo(join(file, 'below')));
  });

  void test(`${dialect}: what is no whole backup is refused, and changes nothing`, async (context) => {
    const { file, place, open } = await bench(context, dialect);
    const home = await place();
    const driver = await open(home);
    await makeDishes(driver);
    await driver.commit(Array.from({ length: 200 }, (_, row) => addDish(driver, `row-${row}`)));
    await driver.backupTo(file);
    await driver.close();
    const target = dialect === 'sqlite' ? home : await place();
    for (const [index, content] of broken(dialect, readFileSync(file)).entries()) {
      writeFileSync(`${file}-${index}`, content);
      const restoring = restoreBackup({ ...target, log: memoryLog() }, `${file}-${index}`);
      await assert.rejects(restoring, { code: 'database/not-a-backup' }, `damage ${index}`);
    }
    const unharmed = await open(target);
    if (dialect === 'sqlite') assert.equal((await idsOf(unharmed)).length, 200);
    else await makeDishes(unharmed);
    assert.equal(existsSync(`${file}.partial`), false);
  });
}

/** Ways in which a backup can be spoilt. */
function broken(dialect: Driver['dialect'], whole: Buffer): Buffer[] {
  const always = [Buffer.from('not a backup'), Buffer.alloc(0)];
  if (dialect === 'sqlite') {
    const overwritten = Buffer.from(whole);
    overwritten.fill(0xff, 4096 * 2, 4096 * 3);
    return [...always, whole.subarray(0, whole.length - 4096), overwritten];
  }
  const lines = gunzipSync(whole).toString().trimEnd().split('\n');
  const row = lines.findIndex((line) => line.startsWith('{"row":'));
  const spoilt = [lines.slice(0, -1), lines.toSpliced(row, 1), lines.slice(1), lines.with(row, '{"row":')];
  const packed = spoilt.map((kept) => gzipSync(`${kept.join('\n')}\n`));
  return [...always, whole.subarray(0, whole.length - 20), ...packed];
}

void test('postgres: a backup goes into an empty database only', async (context) => {
  const { file, place, open } = await bench(context, 'postgres');
  const home = await place();
  const driver = await open(home);
  await makeDishes(driver);
  await driver.backupTo(file);
  await assert.rejects(restoreBackup({ ...home, log: memoryLog() }, file), { code: 'database/not-empty' });
});

void test('sqlite: a database that a server holds is not replaced', async (context) => {
  const { file, place, open } = await bench(context, 'sqlite');
  const home = await place();
  const driver = await open(home);
  await driver.backupTo(file);
  await assert.rejects(restoreBackup({ ...home, log: memoryLog() }, file), { code: 'database/in-use' });
});

void test('postgres: a disk that is full while a backup is written is said to be, and nothing is left', async (context) => {
  const { file, place, open } = await bench(context, 'postgres');
  const driver = await open(await place());
  await makeDishes(driver);
  await driver.commit(Array.from({ length: 200 }, (_, row) => addDish(driver, `row-${row}`)));
  const before = readdirSync(dirname(file));
  symlinkSync('/dev/full', `${file}.partial`);
  await assert.rejects(driver.backupTo(file), { code: 'ENOSPC' });
  assert.deepEqual(readdirSync(dirname(file)), before);
});
