import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folderOf } from '../../test/served.ts';

/* Real processes: what only they show. */

const program = fileURLToPath(new URL('../../bin/backlot.js', import.meta.url));
const startScript = fileURLToPath(new URL('../../scripts/start.js', import.meta.url));
const form = '<!DOCTYPE html><title>T</title><form name="ask" method="post" action="#sent"><input name="about"></form>';

interface Running {
  readonly child: ChildProcess;
  readonly address: string;
  stdout(): string;
  stderr(): string;
  ended: Promise<number | null>;
}

/** Starts a server in a process and waits for its line. */
async function run(t: TestContext, script: string, args: readonly string[], cwd: string, env = {}): Promise<Running> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env: { ...process.env, BACKLOT_RATE_LIMIT: 'off', INIT_CWD: cwd, ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  await Promise.race([once(child.stdout, 'data'), ended]);
  const address = /served at (\S+)\n/.exec(stdout)?.[1] ?? '';
  return { child, address, stdout: () => stdout, stderr: () => stderr, ended };
}

async function emptyFolder(t: TestContext): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'backlot-process-')));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

void test('serve says one line when ready, finishes the form under way on SIGTERM, and exits with 0', async (t) => {
  const cwd = await folderOf(t, { 'site/index.html': form });
  const server = await run(t, program, ['site', '--port', '0'], cwd);
  assert.match(server.stdout(), /^site is served at http:\/\/127\.0\.0\.1:\d+\n$/);
  const { hostname, port, host } = new URL(server.address);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /?form=ask HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\n` +
      'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n',
  );
  // The server has begun with the request once it asks for the body.
  assert.match(String((await once(socket, 'data'))[0]), /100 Continue/);
  server.child.kill('SIGTERM');
  socket.write('about=last');
  assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 303 /);
  socket.destroy();
  assert.equal(await server.ended, 0);
  assert.match(server.stderr(), /^There is no admin yet\.[^\n]+\n$/);
  const kept = spawnSync(process.execPath, [program, 'export', 'ask'], { cwd, encoding: 'utf8' });
  assert.match(kept.stdout, /,last,/);
});

void test('a second server on the same data is refused by name, and on the same port', async (t) => {
  const cwd = await folderOf(t, { 'site/index.html': form });
  const server = await run(t, program, ['serve', 'site', '--port', '0'], cwd);
  const second = spawnSync(process.execPath, [program, 'serve', 'site', '--port', '0'], { cwd, encoding: 'utf8' });
  assert.deepEqual([second.status, second.stdout], [1, '']);
  assert.match(second.stderr, new RegExp(`^backlot: [^\\n]*in use[^\\n]*${server.address}[^\\n]*\\n$`));
  const { port } = new URL(server.address);
  const args = [program, 'serve', 'site', '--data', 'other', '--port', port];
  const third = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  assert.deepEqual([third.status, third.stdout], [1, '']);
  assert.equal(third.stderr, `backlot: Port ${port} is in use. Stop what uses it, or choose another with --port.\n`);
});

void test('a reader that stops reading, as head does, is no failure', async (t) => {
  const items = Array.from(
    { length: 3000 },
    (_, n) => `<li itemscope><b itemprop="name">${'x'.repeat(90)}${n}</b></li>`,
  );
  const cwd = await folderOf(t, { 'site/index.html': `<ul data-list="dish">${items.join('')}</ul>` });
  const server = await run(t, program, ['site', '--port', '0'], cwd);
  const child = spawn(process.execPath, [program, 'export', 'dish'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  child.stdout.once('data', () => child.stdout.destroy());
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  assert.equal(stderr, '');
  server.child.kill('SIGTERM');
  assert.equal(await server.ended, 0);
});

void test('npm start serves the folder named from where npm was called, with its data there', async (t) => {
  const cwd = await folderOf(t, { 'my site/index.html': form });
  const elsewhere = await emptyFolder(t);
  const server = await run(t, startScript, ['my site', '--port', '0'], elsewhere, { INIT_CWD: cwd });
  assert.match(server.stdout(), /^my site is served at /);
  assert.equal((await fetch(server.address)).status, 200);
  server.child.kill('SIGINT');
  assert.equal(await server.ended, 0);
  assert.ok(existsSync(join(cwd, 'backlot-data', 'data.db')));
});

void test('npm start without a folder serves the example', async (t) => {
  const cwd = await emptyFolder(t);
  const server = await run(t, startScript, ['--port', '0'], cwd);
  assert.match(await (await fetch(`${server.address}/menu`)).text(), /Tagliatelle al ragù/);
  server.child.kill('SIGTERM');
  assert.equal(await server.ended, 0);
});

const systemNode = '/usr/bin/node';
const systemVersion = existsSync(systemNode) ? spawnSync(systemNode, ['--version'], { encoding: 'utf8' }).stdout : '';

void test(
  'under an older Node: one line that says which is needed',
  { skip: /^v(?:\d|1\d|2[0-3])\./.test(systemVersion) ? false : 'this machine has no older Node' },
  () => {
    for (const script of [program, startScript]) {
      const { status, stdout, stderr } = spawnSync(systemNode, [script, 'x'], { encoding: 'utf8' });
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr, /^backlot needs Node 24\.18 or newer; this is v[\d.]+\. [^\n]+\n$/);
    }
  },
);
