import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command } from '../../test/rows.ts';
import { serveFiles } from '../../test/served.ts';

const page = `<form name="message" method="post">
<input name="name"><textarea name="body"></textarea><input name="guests" type="number"></form>`;

void test('CSV: a header, RFC 4180 quotes and line ends, no cell that a spreadsheet would run', async (t) => {
  const served = await serveFiles(t, { 'index.html': page });
  for (const [name, body, guests] of [
    ['Ada "the first", Lovelace', 'two\nlines', '-3'],
    ['=HYPERLINK("http://evil.example")', '+1', ''],
    ['@cmd', '=a\nb', '0'],
  ] as const) {
    await served.post('/?form=message', { name, body, guests });
  }
  const { code, stdout, stderr } = await command(['export', 'message', '--data', served.dataDir]);
  assert.deepEqual([code, stderr], [0, '']);
  const id = '[0-9a-f-]{36}';
  const rest = '1,[^,\r\n]+Z,[^,\r\n]+Z,[^,\r\n]+,';
  const lines = [
    'id,name,body,guests,version,created_at,updated_at,position,author',
    `${id},"Ada ""the first"", Lovelace","two\nlines",-3,${rest}`,
    `${id},"'=HYPERLINK\\(""http://evil.example""\\)",'\\+1,,${rest}`,
    `${id},'@cmd,"'=a\nb",0,${rest}`,
  ];
  assert.match(stdout, new RegExp(`^${lines.join('\r\n')}\r\n$`));
});

void test('JSON: an array of objects with typed values, also when it is empty', async (t) => {
  const served = await serveFiles(t, { 'index.html': page });
  const read = async (): Promise<unknown> =>
    JSON.parse((await command(['export', 'Message', '--format', 'json', '--data', served.dataDir])).stdout);
  assert.deepEqual(await read(), []);
  await served.post('/?form=message', { name: 'Ada', guests: '3' });
  const [row] = (await read()) as Record<string, unknown>[];
  assert.equal(row?.['name'], 'Ada');
  assert.equal(row?.['guests'], 3);
  assert.equal(row?.['version'], 1);
});

void test('a table that is not there is named with those that are', async (t) => {
  const served = await serveFiles(t, { 'index.html': page });
  const { code, stderr } = await command(['export', 'mesage', '--data', served.dataDir]);
  assert.deepEqual(
    [code, stderr],
    [1, 'backlot: There is no table "mesage". Did you mean message? There are: message.\n'],
  );
});

void test('more rows than are written at once come whole and in order', async (t) => {
  const items = Array.from({ length: 501 }, (_, n) => `<li itemscope><b itemprop="name">${n}</b></li>`);
  const served = await serveFiles(t, { 'index.html': `<ul data-list="dish">${items.join('')}</ul>` });
  const csv = await command(['export', 'dish', '--data', served.dataDir]);
  const names = csv.stdout
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.split(',')[1]);
  assert.deepEqual(
    names,
    items.map((_, n) => String(n)),
  );
  const json = await command(['export', 'dish', '--format', 'json', '--data', served.dataDir]);
  assert.equal((JSON.parse(json.stdout) as unknown[]).length, 501);
});
