import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { BacklotError, memoryLog } from '../std/index.ts';
import type { MemoryLog } from '../std/index.ts';
import { callControl, serveControl } from './control.ts';
import type { Control, ControlHandler } from './control.ts';
import { openDataFolder } from './data-folder.ts';

interface Served {
  readonly folder: string;
  readonly control: Control;
  readonly log: MemoryLog;
}

async function serve(context: TestContext, handlers: Record<string, ControlHandler>, below = ''): Promise<Served> {
  const root = mkdtempSync(join(tmpdir(), 'backlot-control-'));
  const folder = openDataFolder(join(root, below));
  const log = memoryLog();
  const control = await serveControl(folder, handlers, log);
  context.after(async () => {
    await control.close();
    folder.release();
    rmSync(root, { recursive: true, force: true });
  });
  return { folder: folder.folder, control, log };
}

void test('a command is run with its arguments and answered', async (context) => {
  const { folder } = await serve(context, { echo: async (args) => ({ got: args }), nothing: async () => undefined });
  const args = { rename: ['dish.cost', 'price'], text: 'zwei\nZeilen 🍝' };
  assert.deepEqual(await callControl(folder, 'echo', args), { got: args });
  assert.equal(await callControl(folder, 'nothing', null), null);
  assert.equal(statSync(join(folder, 'control.sock')).mode & 0o777, 0o600);
});

void test('a refusal keeps its code and message; a fault is kept from the caller', async (context) => {
  const { folder, log } = await serve(context, {
    refuse: async () => {
      throw new BacklotError('tables/not-additive', 'Run apply.');
    },
    fail: async () => {
      throw new Error('secret detail');
    },
  });
  await assert.rejects(callControl(folder, 'refuse', {}), { code: 'tables/not-additive', message: 'Run apply.' });
  await assert.rejects(callControl(folder, 'fail', {}), (error) => {
    assert.ok(error instanceof BacklotError);
    assert.equal(error.code, 'database/control');
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  assert.match(String(log.lines[0]?.fields['error']), /secret detail/);
});

void test('an unknown command and a malformed message are refused, and the server stays up', async (context) => {
  const { folder } = await serve(context, { ping: async () => 'pong' });
  for (const command of ['none', 'constructor', '__proto__']) {
    await assert.rejects(callControl(folder, command, {}), { code: 'database/control' });
  }
  for (const text of ['{', 'null', '[]', '{"command":5}', '\u0000']) {
    const socket = createConnection(join(folder, 'control.sock'));
    socket.write(`${text}\n`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    assert.match(answer, /"ok":false/);
  }
  assert.equal(await callControl(folder, 'ping', {}), 'pong');
});

void test('no server: a clear error', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-control-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  await assert.rejects(callControl(folder, 'ping', {}), { code: 'database/control' });
});

void test('a path too long for a socket is replaced by a short one, recorded in the folder', async (context) => {
  const { folder, control } = await serve(context, { ping: async () => 'pong' }, 'x'.repeat(120));
  assert.equal(await callControl(folder, 'ping', {}), 'pong');
  const path = readFileSync(join(folder, 'control.path'), 'utf8');
  assert.ok(Buffer.byteLength(path) <= 103);
  await control.close();
  assert.equal(existsSync(path), false);
  await assert.rejects(callControl(folder, 'ping', {}), { code: 'database/control' });
});

void test('what a killed server left in the folder is in nobody’s way', async (context) => {
  const root = mkdtempSync(join(tmpdir(), 'backlot-control-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'control.sock'), '');
  const folder = openDataFolder(root);
  const control = await serveControl(folder, { ping: async () => 'pong' }, memoryLog());
  assert.equal(await callControl(root, 'ping', {}), 'pong');
  await control.close();
  folder.release();
});

void test('closing waits for the command under way', async (context) => {
  const finish = Promise.withResolvers<string>();
  const started = Promise.withResolvers<void>();
  const { folder, control } = await serve(context, {
    slow: () => {
      started.resolve();
      return finish.promise;
    },
  });
  const call = callControl(folder, 'slow', {});
  await started.promise;
  const closing = control.close();
  finish.resolve('done');
  assert.equal(await call, 'done');
  await closing;
});

void test('a server that does not answer in time is given up', async (context) => {
  const never = Promise.withResolvers<string>();
  const { folder } = await serve(context, { never: () => never.promise });
  await assert.rejects(callControl(folder, 'never', {}, { timeoutMs: 5 }), { code: 'database/control' });
  never.resolve('at last');
});
