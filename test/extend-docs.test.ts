import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isUuid } from '../src/std/index.ts';
import { call, signedIn } from './api.ts';
import { command, rows } from './rows.ts';
import { folderOf, serveFolder } from './served.ts';
import type { Served } from './served.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = ['hooks', 'jobs', 'routes'].map((name) => ({
  name,
  text: readFileSync(join(root, `docs/extend/${name}.md`), 'utf8'),
}));
const page = /^```html book\.html\n([\s\S]*?)^```$/m.exec(documents[0]!.text)?.[1] ?? '';
const examples = new Map(documents.flatMap(({ text: document }) => examplesOf(document)));

/** The configurations of a document, by the heading that they stand under. */
function examplesOf(document: string): readonly (readonly [string, string])[] {
  const marks = Array.from(document.matchAll(/^## (.+)$|^```ts backlot\.config\.ts\n([\s\S]*?)^```$/gm));
  return marks.flatMap(([, , code], index) => {
    const heading = marks.slice(0, index).findLast(([, named]) => named !== undefined)?.[1] ?? '';
    return code === undefined ? [] : [[heading, code] as const];
  });
}

const ada = { name: 'Ada', date: '2027-05-18', guests: '4' };

/** A booking reaches the kitchen, with the key of its job. */
async function tellsTheKitchen(site: Served): Promise<void> {
  const heard = Promise.withResolvers<{ readonly key: unknown; readonly body: string }>();
  const kitchen = createServer((request, response) => {
    void text(request).then((body) => {
      heard.resolve({ key: request.headers['idempotency-key'], body });
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(kitchen, 'listening');
  process.env['KITCHEN_URL'] = `http://127.0.0.1:${(kitchen.address() as AddressInfo).port}/`;
  assert.equal((await site.post('/book', ada)).status, 303);
  const { key, body } = await heard.promise;
  assert.ok(isUuid(String(key)));
  const { name, guests } = JSON.parse(body) as Record<string, unknown>;
  assert.deepEqual([name, guests], ['Ada', 4]);
  kitchen.close();
}

/** What each example promises. */
const promises: Record<string, (site: Served, clock: { aheadMs: number }) => Promise<void>> = {
  async Check(site) {
    const monday = await site.post('/book', { ...ada, date: '2027-05-17' });
    assert.equal(monday.status, 422);
    assert.match(await monday.text(), /We are closed on Mondays\./);
    assert.equal((await site.post('/book', ada)).status, 303);
    const [row] = await rows(site, 'booking', ['id']);
    const id = String(row?.['id']);
    const editor = await signedIn(site, 'editor');
    assert.equal(
      (await call(site, `DELETE /booking/${id}`, { cookie: editor })).at('detail'),
      'Please call us to cancel.',
    );
  },
  async Transform(site) {
    assert.equal((await site.post('/book', { ...ada, name: '  Ada \t Lovelace ' })).status, 303);
    assert.deepEqual(await rows(site, 'booking', ['name']), [{ name: 'Ada Lovelace' }]);
  },
  async Requirements(site) {
    const statuses: number[] = [];
    // Alike in everything, they would be one submission sent again.
    for (const [index, guests] of ['12', '12', '12', '5', '4', '1'].entries()) {
      statuses.push((await site.post('/book', { ...ada, name: `Ada ${index}`, guests })).status);
    }
    assert.deepEqual(statuses, [303, 303, 303, 422, 303, 422]);
    assert.equal((await site.post('/book', { ...ada, date: '2027-05-19' })).status, 303);
  },
  After: (site) => tellsTheKitchen(site),
  async Types(site) {
    assert.equal((await site.post('/book', { ...ada, guests: '9' })).status, 422);
  },
  async 'At certain times'(site, clock) {
    assert.equal((await site.post('/book', { ...ada, date: '2020-05-18' })).status, 303);
    assert.equal((await site.post('/book', { ...ada, date: '9999-05-18' })).status, 303);
    clock.aheadMs += 24 * 60 * 60 * 1000;
    // What was committed wakes the jobs, which see what time it is.
    await site.post('/book', { ...ada, date: '9999-05-19' });
    while (!site.log.lines.some(({ message }) => message.startsWith('Bookings of the past'))) await setTimeout(20);
    const dates = (await rows(site, 'booking', ['date'])).map(({ date }) => date);
    assert.deepEqual(new Set(dates), new Set(['9999-05-18', '9999-05-19']));
  },
  'When a hook asks': (site) => tellsTheKitchen(site),
  async 'Answer a request'(site) {
    assert.equal((await site.post('/book', ada)).status, 303);
    assert.deepEqual(await (await site.get('/free/2027-05-18')).json(), { free: 36 });
    assert.deepEqual(await (await site.get('/free/2027-05-19')).json(), { free: 40 });
  },
  async 'Take data'(site) {
    const send = (cookie: string, body: string): Promise<Response> =>
      fetch(`${site.address}/bookings/import`, { method: 'POST', body, headers: { origin: site.address, cookie } });
    assert.equal((await send('', '[]')).status, 403);
    const cookie = await signedIn(site);
    assert.equal((await send(cookie, '{')).status, 400);
    const [made, refused] = (await (
      await send(
        cookie,
        JSON.stringify([
          { name: 'Ada', date: '2027-05-18', guests: 4 },
          { name: 'Bob', guests: 99 },
        ]),
      )
    ).json()) as [unknown, Record<string, string>];
    assert.ok(isUuid(String(made)));
    assert.deepEqual(Object.keys(refused).toSorted(), ['date', 'guests']);
  },
};

test('every example of docs/extend is tried here', () => {
  assert.deepEqual([...examples.keys()], Object.keys(promises));
});

for (const [heading, code] of examples) {
  void test(`docs/extend, ${heading}: does what it says`, async (t) => {
    const dir = await folderOf(t, { 'book.html': page, 'backlot.config.ts': code });
    const clock = { aheadMs: 0 };
    const now = (): number => Date.now() + clock.aheadMs;
    await promises[heading]!(await serveFolder(t, dir, { clock: { now } }), clock);
  });
}

/** What the compiler says of a configuration in a project that has installed the program. */
function compiled(dir: string): string {
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(root, join(dir, 'node_modules', 'backlot'));
  symlinkSync(join(root, 'node_modules/@types'), join(dir, 'node_modules', '@types'));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [compiler, '-p', dir], { encoding: 'utf8' }).stdout;
}

const project = JSON.stringify({
  compilerOptions: {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2024',
    types: ['node'],
    skipLibCheck: true,
  },
  include: ['**/*.ts'],
});

test('the compiler takes every example, and finds a column that is misspelt', async (t) => {
  const files = Object.fromEntries([...examples].map(([heading, code]) => [`${heading}/backlot.config.ts`, code]));
  // Declared tables hold for a whole project: those examples that name columns freely have one of their own.
  const { 'Types/backlot.config.ts': typed = '', ...free } = files;
  const json = { 'tsconfig.json': project, 'package.json': '{"type":"module"}' };
  assert.equal(compiled(await folderOf(t, { ...json, ...free })), '');
  assert.equal(compiled(await folderOf(t, { ...json, 'backlot.config.ts': typed })), '');
  const misspelt = typed
    .replace('after.guests', 'after.gests')
    .replace('booking: {\n      insert', 'bookng: {\n      insert');
  const said = compiled(await folderOf(t, { ...json, 'backlot.config.ts': misspelt }));
  assert.match(said, /backlot\.config\.ts\(\d+,\d+\): error TS\d+: .*bookng/);
  const column = typed.replace('after.guests', 'after.gests');
  const found = compiled(await folderOf(t, { ...json, 'backlot.config.ts': column }));
  assert.match(found, /backlot\.config\.ts\(13,\d+\): error TS\d+: Property 'gests' does not exist/);
});

/** A configuration that names a column of the bookings. */
function checking(column: string): string {
  return `import { defineSite } from 'backlot';
export default defineSite({
  hooks: { booking: { insert: { check: ({ after }) => ((after.${column} ?? 0) > 8 ? 'No.' : undefined) } } },
});
`;
}

test('backlot types writes the tables of the pages, so that the compiler finds what is misspelt', async (t) => {
  const json = { 'tsconfig.json': project, 'package.json': '{"type":"module"}' };
  const right = await folderOf(t, { ...json, 'book.html': page, 'backlot.config.ts': checking('guests') });
  const wrong = await folderOf(t, { ...json, 'book.html': page, 'backlot.config.ts': checking('gests') });
  for (const dir of [right, wrong]) {
    const { code, stdout, stderr } = await command(['types', '--site', dir]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /backlot-tables\.d\.ts has the types of 1 table\.\n$/);
  }
  const written = readFileSync(join(right, 'backlot-tables.d.ts'), 'utf8');
  assert.match(written, /"booking": \{\n {6}"name": string \| null;\n[^}]*"guests": number \| null;\n/);
  assert.equal(compiled(right), '');
  assert.match(compiled(wrong), /backlot\.config\.ts\(3,\d+\): error TS\d+: Property 'gests' does not exist/);
  const site = await serveFolder(t, right);
  assert.equal((await site.get('/backlot-tables.d.ts')).status, 404);
});
