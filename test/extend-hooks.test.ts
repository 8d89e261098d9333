import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { call, signedIn } from './api.ts';
import { startPostgres } from './postgres.ts';
import type { PostgresServer } from './postgres.ts';
import { rows } from './rows.ts';
import { folderOf, serveFiles, serveFolder } from './served.ts';
import type { Served, ServeOptions } from './served.ts';

let server: Promise<PostgresServer> | undefined;
after(async () => {
  await (await server)?.stop();
});

const book = `<!DOCTYPE html><html lang=en><title>Book</title><form data-save=booking method=post>
<input name=name required><input type=number name=guests min=1 max=12><button>Book</button></form>`;

/** A site whose configuration is written in the test. */
function siteWith(config: string, more: Record<string, string> = {}): Record<string, string> {
  return { 'book.html': book, 'backlot.config.ts': config, ...more };
}

/** What was logged as an error. */
function errorsOf(site: Served): readonly string[] {
  return site.log.lines.filter(({ level }) => level === 'error').map(({ fields }) => String(fields['error']));
}

type Run = (
  start: (files: Record<string, string>) => Promise<Served>,
  database: string | undefined,
  t: TestContext,
) => Promise<void>;

/** A journey on each database. */
function onBothDatabases(name: string, run: Run): void {
  void test(`${name} (SQLite)`, (t) => run((files) => serveFiles(t, files), undefined, t));
  void test(`${name} (PostgreSQL)`, async (t) => {
    server ??= startPostgres({ fsync: false });
    const databaseUrl = await (await server).createDatabase();
    await run((files) => serveFiles(t, files, { databaseUrl }), databaseUrl, t);
  });
}

const strict = `import { defineSite } from 'backlot';
import { most } from './house/rules.ts';

export default defineSite({
  hooks: {
    booking: {
      insert: {
        transform: ({ values }) => ({ name: String(values.name).trim() }),
        check: ({ after }) => (Number(after.guests) > most ? { guests: 'For so many please call us.' } : undefined),
      },
      update: {
        check({ after, before }) {
          if (before.name !== after.name) return 'A booking keeps its name.';
        },
      },
    },
  },
});
`;
const rules = { 'house/rules.ts': 'export const most: number = 8;\n' };

onBothDatabases('hooks have the same say in a form and in the API, which the admin speaks', async (start, database) => {
  const site = await start(siteWith(strict, rules));
  const refused = await site.post('/book', { name: 'Ada', guests: '9' });
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), /For so many please call us\./);
  assert.equal((await site.post('/book', { name: '  Ada ', guests: '4' })).status, 303);
  assert.deepEqual(await rows(site, 'booking', ['name', 'guests'], database), [{ name: 'Ada', guests: 4 }]);

  const cookie = await signedIn(site, 'admin', database);
  const many = await call(site, 'POST /booking', { cookie, body: { name: 'Bob', guests: 10 } });
  assert.equal(many.status, 422);
  assert.deepEqual(many.at('errors'), [{ field: 'guests', code: 'refused', message: 'For so many please call us.' }]);
  const made = await call(site, 'POST /booking', { cookie, body: { name: ' Bob ', guests: 2 } });
  assert.deepEqual([made.status, made.at('name')], [201, 'Bob']);
  const renamed = await call(site, `PATCH /booking/${String(made.at('id'))}`, { cookie, body: { name: 'Rob' } });
  assert.deepEqual(
    [renamed.status, renamed.at('detail'), renamed.at('errors')],
    [422, 'A booking keeps its name.', []],
    'what is wrong with the whole has no field',
  );
  assert.deepEqual(errorsOf(site), []);
});

test('the code of a configuration is nobody’s to read', async (t) => {
  const site = await serveFiles(t, siteWith(strict, { ...rules, 'house/page.html': '<p>House' }));
  for (const path of ['/backlot.config.ts', '/house/rules.ts']) assert.equal((await site.get(path)).status, 404, path);
  assert.equal((await site.get('/house/page')).status, 200);
});

const broken = `export default {
  hooks: {
    booking: {
      insert: {
        check({ after }) {
          return after.guests.over.there;
        },
      },
    },
  },
};
`;

