import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { command } from '../../test/rows.ts';
import { folderOf, serveFolder } from '../../test/served.ts';
import type { Served, ServeOptions } from '../../test/served.ts';

const menu = `<!DOCTYPE html>
<title>Menu</title>
<ul data-list="dish?sort=cost">
  <li itemscope><b itemprop="name">Pasta</b> <data itemprop="cost" value="12">12</data></li>
  <li itemscope><b itemprop="name">Pizza</b> <data itemprop="cost" value="9">9</data></li>
</ul>
`;
const contact = `<!DOCTYPE html>
<title>Contact</title>
<form name="message" method="post"><input name="name" required><input name="guests"></form>
`;
const menuCalledPrice = menu.replaceAll('cost', 'price');
const contactInNumbers = contact.replace('name="guests"', 'name="guests" type="number"');

interface Started {
  readonly dir: string;
  readonly served: Served;
  /** Runs a command on the same data. */
  readonly run: (...args: string[]) => ReturnType<typeof command>;
  readonly write: (file: string, text: string) => Promise<void>;
}

async function start(t: TestContext, options: ServeOptions = {}): Promise<Started> {
  const dir = await folderOf(t, { 'menu.html': menu, 'contact.html': contact });
  const served = await serveFolder(t, dir, options);
  return {
    dir,
    served,
    run: (...args) => command([...args, '--data', served.dataDir]),
    write: (file, text) => writeFile(join(dir, file), text),
  };
}

void test('beside a running server: schema, plan, access, check, explain, of the site that it serves', async (t) => {
  const { run } = await start(t);
  const schema = await run('schema');
  assert.match(schema.stdout, /^dish\n {2}name {2}text .*\(menu\.html:4:\d+\)\n {2}cost {2}/m);
  const json = JSON.parse((await run('schema', '--json')).stdout) as { tables: Record<string, unknown> };
  assert.ok('message' in json.tables);
  assert.equal((await run('plan')).stdout, 'Nothing to change: the tables fit the files.\n');
  assert.match((await run('access')).stdout, /^message\n {2}added by anyone/m);
  const check = await run('check');
  assert.equal(check.code, 0);
  assert.match(check.stdout, /2 pages with marks or posted forms, 1 stored form,.*\n/);
  assert.match(check.stdout, /The form “message” adds to `message`/);
  assert.match(
    (await run('explain', 'contact.html:3')).stdout,
    /^contact\.html:3:1 <form [^\n]+\n {2}Adds a row to `message`\./,
  );
});

void test('check needs no data; an error on a page is exit code 1, and said last', async (t) => {
  const dir = await folderOf(t, {
    'menu.html': menu,
    'bad.html': '<p data-list="dish?cost.max=x"><i itemscope></i></p>',
  });
  const { code, stdout } = await command(['check', '--site', dir], { cwd: dir });
  assert.equal(code, 1);
  assert.match(stdout, /\nErrors:\n {2}bad\.html:1:\d+: error: [^\n]+\n\n1 error, \d+ warnings?, \d+ notes?\n$/);
});

void test('check tells of rules in a form that contradict each other', async (t) => {
  const dir = await folderOf(t, {
    'a.html': '<form name=ask method=post><input name=n type=number min=9 max=3></form>',
  });
  assert.match((await command(['check', '--site', dir])).stdout, /a\.html:1:\d+: (?:warning|error): [^\n]*(?:min|max)/);
});

void test('plan before the first start says what the site will need', async (t) => {
  const dir = await folderOf(t, { 'menu.html': menu });
  const { code, stdout } = await command(['plan', '--site', dir], { cwd: dir });
  assert.equal(code, 0);
  assert.match(stdout, /^add table dish$/m);
  assert.deepEqual(readdirSync(dir), ['menu.html']);
});

void test('rename goes through the running server, which shows the column under its new name at once', async (t) => {
  const { run, served, write } = await start(t);
  await write('menu.html', menuCalledPrice);
  assert.match(
    (await run('plan')).stdout,
    /is dish\.price the new name of dish\.cost\? Then: backlot rename dish\.cost price/,
  );
  const { code, stdout } = await run('rename', 'dish.cost', 'price');
  assert.deepEqual(
    [code, stdout],
    [0, 'dish.cost is now called price. Its data is where it was.\nThe running server follows.\n'],
  );
  assert.match(await (await served.get('/menu')).text(), /<data itemprop="price" value="9">9<\/data>/);
  assert.equal((await run('plan')).stdout, 'Nothing to change: the tables fit the files.\n');
});

