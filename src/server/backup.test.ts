import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import type { Driver } from '../database/index.ts';
import { manualClock, memoryLog, seededRandom } from '../std/index.ts';
import { readTarHeader, tarHeader, tarPadding } from './backup-tar.ts';
import { makeBackup } from './backup.ts';
import type { BackupSource } from './backup.ts';
import { openData, openDataToRead } from './open-data.ts';
import type { DataPlace, OpenData } from './open-data.ts';
import { restoreFolders, swapIn } from './restore-swap.ts';
import { restoreData } from './restore.ts';

let server: Promise<PostgresServer> | undefined;
after(async () => {
  await (await server)?.stop();
});

interface Bench {
  readonly root: string;
  readonly place: () => Promise<DataPlace>;
  readonly open: (place: DataPlace) => Promise<OpenData>;
}

function bench(t: TestContext, dialect: Driver['dialect']): Bench {
  const root = mkdtempSync(join(tmpdir(), 'backlot-archive-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  let places = 0;
  return {
    root,
    async place() {
      const dataDir = join(root, `data${places++}`);
      if (dialect === 'sqlite') return { dataDir };
      server ??= startPostgres({ fsync: false });
      return { dataDir, databaseUrl: await (await server).createDatabase() };
    },
    async open(place) {
      const data = await openData({
        ...place,
        clock: manualClock(),
        random: seededRandom(1),
        log: memoryLog(),
        program: '1.0.0',
      });
      t.after(() => data.close());
      return data;
    },
  };
}

const uploads: Readonly<Record<string, string>> = {
  'kept/0123456789abcdef0123456789abcdef.txt': 'a guest’s letter',
  'kept/fedcba9876543210fedcba9876543210.png': '\0'.repeat(100_000),
  'kept/00000000000000000000000000000000.csv': '',
};

async function fill({ driver, uploadsDir }: OpenData): Promise<void> {
  await driver.migrate([{ sql: 'create table dish (id text primary key, name text)', params: [] }], []);
  await addDishes(driver, 0, 500);
  for (const [path, content] of Object.entries(uploads)) put(join(uploadsDir, path), content);
  put(join(uploadsDir, 'incoming/provisional'), 'not yet of any row');
}

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function addDishes(driver: Driver, from: number, count: number): Promise<void> {
  const sql = `insert into dish values (${driver.dialect === 'sqlite' ? '?, ?' : '$1, $2'})`;
  const changes = Array.from({ length: count }, (_, index) => ({
    statements: [{ sql, params: [String(from + index).padStart(6, '0'), `Dish ${from + index} 🍝`] }],
    entries: [],
  }));
  await driver.commit(changes);
}

function sourceOf(data: OpenData): BackupSource {
  return {
    driver: data.driver,
    schema: data.tables.schema,
    uploadsDir: data.uploadsDir,
    settings: { currency: 'USD' },
    site: '/srv/site',
    program: '1.0.0',
    clock: manualClock(),
  };
}

interface Contents {
  readonly dishes: readonly unknown[];
  readonly files: Readonly<Record<string, string>>;
}

async function contents({ driver, uploadsDir }: OpenData): Promise<Contents> {
  const rows = await driver.query('select id, name from dish order by id', []);
  const hash = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(uploadsDir, 'kept', name)))
      .digest('hex');
  const names = readdirSync(join(uploadsDir, 'kept'));
  return {
    dishes: rows.map((row) => ({ ...row })),
    files: Object.fromEntries(names.map((name) => [name, hash(name)])),
  };
}

/** Names of the tar entries in an archive, in order. */
function entriesOf(archive: Buffer): string[] {
  const tar = gunzipSync(archive);
  const names: string[] = [];
  for (let offset = 0; ;) {
    const entry = readTarHeader(tar.subarray(offset, offset + 512));
    if (entry === 'end' || entry === undefined) return names;
    names.push(entry.name);
    offset += 512 + entry.size + tarPadding(entry.size);
  }
}

