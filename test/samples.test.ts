import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, rows } from './rows.ts';
import { folderOf, serveFolder } from './served.ts';
import { body, page, texts } from './written.ts';

/* Samples become rows once, when their table is made. From then on the files are the design and the rows are the data. */

const list = (...items: readonly string[]): string =>
  page(`<ul data-list="pet" data-as="anyone">${items.map((item) => `<li itemscope>${item}</li>`).join('')}</ul>
<form name="add" method="post" data-save="pet"><input name="name" required></form>`);

const item = (name: string): string => `<li itemscope><b itemprop="name">${name}</b></li>`;

const form = (limits: string): string =>
  page(`<form method="post" name="wish"><input type="number" name="age"${limits}></form>`);

test('samples become rows once; what is edited in the file later is decoration', async (t) => {
  const dir = await folderOf(t, { 'index.html': list('<b itemprop="name">Rex</b>', '<b itemprop="name">Alf</b>') });
  const first = await serveFolder(t, dir);
  assert.deepEqual(texts(await body(first, '/'), 'b'), ['Rex', 'Alf']);
  await writeFile(
    join(dir, 'index.html'),
    list('<b itemprop="name">Rex the Second</b>', '<b itemprop="name">Alf</b>', '<b itemprop="name">Bo</b>'),
  );
  const second = await first.restart();
  assert.deepEqual(texts(await body(second, '/'), 'b'), ['Rex', 'Alf']);
  assert.deepEqual(await rows(second, 'pet', ['name']), [{ name: 'Rex' }, { name: 'Alf' }]);
});

test('a second start keeps everything: what visitors wrote, what was changed, what was deleted', async (t) => {
  const dir = await folderOf(t, {
    'index.html': page(
      `<ul data-list="pet" data-as="anyone"><li itemscope><b itemprop="name">Rex</b><form method="post" data-save="pet" data-as="anyone"><input name="name" value="Rex"><button formaction="?delete">x</button></form></li><li itemscope><b itemprop="name">Alf</b></li></ul><form name="add" method="post" data-save="pet"><input name="name" required></form>`,
    ),
  });
  const first = await serveFolder(t, dir);
  const html = await body(first, '/');
  const actions = [...html.matchAll(/action="([^"]*)"/g)].map(([, action]) => (action ?? '').replaceAll('&amp;', '&'));
  assert.equal((await first.post('/?form=add', { name: 'Eve' })).status, 303);
  const change = actions.find((action) => action.includes('row=') && !action.includes('delete')) ?? '';
  assert.equal((await first.post(change, { name: 'Max' })).status, 303);
  const deletion = actions.findLast((action) => action.includes('delete')) ?? '';
  assert.equal((await first.post(deletion, {})).status, 303);
  const before = await rows(first, 'pet', ['id', 'name', 'version', 'created_at', 'updated_at']);
  assert.deepEqual(
    before.map(({ name }) => name),
    ['Max', 'Eve'],
  );
  const second = await first.restart();
  assert.deepEqual(await rows(second, 'pet', ['id', 'name', 'version', 'created_at', 'updated_at']), before);
  const third = await second.restart();
  assert.deepEqual(texts(await body(third, '/'), 'b'), ['Max', 'Eve']);
});

test('an emptied table stays empty', async (t) => {
  const dir = await folderOf(t, {
    'index.html': page(
      `<ul data-list="pet" data-as="anyone"><li itemscope><b itemprop="name">Rex</b><form method="post" data-save="pet" data-as="anyone"><button formaction="?delete">x</button></form></li><li data-if="!rows">none</li></ul>`,
    ),
  });
  const first = await serveFolder(t, dir);
  const [, deletion = ''] = /formaction="([^"]*)"/.exec(await body(first, '/')) ?? [];
  assert.equal((await first.post(deletion.replaceAll('&amp;', '&'), {})).status, 303);
  assert.deepEqual(texts(await body(first, '/'), 'li'), ['none']);
  assert.deepEqual(texts(await body(await first.restart(), '/'), 'li'), ['none']);
});

test('a changed file adds its columns and tables at the next start', async (t) => {
  const dir = await folderOf(t, { 'index.html': list('<b itemprop="name">Rex</b>') });
  const first = await serveFolder(t, dir);
  assert.deepEqual(await rows(first, 'pet', ['name', 'kind']), [{ name: 'Rex', kind: undefined }]);
  await writeFile(join(dir, 'index.html'), list('<b itemprop="name">Rex</b> <i itemprop="kind">dog</i>'));
  await writeFile(
    join(dir, 'toys.html'),
    page(
      '<ul data-list="toy"><li itemscope><b itemprop="name">Ball</b></li></ul><form method="post" name="wish"><input type="number" name="age"></form>',
    ),
  );
  const second = await first.restart();
  // The column is there and empty; the new table starts with its samples.
  assert.deepEqual(await rows(second, 'pet', ['name', 'kind']), [{ name: 'Rex', kind: null }]);
  assert.deepEqual(texts(await body(second, '/'), 'i'), ['']);
  assert.deepEqual(await rows(second, 'toy', ['name']), [{ name: 'Ball' }]);
  assert.equal((await second.post('/toys?form=wish', { age: '4' })).status, 303);
  assert.deepEqual(await rows(second, 'wish', ['age']), [{ age: 4 }]);
  assert.deepEqual(second.log.lines, []);
});