void test('rename before the files: it waits for them, and says where the old name still stands', async (t) => {
  const { dir, run, served, write } = await start(t);
  await served.stop();
  const { stdout } = await run('rename', 'dish.cost', 'price');
  assert.match(stdout, /^dish\.cost will be called price as soon as the files say so, and keeps its data\.$/m);
  assert.match(
    stdout,
    /The files still say dish\.cost, at menu\.html:4:\d+(?:, menu\.html:\d+:\d+)*: write price there\./,
  );
  assert.equal((await run('plan')).stdout, 'Nothing to change: the tables fit the files.\n');
  await write('menu.html', menuCalledPrice);
  const restarted = await serveFolder(t, dir, { dataDir: served.dataDir });
  assert.match(await (await restarted.get('/menu')).text(), /<data itemprop="price" value="9">9<\/data>/);
  await restarted.stop();
  const again = await run('rename', 'dish.nothing', 'price');
  assert.equal(again.code, 1);
  assert.match(again.stderr, /^backlot: There is no table or column `dish\.nothing`/);
});

void test('rename works where the site is gone', async (t) => {
  const { dir, run, served } = await start(t);
  await served.stop();
  await rm(dir, { recursive: true });
  assert.equal((await run('rename', 'dish', 'plate')).stdout, 'dish is now called plate. Its data is where it was.\n');
});

void test('apply goes through the running server, after a backup; the server then stores by the new rules', async (t) => {
  const { run, served, write } = await start(t);
  await served.post('/contact?form=message', { name: 'Ada', guests: '4' });
  await write('contact.html', contactInNumbers);
  assert.match(
    (await run('plan')).stdout,
    /change message\.guests from text to integer\nbacklot apply does this, after a backup/,
  );
  const { code, stdout } = await run('apply');
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^backup: .+\.tar\.gz\ndone: change message\.guests from text to integer\nThe running server follows\.\n$/,
  );
  assert.equal(readdirSync(join(served.dataDir, 'backups')).length, 1);
  assert.equal((await served.post('/contact?form=message', { name: 'Eve', guests: 'many' })).status, 422);
  const rows = JSON.parse((await run('export', 'message', '--format', 'json')).stdout) as { guests: unknown }[];
  assert.deepEqual(
    rows.map(({ guests }) => guests),
    [4],
  );
});

void test('apply changes nothing while values are in the way, and names their rows', async (t) => {
  const { run, served, write } = await start(t);
  await served.post('/contact?form=message', { name: 'Ada', guests: 'four' });
  await write('contact.html', contactInNumbers);
  const { code, stderr } = await run('apply');
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^backlot: Nothing was changed.*message\.guests.*1 row hold what cannot be converted: [0-9a-f-]{36}\.\n$/,
  );
  assert.match((await run('schema')).stdout, /guests {2}text/);
});

void test('apply without a server does the same', async (t) => {
  const { run, served, write } = await start(t);
  await served.post('/contact?form=message', { name: 'Ada', guests: '4' });
  await served.stop();
  await write('contact.html', contactInNumbers);
  assert.match((await run('apply')).stdout, /^backup: .+\ndone: change message\.guests from text to integer\n$/);
  assert.equal((await run('apply')).stdout, 'Nothing to change: the tables fit the files.\n');
});

void test('a running server does not apply what another site needs', async (t) => {
  const { run } = await start(t);
  const other = await folderOf(t, { 'index.html': contact });
  const { code, stderr } = await run('apply', '--site', other);
  assert.equal(code, 1);
  assert.match(stderr, /The running server serves .*, not .*\. Stop it first, or leave --site out\./);
});

void test('commands that write work after a server was killed and left its traces', async (t) => {
  const { run, served } = await start(t);
  await served.stop();
  await writeFile(join(served.dataDir, 'holder.json'), '{"pid":1,"address":"http://127.0.0.1:1"}');
  await writeFile(join(served.dataDir, 'control.sock'), '');
  assert.equal((await run('rename', 'dish', 'plate')).code, 0);
});

void test('serving another site with the same data says so', async (t) => {
  const { dir, served } = await start(t);
  await served.stop();
  const other = await folderOf(t, { 'index.html': '<p>Hello' });
  const { notices } = await serveFolder(t, other, { dataDir: served.dataDir });
  assert.match(notices.join('\n'), new RegExp(`^This data was last served with ${dir}, now with ${other}\\.`));
});