for (const dialect of ['sqlite', 'postgres'] as const) {
  void test(`${dialect}: an archive brings back rows and files, and puts aside what was there`, async (t) => {
    const { root, place, open } = bench(t, dialect);
    const home = await place();
    const data = await open(home);
    await fill(data);
    const before = await contents(data);
    const steps = new Set<string>();
    const file = join(root, 'one.tar.gz');
    const made = await makeBackup(sourceOf(data), file, { onProgress: ({ step }) => steps.add(step) });
    assert.deepEqual([...steps], ['database', 'packing', 'checking']);
    assert.equal(made.files, 3);
    assert.deepEqual(
      entriesOf(readFileSync(file)).filter((name) => !name.startsWith('uploads/')),
      [
        'backlot.json',
        'settings.json',
        'schema.json',
        dialect === 'sqlite' ? 'database.db' : 'database.jsonl.gz',
        'SHA256SUMS',
      ],
    );
    await addDishes(data.driver, 500, 10);
    put(join(data.uploadsDir, 'kept/99999999999999999999999999999999.txt'), 'later');
    await data.close();

    const restored = await restoreData(home, file, { log: memoryLog() });
    assert.match(restored.replaced ?? '', /replaced/);
    assert.deepEqual(restored.settings, { currency: 'USD' });
    const again = await open(home);
    assert.deepEqual(await contents(again), before);
    assert.deepEqual(readdirSync(root).sort(), ['data0', 'one.tar.gz']);
    assert.ok(
      existsSync(join(restoreFolders(home.dataDir).replaced, 'uploads/kept/99999999999999999999999999999999.txt')),
    );
    assert.ok(!existsSync(restoreFolders(home.dataDir).staging));
  });

  void test(`${dialect}: an archive goes into a place where nothing was`, async (t) => {
    const { root, place, open } = bench(t, dialect);
    const data = await open(await place());
    await fill(data);
    const file = join(root, 'one.tar.gz');
    await makeBackup(sourceOf(data), file);
    const other = await place();
    const { replaced } = await restoreData(other, file, { log: memoryLog() });
    if (dialect === 'sqlite') assert.equal(replaced, undefined);
    assert.equal(existsSync(restoreFolders(other.dataDir).replaced), false);
    assert.deepEqual(await contents(await open(other)), await contents(data));
  });

  void test(`${dialect}: an archive made while rows and files are added is one state`, async (t) => {
    const { root, place, open } = bench(t, dialect);
    const data = await open(await place());
    await fill(data);
    const done = new AbortController();
    let next = 500;
    const write = async (): Promise<void> => {
      for (; !done.signal.aborted; next += 1) {
        // As a form does: first the file, then the row that holds it.
        put(join(data.uploadsDir, `kept/${String(next).padStart(32, '0')}.txt`), `file ${next}`);
        await addDishes(data.driver, next, 1);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const writer = write();
    const file = join(root, 'one.tar.gz');
    const made = await makeBackup(sourceOf(data), file);
    done.abort();
    await writer;
    const other = await place();
    await restoreData(other, file, { log: memoryLog() });
    const { dishes, files } = await contents(await open(other));
    assert.ok(dishes.length >= 500 && dishes.length <= next);
    for (let row = 500; row < dishes.length; row++)
      assert.ok(files[`${String(row).padStart(32, '0')}.txt`], `file of ${row}`);
    assert.equal(made.files, Object.keys(files).length);
  });

  void test(`${dialect}: a damaged, cut or foreign archive is refused and nothing is touched`, async (t) => {
    const { root, place, open } = bench(t, dialect);
    const home = await place();
    const data = await open(home);
    await fill(data);
    const file = join(root, 'one.tar.gz');
    await makeBackup(sourceOf(data), file);
    const before = await contents(data);
    await data.close();
    const whole = readFileSync(file);
    const spoilt = join(root, 'spoilt');
    for (const [what, content] of damages(whole)) {
      writeFileSync(spoilt, content);
      await assert.rejects(
        restoreData(home, spoilt, { log: memoryLog() }),
        (error: Error & { code?: string }) => /^(server\/not-a-backup|database\/not-a-backup)$/.test(error.code ?? ''),
        what,
      );
    }
    assert.deepEqual(
      readdirSync(home.dataDir).filter((name) => /restor|replaced/.test(name)),
      [],
    );
    assert.deepEqual(await contents(await open(home)), before);
  });

  void test(`${dialect}: data in use is not replaced`, async (t) => {
    const { root, place, open } = bench(t, dialect);
    const home = await place();
    const data = await open(home);
    await fill(data);
    const file = join(root, 'one.tar.gz');
    await makeBackup(sourceOf(data), file);
    await assert.rejects(restoreData(home, file, { log: memoryLog() }), { code: 'database/in-use' });
    assert.equal((await contents(data)).dishes.length, 500);
  });
}

function* damages(whole: Buffer): Generator<[string, Buffer]> {
  yield ['empty', Buffer.alloc(0)];
  yield ['text', Buffer.from('not a backup')];
  yield [
    'another archive',
    gzipSync(Buffer.concat([tarHeader({ name: 'x', size: 0, modifiedMs: 0 }), Buffer.alloc(1024)])),
  ];
  for (let part = 1; part < 10; part++) {
    yield [`cut at ${part}0 %`, whole.subarray(0, Math.floor((whole.length * part) / 10))];
  }
  yield ['the last byte is missing', whole.subarray(0, -1)];
  const tar = gunzipSync(whole);
  for (let part = 1; part < 10; part++) {
    const flipped = Buffer.from(whole);
    const at = Math.floor((whole.length * part) / 10);
    flipped[at] = flipped[at]! ^ 0x10;
    // In a run of equal bytes another code may say the same.
    if (!unpacksTo(flipped, tar)) yield [`a byte flipped at ${part}0 %`, flipped];
  }
  for (let part = 1; part < 10; part += 2) {
    const cut = Math.floor((tar.length * part) / 10 / 512) * 512;
    yield [`packed again, cut at ${part}0 %`, gzipSync(tar.subarray(0, cut))];
    yield [
      `packed again, cut at ${part}0 %, with an end`,
      gzipSync(Buffer.concat([tar.subarray(0, cut), Buffer.alloc(1024)])),
    ];
    const flipped = Buffer.from(tar);
    // Not in the padding, which belongs to no file.
    const at = flipped.lastIndexOf('a', cut);
    flipped[at] = 0x62;
    yield [`packed again, a byte changed at ${part}0 %`, gzipSync(flipped)];
  }
  yield ['something after its end', gzipSync(Buffer.concat([tar, Buffer.from('more')]))];
}

function unpacksTo(archive: Buffer, content: Buffer): boolean {
  try {
    return gunzipSync(archive).equals(content);
  } catch {
    return false;
  }
}

void test('an archive of a newer program, or of the other database, is refused', async (t) => {
  const { root, place, open } = bench(t, 'sqlite');
  const data = await open(await place());
  await fill(data);
  const file = join(root, 'one.tar.gz');
  await makeBackup(sourceOf(data), file);
  const tar = gunzipSync(readFileSync(file));
  const change = (from: string, to: string): void => {
    const changed = Buffer.from(tar);
    changed.write(to, changed.indexOf(from));
    writeFileSync(join(root, 'changed'), gzipSync(changed));
  };
  const target = await place();
  change('"version": 1', '"version": 9');
  await assert.rejects(restoreData(target, join(root, 'changed'), { log: memoryLog() }), {
    code: 'server/backup-newer',
  });
  change('"format": 1', '"format": 9');
  await assert.rejects(restoreData(target, join(root, 'changed'), { log: memoryLog() }), {
    code: 'server/backup-newer',
  });
  await assert.rejects(
    restoreData({ ...target, databaseUrl: 'postgres://nobody@127.0.0.1:1/none' }, file, { log: memoryLog() }),
    { code: 'server/backup-other-database' },
  );
  assert.equal(existsSync(target.dataDir), false);
});

void test('names that lead out of the folder are refused', async (t) => {
  const { root, place, open } = bench(t, 'sqlite');
  const data = await open(await place());
  await fill(data);
  const file = join(root, 'one.tar.gz');
  await makeBackup(sourceOf(data), file);
  const tar = gunzipSync(readFileSync(file));
  for (const name of [
    'uploads/../../evil',
    '/etc/passwd',
    'uploads//x',
    'uploads/.hidden',
    'data.db',
    'uploads/a\\..\\b',
  ]) {
    const content = Buffer.alloc(512);
    const first = tar.indexOf('settings.json\0');
    const evil = [tar.subarray(0, first), tarHeader({ name, size: 512, modifiedMs: 0 }), content, tar.subarray(first)];
    writeFileSync(join(root, 'evil'), gzipSync(Buffer.concat(evil)));
    await assert.rejects(
      restoreData(await place(), join(root, 'evil'), { log: memoryLog() }),
      { code: 'server/not-a-backup' },
      name,
    );
  }
  assert.equal(existsSync(join(root, '..', 'evil')), false);
});

for (const [system, code, words] of [
  ['ENOSPC', 'server/backup-full', /disk is full/],
  ['EIO', 'server/backup-failed', /disk reported an error/],
] as const) {
  for (const step of ['database', 'packing', 'checking'] as const) {
    void test(`${system} while ${step}: a clear message and nothing left`, async (t) => {
      const { root, place, open } = bench(t, 'sqlite');
      const data = await open(await place());
      await fill(data);
      const making = makeBackup(sourceOf(data), join(root, 'one.tar.gz'), { fault: failing(step, system) });
      await assert.rejects(
        making,
        (error: Error & { code?: string }) => error.code === code && words.test(error.message),
      );
      assert.deepEqual(readdirSync(root), ['data0']);
    });
  }
}

function failing(step: string, code: string): (now: string) => void {
  return (now) => {
    if (now === step) throw Object.assign(new Error(`${code}: simulated`), { code, syscall: 'write' });
  };
}

void test('a backup that is stopped leaves nothing', async (t) => {
  const { root, place, open } = bench(t, 'sqlite');
  const data = await open(await place());
  await fill(data);
  const stop = new AbortController();
  const making = makeBackup(sourceOf(data), join(root, 'one.tar.gz'), {
    signal: stop.signal,
    onProgress: ({ step }) => step === 'packing' && stop.abort(),
  });
  await assert.rejects(making);
  assert.deepEqual(readdirSync(root), ['data0']);
});

void test('a backup never replaces a file, and needs its folder', async (t) => {
  const { root, place, open } = bench(t, 'sqlite');
  const data = await open(await place());
  await fill(data);
  const file = join(root, 'one.tar.gz');
  writeFileSync(file, 'precious');
  await assert.rejects(makeBackup(sourceOf(data), file), { code: 'server/backup-exists' });
  assert.equal(readFileSync(file, 'utf8'), 'precious');
  await assert.rejects(makeBackup(sourceOf(data), join(root, 'nowhere/one')), { code: 'server/backup-failed' });
});

void test('a restore that was interrupted is completed when the data is opened', async (t) => {
  const { root, place, open } = bench(t, 'sqlite');
  const home = await place();
  const data = await open(home);
  await fill(data);
  await makeBackup(sourceOf(data), join(root, 'one.tar.gz'));
  const before = await contents(data);
  await data.close();
  const other = await place();
  await restoreData(other, join(root, 'one.tar.gz'), { log: memoryLog() });
  // As it would be found after the first of two exchanges.
  const { staging, replaced } = restoreFolders(home.dataDir);
  mkdirSync(staging);
  mkdirSync(replaced);
  mkdirSync(join(staging, 'uploads/kept'), { recursive: true });
  writeFileSync(join(staging, 'data.db'), readFileSync(join(other.dataDir, 'data.db')));
  for (const name of Object.keys(before.files)) {
    writeFileSync(join(staging, 'uploads/kept', name), readFileSync(join(other.dataDir, 'uploads/kept', name)));
  }
  writeFileSync(
    join(home.dataDir, 'restore.json'),
    JSON.stringify(['data.db-wal', 'data.db-shm', 'data.db', 'uploads']),
  );
  writeFileSync(join(replaced, 'data.db'), readFileSync(join(home.dataDir, 'data.db')));
  rmSync(join(home.dataDir, 'data.db'));
  rmSync(join(home.dataDir, 'uploads/kept'), { recursive: true });
  assert.deepEqual(await contents(await open(home)), before);
  assert.equal(existsSync(join(home.dataDir, 'restore.json')), false);
});

void test('an exchange that fails puts everything back', (t) => {
  const { root } = bench(t, 'sqlite');
  put(join(root, 'data.db'), 'old');
  put(join(root, 'data.db-wal'), 'old log');
  put(join(root, 'restoring/data.db'), 'new');
  put(join(root, 'restoring/nowhere/uploads'), 'cannot be moved to a folder that is not there');
  assert.throws(() => swapIn(root, ['data.db-wal', 'data.db', 'nowhere/uploads']), { code: 'ENOENT' });
  assert.equal(readFileSync(join(root, 'data.db-wal'), 'utf8'), 'old log');
  assert.equal(readFileSync(join(root, 'data.db'), 'utf8'), 'old');
  assert.equal(readFileSync(join(root, 'restoring/data.db'), 'utf8'), 'new');
});

void test('what only reads makes a backup beside the server that writes', async (t) => {
  const { root, place, open } = bench(t, 'sqlite');
  const home = await place();
  const data = await open(home);
  await fill(data);
  const options = { ...home, clock: manualClock(), random: seededRandom(1), log: memoryLog(), program: '1.0.0' };
  const beside = await openDataToRead(options);
  await makeBackup(sourceOf(beside), join(root, 'one.tar.gz'));
  await beside.close();
});