test('a column that goes from the file stays in the data and comes back with it', async (t) => {
  const full = list('<b itemprop="name">Rex</b> <i itemprop="kind">dog</i>');
  const dir = await folderOf(t, { 'index.html': full });
  const first = await serveFolder(t, dir);
  await writeFile(join(dir, 'index.html'), list('<b itemprop="name">Rex</b>'));
  const second = await first.restart();
  assert.deepEqual(texts(await body(second, '/'), 'b'), ['Rex']);
  assert.equal((await second.post('/?form=add', { name: 'Eve' })).status, 303);
  await writeFile(join(dir, 'index.html'), full);
  const third = await second.restart();
  assert.deepEqual(await rows(third, 'pet', ['name', 'kind']), [
    { name: 'Rex', kind: 'dog' },
    { name: 'Eve', kind: null },
  ]);
});

test('a page that goes takes nothing with it', async (t) => {
  const dir = await folderOf(t, { 'index.html': page('<p>home</p>'), 'pets.html': list('<b itemprop="name">Rex</b>') });
  const first = await serveFolder(t, dir);
  assert.equal((await first.post('/pets?form=add', { name: 'Eve' })).status, 303);
  await rm(join(dir, 'pets.html'));
  const second = await first.restart();
  assert.equal((await second.get('/pets')).status, 404);
  assert.equal((await second.post('/pets?form=add', { name: 'Bo' })).status, 404);
  assert.deepEqual(await rows(second, 'pet', ['name']), [{ name: 'Rex' }, { name: 'Eve' }]);
});

test('a constraint that is tightened lists what offends, and what stands stays', async (t) => {
  const dir = await folderOf(t, { 'index.html': form('') });
  const first = await serveFolder(t, dir);
  assert.equal((await first.post('/?form=wish', { age: '40' })).status, 303);
  await writeFile(join(dir, 'index.html'), form(' max="12" required'));
  const second = await first.restart();
  assert.equal((await second.post('/?form=wish', { age: '41' })).status, 422);
  assert.equal((await second.post('/?form=wish', { age: '11' })).status, 303);
  assert.deepEqual(await rows(second, 'wish', ['age']), [{ age: 40 }, { age: 11 }]);
  const { stdout } = await command(['plan', '--data', second.dataDir]);
  assert.match(stdout, /wish.*age|age.*12/s);
});

test('a column that becomes another type waits, and the other pages go on', async (t) => {
  const dir = await folderOf(t, {
    'index.html': page('<form method="post" name="wish"><input name="age"></form>'),
    'pets.html': list('<b itemprop="name">Rex</b>'),
  });
  const first = await serveFolder(t, dir);
  assert.equal((await first.post('/?form=wish', { age: 'seven' })).status, 303);
  await writeFile(
    join(dir, 'index.html'),
    page('<form method="post" name="wish"><input type="number" name="age"></form>'),
  );
  const second = await first.restart();
  assert.ok(
    second.notices.some((line) => /age/.test(line)),
    second.notices.join('\n'),
  );
  assert.equal((await second.get('/')).status, 200);
  assert.equal((await second.post('/pets?form=add', { name: 'Eve' })).status, 303);
  // Nothing lost: the text is still there, whatever the form says now.
  assert.deepEqual((await rows(second, 'wish', ['age']))[0], { age: 'seven' });
  assert.ok((await second.post('/?form=wish', { age: '8' })).status < 600);
  assert.deepEqual((await rows(second, 'wish', ['age']))[0], { age: 'seven' });
});

test('samples behind data-as, and those of the server’s own tables, are decoration', async (t) => {
  const dir = await folderOf(t, {
    'index.html': page(
      '<ul data-list="secret" data-as="admin"><li itemscope><b itemprop="name">plan</b></li></ul><ul data-list="pet"><li itemscope><b itemprop="name">Rex</b></li></ul>',
    ),
  });
  const site = await serveFolder(t, dir);
  assert.deepEqual(await rows(site, 'secret', ['name']), []);
  assert.deepEqual(await rows(site, 'pet', ['name']), [{ name: 'Rex' }]);
});

test('a sorted list’s samples come back in the order of the file', async (t) => {
  const dir = await folderOf(t, {
    'index.html': page(
      `<ul class="newest" data-list="entry?sort=-created_at">${['c', 'b', 'a'].map(item).join('')}</ul>`,
    ),
    'other.html': page(`<ol data-list="place">${['z', 'm', 'a'].map(item).join('')}</ol>`),
  });
  const site = await serveFolder(t, dir);
  assert.deepEqual(texts(await body(site, '/'), 'b'), ['c', 'b', 'a']);
  assert.deepEqual(texts(await body(site, '/other'), 'b'), ['z', 'm', 'a']);
  assert.deepEqual(texts(await body(await site.restart(), '/'), 'b'), ['c', 'b', 'a']);
});
