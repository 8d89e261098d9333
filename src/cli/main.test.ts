import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { command } from '../../test/rows.ts';
import { folderOf } from '../../test/served.ts';
import { suggest } from './suggest.ts';
import { describeUnexpected } from './unexpected.ts';

/** What a command line says on standard error, with its exit code. */
async function said(...args: string[]): Promise<readonly [number, string]> {
  const { code, stdout, stderr } = await command(args);
  assert.equal(stdout, '');
  return [code, stderr];
}

void test('the version is that of the package', async () => {
  const { stdout } = await command(['--version']);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  assert.equal(stdout, `${version}\n`);
});

void test('a mistyped command is named with the one that was meant, unless it is a folder', async (t) => {
  assert.deepEqual(await said('chekc'), [
    2,
    'backlot: there is no command "chekc". Did you mean check? See backlot --help.\n',
  ]);
  assert.deepEqual(await said('help', 'exprot'), [
    2,
    'backlot: there is no command "exprot". Did you mean export? See backlot --help.\n',
  ]);
  const cwd = await folderOf(t, { 'plans/api/index.html': '' });
  const { code, stderr } = await command(['plans'], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /api/);
});

void test('what is written wrongly is answered in one line with exit code 2', async () => {
  for (const [args, problem] of [
    [['check', '--sit', 'x'], 'check has no option --sit. Did you mean --site?'],
    [['check', '-x'], 'check has no option -x.'],
    [['check', '--site'], '--site needs a value: --site DIR.'],
    [['check', '--site', '--data', 'x'], '--site needs a value: --site DIR.'],
    [['check', '--site='], '--site needs a value: --site DIR.'],
    [['schema', '--json=yes'], '--json takes no value.'],
    [['check', 'menu.html'], 'check does not take "menu.html".'],
    [['rename', 'a', 'b', 'c'], 'rename does not take "c", only FROM TO.'],
    [['export'], 'export needs TABLE: backlot export message --format csv > messages.csv.'],
    [['export', 'x', '--format', 'xml'], '--format is "xml"; it takes csv or json.'],
    [['serve', '.', '--port', '80x'], '--port is "80x"; it takes a whole number from 0 to 65535.'],
    [['serve', '.', '--port', '65536'], '--port is "65536"; it takes a whole number from 0 to 65535.'],
    [['explain', 'menu.html'], '"menu.html" is no place; write it as menu.html:12 or menu.html:12:5.'],
    [
      ['plan', '--database', 'mysql://localhost/x'],
      '--database takes the address of a PostgreSQL database: postgres://user:password@host:5432/name.',
    ],
  ] as const) {
    assert.deepEqual(await said(...args), [2, `backlot: ${problem} See backlot ${args[0]} --help.\n`]);
  }
});

void test('what can be mended is answered in one line with exit code 1', async (t) => {
  const cwd = await folderOf(t, { 'file.html': '' });
  for (const [args, problem] of [
    [['nowhere-at-all'], /There is no folder .*nowhere-at-all/],
    [['serve', 'file.html'], /file\.html is a file/],
    [['check'], /No site has been served .*--site DIR/],
    [['check', '--site', 'nowhere'], /There is no folder .*nowhere/],
    [['explain', 'nothing.html:3', '--site', '.'], /There is no file nothing\.html/],
    [['schema'], /There is no data in .*backlot-data yet/],
    [['export', 'dish'], /There is no data in .*backlot-data yet/],
    [['apply', '--site', '.'], /There is no data in .*backlot-data yet/],
    [['rename', 'a', 'b'], /There is no data in .*backlot-data yet/],
    [
      ['schema', '--database', 'postgres://u:secret@127.0.0.1:1/shop'],
      /database shop at 127\.0\.0\.1:1 cannot be used/,
    ],
  ] as const) {
    const { code, stdout, stderr } = await command(args, { cwd });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^backlot: [^\n]+\n$/);
    assert.match(stderr, problem);
    assert.doesNotMatch(stderr, /secret|node_modules|\.ts:/);
  }
});

void test('an error that nobody foresaw is one line; its details are in a file for its owner', () => {
  const line = describeUnexpected(new TypeError('x is not a function'), 0);
  const file = /The details are in (.+)\.$/.exec(line)?.[1] ?? '';
  const kept = readFileSync(file, 'utf8');
  rmSync(file);
  assert.match(line, /^Something went wrong inside Backlot \(TypeError: x is not a function\)\./);
  assert.match(kept, /TypeError: x is not a function\n\s+at /);
  assert.match(describeUnexpected('odd', 0, '/nowhere/at/all'), /\(odd\)\. The details could not be written/);
});

void test('a near word is suggested, a far one is not', () => {
  const known = ['serve', 'schema', 'check', 'export', 'plan'];
  assert.equal(suggest('sreve', known), 'serve');
  assert.equal(suggest('PLAN', known), 'plan');
  assert.equal(suggest('exp', known), 'export');
  assert.equal(suggest('s', known), undefined);
  assert.equal(suggest('website', known), undefined);
});

void test('a reader that has gone is no failure', async (t) => {
  const { main } = await import('./main.ts');
  const stdout = new PassThrough();
  stdout.on('error', () => undefined);
  stdout.destroy(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }));
  const cwd = await folderOf(t, { 'index.html': '<form method=post name=ask><input name=q></form>' });
  const stderr = new PassThrough();
  const context = { cwd, environment: {}, stdin: new PassThrough(), stdout, stderr, stopAsked: Promise.resolve() };
  assert.equal(await main(['check', '--site', '.'], context), 0);
  assert.equal(stderr.read(), null);
});