onBothDatabases(
  'a hook that fails is told to its author with file and line, to the visitor in general',
  async (start, database) => {
    const site = await start(siteWith(broken));
    const answer = await site.post('/book', { name: 'Ada Lovelace', guests: '4' });
    assert.equal(answer.status, 503);
    const page = await answer.text();
    assert.match(page, /Nothing is lost/);
    assert.match(page, /value="?Ada Lovelace/, 'what was typed is still there');
    assert.doesNotMatch(page, /backlot\.config|TypeError/);
    const cookie = await signedIn(site, 'admin', database);
    const api = await call(site, 'POST /booking', { cookie, body: { name: 'Ada', guests: 4 } });
    assert.deepEqual([api.status, api.at('code')], [500, 'hook']);
    assert.doesNotMatch(JSON.stringify(api.json), /backlot\.config|TypeError/);
    const errors = errorsOf(site);
    assert.equal(errors.length, 2);
    for (const error of errors) {
      assert.match(error, /hooks\.booking\.insert\.check \(backlot\.config\.ts:6:\d+\) failed: TypeError: /);
    }
    assert.deepEqual(await rows(site, 'booking', ['name'], database), []);
  },
);

const telling = `import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineSite } from 'backlot';

export default defineSite({
  hooks: {
    booking: {
      insert: {
        after({ row, actor }) {
          appendFileSync(join(import.meta.dirname, 'told.txt'), \`\${row?.name} by \${actor.kind}\\n\`);
        },
      },
    },
  },
});
`;

onBothDatabases('what follows a commit is done after it, also by the next start', async (_start, database, t) => {
  const dir = await folderOf(t, siteWith(telling));
  const site = await serveFolder(t, dir, database === undefined ? {} : { databaseUrl: database });
  const told = join(dir, 'told.txt');
  assert.equal((await site.post('/book', { name: 'Ada', guests: '4' })).status, 303);
  while (!existsSync(told)) await setTimeout(20);
  assert.equal(readFileSync(told, 'utf8'), 'Ada by visitor\n');
});

/** Starts a site that must not start, and gives what is said. */
async function refusal(t: TestContext, config: string, options: ServeOptions = {}): Promise<string> {
  const dir = await folderOf(t, siteWith(config));
  const error: unknown = await serveFolder(t, dir, options).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof Error, 'it starts');
  return error.message;
}

const faults: readonly { readonly name: string; readonly config: string; readonly said: RegExp }[] = [
  {
    name: 'a mistake in the language',
    config: 'const a = 1;\nexport default { x: [, };\n',
    said: /^backlot\.config\.ts:2: it could not be loaded: SyntaxError/,
  },
  {
    name: 'what Node cannot strip',
    config: 'export default {};\n\nenum A { B }\n',
    said: /^backlot\.config\.ts:3: it could not be loaded: .*enum/,
  },
  {
    name: 'an error while it is loaded',
    config: 'const none = null;\n\nexport default none.such;\n',
    said: /^backlot\.config\.ts:3: it could not be loaded: TypeError/,
  },
  {
    name: 'a file that is not there',
    config: "import './none.ts';\nexport default {};\n",
    said: /^backlot\.config\.ts: it could not be loaded: .*none\.ts/,
  },
  {
    name: 'nothing exported',
    config: 'export const a = 1;\n',
    said: /^backlot\.config\.ts: it must export an object by default/,
  },
  {
    name: 'a name that means nothing',
    config: 'export default {\n  hocks: {},\n};\n',
    said: /^backlot\.config\.ts:2: "hocks" means nothing here/,
  },
  {
    name: 'a setting that is not there',
    config: "export default {\n  settings: {\n    timezone: 'Europe/Rome',\n  },\n};\n",
    said: /^backlot\.config\.ts:3: there is no setting "timezone"/,
  },
  {
    name: 'a wrong setting',
    config: "export default {\n  settings: {\n    timeZone: 'Mars',\n  },\n};\n",
    said: /^backlot\.config\.ts:3: settings\.timeZone is "Mars"/,
  },
  {
    name: 'hooks of a table that is not there',
    config:
      'export default {\n  hooks: {\n    bookng: {\n      insert: {\n        check() {},\n      },\n    },\n  },\n};\n',
    said: /^backlot\.config\.ts:5: hooks\.bookng\.insert\.check: no page makes a table "bookng"\. There are: booking/,
  },
  {
    name: 'hooks of a table of ours',
    config: 'export default { hooks: { _mail: { insert: { check() {} } } } };\n',
    said: /_mail is a table of the program's own/,
  },
  {
    name: 'an operation that is none',
    config:
      'export default {\n  hooks: {\n    booking: {\n      create: {\n        check() {},\n      },\n    },\n  },\n};\n',
    said: /^backlot\.config\.ts:5: hooks\.booking has "create"; it may have insert, update or delete/,
  },
  {
    name: 'times that cannot be read',
    config: "export default {\n  jobs: {\n    digest: { schedule: 'noon',\n      run() {} },\n  },\n};\n",
    said: /^backlot\.config\.ts:4: .*digest has the times "noon"/,
  },
  {
    name: 'a job that does nothing',
    config: "export default {\n  jobs: {\n    digest: { schedule: '0 3 * * *' },\n  },\n};\n",
    said: /^backlot\.config\.ts:3: jobs\.digest has no function run/,
  },
  {
    name: 'a hook that is no function',
    config: "export default {\n  hooks: {\n    booking: { insert: {\n      after: 'mail',\n    } },\n  },\n};\n",
    said: /^backlot\.config\.ts:4: hooks\.booking\.insert\.after must be a function/,
  },
];

