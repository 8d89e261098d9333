import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { folderOf } from './served.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** A package whose program says in which form it runs. */
async function samplePackage(t: TestContext): Promise<string> {
  const dir = await folderOf(t, {
    'package.json': '{"type":"module"}',
    'src/cli/main.ts': "export async function main(): Promise<number> { console.log('sources'); return 0; }",
    'dist/server/main.js': "export async function main() { console.log('built'); return 0; }",
  });
  await cp(join(root, 'bin'), join(dir, 'bin'), { recursive: true });
  return dir;
}

async function formOf(dir: string): Promise<string> {
  const { stdout } = await run(process.execPath, [join(dir, 'bin/backlot.js')]);
  return stdout.trim();
}

/** Notes that what is built was built from the sources as they are. */
async function stampSources(dir: string): Promise<void> {
  const program = JSON.stringify(join(dir, 'bin/program.js'));
  const script = `import { sourcesStamp } from ${program}; process.stdout.write(sourcesStamp(${JSON.stringify(dir)}));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  await writeFile(join(dir, 'dist/server/built-from'), stdout);
}

void test('what was built is run as long as it was built from these sources', async (t) => {
  const dir = await samplePackage(t);
  assert.equal(await formOf(dir), 'sources', 'nobody knows what it was built from');
  await stampSources(dir);
  assert.equal(await formOf(dir), 'built');
  await utimes(join(dir, 'src/cli/main.ts'), 1000, 1000);
  assert.equal(await formOf(dir), 'sources', 'a file was changed');
  await stampSources(dir);
  await writeFile(join(dir, 'src/other.ts'), '');
  assert.equal(await formOf(dir), 'sources', 'a file was added');
  await stampSources(dir);
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }');
  assert.equal(await formOf(dir), 'sources', 'the libraries may be others');
  await stampSources(dir);
  await writeFile(join(dir, 'src/other.test.ts'), '');
  assert.equal(await formOf(dir), 'built', 'tests are no part of it');
});

void test('without sources, as it is published, what was built is the program', async (t) => {
  const dir = await samplePackage(t);
  await stampSources(dir);
  await rm(join(dir, 'src'), { recursive: true });
  assert.equal(await formOf(dir), 'built');
});

void test('the built program serves pages, takes forms and runs its threads', async (t) => {
  await mkdir(join(root, 'dist'), { recursive: true });
  const built = await mkdtemp(join(root, 'dist', 'tried-'));
  t.after(() => rm(built, { recursive: true, force: true }));
  await run(process.execPath, ['scripts/build-server.js', `dist/${basename(built)}`], { cwd: root });
  const site = await folderOf(t, {
    'index.html': '<form method="post" name="message"><input name="email" type="email" required></form>',
  });
  const data = await mkdtemp(join(tmpdir(), 'backlot-data-'));
  t.after(() => rm(data, { recursive: true, force: true }));
  const start = join(built, 'start.js');
  await writeFile(start, "import { main } from './main.js'; process.exitCode = await main(process.argv.slice(2));");
  const server = spawn(process.execPath, [start, 'serve', site, '--data', data, '--port', '0']);
  t.after(() => server.kill());
  const address = await addressOf(server.stdout);
  const page = await fetch(address);
  const [, action = ''] = /action="([^"]*)"/.exec(await page.text()) ?? [];
  assert.notEqual(action, '', 'the form says where it is posted');
  const saved = await fetch(new URL(action, address), {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: address },
    body: new URLSearchParams({ email: 'a@example.org' }),
  });
  assert.equal(saved.status, 303);
  const archive = join(data, 'kept.tar.gz');
  await run(process.execPath, [start, 'backup', archive, '--data', data]);
  assert.ok((await readFile(archive)).length > 0, 'the archive is made in a thread of its own');
  server.kill('SIGTERM');
  assert.deepEqual(await once(server, 'exit'), [0, null]);
});

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const found = /http:\/\/\S+/.exec(line)?.[0];
    if (found !== undefined) return found;
  }
  throw new Error('The server ended before it said where it is.');
}
