import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { manualClock, memoryLog } from '../std/index.ts';
import { addDish, idsOf, makeDishes } from './contract-suite.ts';
import { folderHolder, openDataFolder } from './data-folder.ts';
import { DatabaseError } from './errors.ts';
import { openDatabase } from './open.ts';

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-folder-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function failure(work: () => unknown): DatabaseError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof DatabaseError);
    return error;
  }
  throw new Error('It did not fail.');
}

void test('a folder is made for its owner only', (context) => {
  const folder = openDataFolder(join(temporaryFolder(context), 'a', 'data'));
  context.after(() => folder.release());
  assert.equal(statSync(folder.folder).mode & 0o777, 0o700);
  assert.equal(statSync(folder.uploads).mode & 0o777, 0o700);
});

void test('a folder in use is refused with its holder, until it is released', (context) => {
  const root = temporaryFolder(context);
  const folder = openDataFolder(root);
  folder.announce('http://127.0.0.1:4000');
  const error = failure(() => openDataFolder(root));
  assert.equal(error.code, 'database/in-use');
  assert.match(error.message, new RegExp(`${root} is held by process ${process.pid} at http://127\\.0\\.0\\.1:4000`));
  assert.doesNotMatch(error.message, /\n/);
  folder.release();
  folder.release();
  assert.equal(folderHolder(root), undefined);
  openDataFolder(root).release();
});

void test('a server that is killed frees its folder', async (context) => {
  const root = temporaryFolder(context);
  const code = `import { openDataFolder } from ${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)};
    openDataFolder(${JSON.stringify(root)});
    globalThis.gc();
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const error = failure(() => openDataFolder(root));
  assert.equal(error.code, 'database/in-use');
  assert.match(error.message, new RegExp(`process ${child.pid}\\.`));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  openDataFolder(root).release();
});

void test('a folder that cannot be is refused in one clear line', (context) => {
  const root = temporaryFolder(context);
  writeFileSync(join(root, 'file'), '');
  for (const folder of [join(root, 'file'), join(root, 'file', 'below'), '/proc/backlot/data']) {
    const error = failure(() => openDataFolder(folder));
    assert.equal(error.code, 'database/folder');
    assert.ok(error.message.includes(`${folder} cannot be written: `), error.message);
    assert.doesNotMatch(error.message, /\n/);
  }
});

void test('a database in a folder is opened, closed and freed; reading works beside it', async (context) => {
  const dataDir = temporaryFolder(context);
  const settings = { dataDir, clock: manualClock(), log: memoryLog(), program: '1.0.0' };
  const opened = await openDatabase(settings);
  await makeDishes(opened.driver);
  await opened.driver.commit([addDish(opened.driver, 'a')]);
  await assert.rejects(openDatabase(settings), { code: 'database/in-use' });
  const beside = await openDatabase({ ...settings, readOnly: true });
  assert.deepEqual(await idsOf(beside.driver), ['a']);
  await beside.close();
  await opened.close();
  const again = await openDatabase(settings);
  assert.deepEqual(await idsOf(again.driver), ['a']);
  await again.close();
});

void test('a database of a newer program is refused, unharmed, and its folder freed', async (context) => {
  const dataDir = temporaryFolder(context);
  const settings = { dataDir, clock: manualClock(), log: memoryLog() };
  const newer = await openDatabase({ ...settings, program: '9.0.0' });
  await newer.driver.migrate([{ sql: `update _meta set value = '7' where key = 'format'`, params: [] }], []);
  await newer.close();
  const before = readFileSync(join(dataDir, 'data.db'));
  for (const readOnly of [false, true]) {
    await assert.rejects(openDatabase({ ...settings, program: '1.0.0', readOnly }), (error) => {
      assert.ok(error instanceof DatabaseError);
      assert.equal(error.code, 'database/newer');
      assert.match(error.message, /Backlot 9\.0\.0 \(format 7\); this is Backlot 1\.0\.0 \(format 1\)/);
      return true;
    });
  }
  assert.deepEqual(readFileSync(join(dataDir, 'data.db')), before);
  openDataFolder(dataDir).release();
});
