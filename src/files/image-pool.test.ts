import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { imagePool } from './image-pool.ts';
import type { ImagePoolOptions } from './image-pool.ts';
import type { ImageTask } from './image-task.ts';

const task: ImageTask = { format: 'png', input: '/nowhere/in', output: '/nowhere/out' };
const silent = 'process.on("message", () => {});';
const answering = 'process.on("message", () => process.send({ ok: true, width: process.pid, height: 1 }));';

/** A pool whose processes run this program. */
async function poolOf(t: TestContext, program: string, options: ImagePoolOptions = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'backlot-pool-'));
  const file = join(dir, 'program.mjs');
  await writeFile(file, program);
  const pool = imagePool({ ...options, program: pathToFileURL(file) });
  t.after(async () => {
    pool.close();
    await rm(dir, { recursive: true, force: true });
  });
  return pool;
}

void test('no process runs before the first task, and one is used again for the next', async (t) => {
  const pool = await poolOf(t, answering);
  assert.equal(pool.size, 0);
  const [first, second] = [await pool.run(task), await pool.run(task)];
  assert.ok(first.ok && second.ok);
  assert.equal(first.width, second.width);
  assert.equal(pool.size, 1);
});

void test('no more processes run at once than allowed, and every task is answered', async (t) => {
  const pool = await poolOf(t, answering, { processesMax: 2 });
  const outcomes = Array.from({ length: 7 }, () => pool.run(task));
  assert.equal(pool.size, 2);
  const pids = new Set((await Promise.all(outcomes)).map((outcome) => outcome.ok && outcome.width));
  assert.ok(pids.size <= 2 && !pids.has(false));
});

void test('a process without a task ends by itself', async (t) => {
  const pool = await poolOf(t, answering, { idleMs: 1 });
  assert.equal((await pool.run(task)).ok, true);
  while (pool.size > 0) await setImmediate();
});

void test('a task that takes too long is ended, and the next one gets a new process', async (t) => {
  const pool = await poolOf(t, silent, { taskMs: 1, processesMax: 1 });
  const outcomes = await Promise.all([pool.run(task), pool.run(task)]);
  assert.deepEqual(outcomes, [
    { ok: false, fault: 'heavy' },
    { ok: false, fault: 'heavy' },
  ]);
});

for (const [what, program, fault] of [
  ['is killed', 'process.on("message", () => process.kill(process.pid, "SIGKILL"));', 'ended'],
  ['took too much memory', 'process.on("message", () => process.exit(77));', 'heavy'],
  ['cannot begin', 'throw new Error("no");', 'ended'],
] as const) {
  void test(`a task whose process ${what} is answered with ${fault}`, async (t) => {
    const pool = await poolOf(t, program);
    assert.deepEqual(await pool.run(task), { ok: false, fault });
    assert.equal(pool.size, 0);
  });
}

void test('too many tasks are refused, and closing answers those that wait', async (t) => {
  const pool = await poolOf(t, silent, { processesMax: 1, waitingMax: 1 });
  const [running, waiting] = [pool.run(task), pool.run(task)];
  assert.deepEqual(await pool.run(task), { ok: false, fault: 'busy' });
  pool.close();
  assert.deepEqual(await Promise.all([running, waiting]), [
    { ok: false, fault: 'ended' },
    { ok: false, fault: 'ended' },
  ]);
});

void test('the server’s secrets are not in the environment of its processes', async (t) => {
  process.env['BACKLOT_TEST_SECRET'] = 'hidden';
  t.after(() => delete process.env['BACKLOT_TEST_SECRET']);
  const program =
    'process.on("message", () => process.send({ ok: false, fault: "unusable", why: Object.keys(process.env).join() }));';
  const outcome = await (await poolOf(t, program)).run(task);
  assert.ok(!outcome.ok && outcome.fault === 'unusable');
  assert.doesNotMatch(outcome.why, /BACKLOT/);
});
