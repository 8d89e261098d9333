import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { folderOf } from '../../test/served.ts';
import { main } from './main.ts';

const page = '<!DOCTYPE html><title>Ask</title><form name="ask" method="post"><input name="about"></form>';

/** Serves and is asked to stop at once; gives what was said. */
async function serve(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const context = { cwd, environment, stdin, stdout, stderr, stopAsked: Promise.resolve() };
  const code = await main(['serve', ...args, '--port', '0'], context);
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

async function site(t: TestContext, files: Record<string, string> = { 'index.html': page }): Promise<string> {
  return await folderOf(t, Object.fromEntries(Object.entries(files).map(([path, text]) => [`site/${path}`, text])));
}

void test('prints one line with the address; notices go to standard error', async (t) => {
  const cwd = await site(t, {
    'index.html': '<form><input type="email"><textarea></textarea></form>',
  });
  const { code, stdout, stderr } = await serve(cwd, ['site']);
  assert.equal(code, 0);
  assert.match(stdout, /^site is served at http:\/\/127\.0\.0\.1:\d+\n$/);
  assert.match(
    stderr,
    /^index\.html:1:1: This form does not send anything to the server[^\n]+name="email"[^\n]+\nThere is no admin yet\.[^\n]+\/admin\/setup#[\w.-]{80}\n$/,
  );
});

void test('a page with an error is told of at the start, and takes down no other', async (t) => {
  const cwd = await site(t, { 'index.html': page, 'bad.html': '<ul data-list="dish?sort=x"><li itemscope></ul>' });
  const { code, stderr } = await serve(cwd, ['site']);
  assert.equal(code, 0);
  assert.match(stderr, /^bad\.html:1:\d+: error: /);
});

void test('what keeps it from starting is one line that says what to do', async (t) => {
  const cwd = await site(t);
  assert.equal((await serve(cwd, ['site', '--data', 'newer'])).code, 0);
  const database = new DatabaseSync(join(cwd, 'newer', 'data.db'));
  database.exec("update _meta set value = '999' where key = 'format'");
  database.close();
  const mars = { BACKLOT_TIME_ZONE: 'Mars' };
  for (const [args, said, environment = {}] of [
    [['--data', 'newer'], /written by a newer program/],
    [['--data', 'site/index.html'], /site\/index\.html cannot be written: there is a file of that name/],
    [['--host', '192.0.2.1'], /no address 192\.0\.2\.1\. Choose another with --host/],
    [['--data', 'a'], /BACKLOT_TIME_ZONE is "Mars"; it takes an IANA time zone/, mars],
    [['--database', 'postgres://127.0.0.1:1/x'], /database x at 127\.0\.0\.1:1 cannot be used/],
  ] as const) {
    const { code, stdout, stderr } = await serve(cwd, ['site', ...args], environment);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^backlot: [^\n]+\n$/);
    assert.match(stderr, said);
  }
});

void test('a configuration that cannot be used is named with what may stand there', async (t) => {
  const cwd = await site(t, { 'index.html': page, 'backlot.config.js': 'export default { settings: { colour: 1 } };' });
  const { code, stderr } = await serve(cwd, ['site']);
  assert.equal(code, 1);
  assert.match(stderr, /^backlot: backlot\.config\.js:1: there is no setting "colour"\. There are: origin,[^\n]+\n$/);
});