for (const { name, config, said } of faults) {
  void test(`a configuration with a fault is said at the start, with its place: ${name}`, async (t) => {
    const environment = { BACKLOT_TIME_ZONE: undefined } as unknown as Record<string, string>;
    assert.match(await refusal(t, config, { environment }), said);
  });
}

/** Until a notice says something. */
async function noticed(site: Served, said: RegExp): Promise<void> {
  while (!site.notices.some((line) => said.test(line))) await setTimeout(20);
}

test('in dev a changed configuration is taken at once, a broken one never takes the server down', async (t) => {
  const dir = await folderOf(t, siteWith(strict, rules));
  const site = await serveFolder(t, dir, { dev: true });
  const post = async (): Promise<number> => (await site.post('/book', { name: 'Ada', guests: '9' })).status;
  assert.equal(await post(), 422);
  await writeFile(join(dir, 'backlot.config.ts'), 'export default {\n  hooks: [,\n};\n');
  await noticed(site, /^backlot\.config\.ts:3: it could not be loaded: .* stays as it was\.$/);
  assert.equal(await post(), 422);
  await writeFile(join(dir, 'backlot.config.ts'), strict);
  await noticed(site, /^backlot\.config\.ts was read again\.$/);
  const before = site.notices.length;
  await writeFile(join(dir, 'house', 'rules.ts'), 'export const most: number = 10;\n');
  while (!site.notices.slice(before).some((line) => line.includes('was read again'))) await setTimeout(20);
  assert.equal(await post(), 303);
});

test('serve --trace-hooks prints each run of a hook', async (t) => {
  const dir = await folderOf(t, siteWith(strict, rules));
  const program = fileURLToPath(new URL('../bin/backlot.js', import.meta.url));
  const data = ['--data', join(dir, '.data'), '--port', '0'];
  const child = spawn(process.execPath, [program, 'serve', dir, ...data, '--trace-hooks'], {
    env: { ...process.env, BACKLOT_RATE_LIMIT: 'off' },
  });
  t.after(() => child.kill('SIGKILL'));
  const told = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (told.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (told.err += chunk.toString()));
  const ready = /is served at (http:\S+)/;
  while (!ready.test(told.out)) {
    assert.equal(child.exitCode, null, told.err);
    await setTimeout(20);
  }
  const address = ready.exec(told.out)![1]!;
  const sent = {
    method: 'POST',
    body: new URLSearchParams({ name: ' Ada ', guests: '9' }),
    headers: { origin: address },
  };
  assert.equal((await fetch(`${address}/book`, sent)).status, 422);
  while (!told.err.includes('check')) await setTimeout(20);
  assert.match(told.err, /^hook hooks\.booking\.insert\.transform \d+\.\d ms changed$/m);
  assert.match(told.err, /^hook hooks\.booking\.insert\.check \d+\.\d ms refused$/m);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});
