import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { checkSite } from './check.ts';
import { folderWith, page } from './fixtures.ts';
import { accessReport } from './access-report.ts';
import { loadSite } from './load.ts';

const form = '<form method="post" data-save="entry"><input name="name" required><input name="text"></form>';

function list(attributes = '', query = 'entry?approved'): string {
  return `<ul data-list="${query}" ${attributes}><li itemscope><b itemprop="name">Bob</b></li></ul>`;
}

async function errorsWith(t: TestContext, body: string, attributes = ''): Promise<string[]> {
  const html = page(body).replace('<html lang="en">', `<html lang="en" ${attributes}>`);
  const site = await loadSite({ dir: await folderWith(t, { 'a.html': html }) });
  return site.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

async function warningsWith(t: TestContext, body: string): Promise<string[]> {
  const site = await loadSite({ dir: await folderWith(t, { 'a.html': page(body) }) });
  const found = await checkSite(site);
  return found.filter(({ severity }) => severity !== 'note').map(({ code }) => code);
}

void test('a list of what visitors write must say who may see it', async (t) => {
  assert.deepEqual(await errorsWith(t, list() + form), ['site/unsaid-readers']);
});

void test('the word may stand on the list, around it, or on the page', async (t) => {
  assert.deepEqual(await errorsWith(t, list('data-as="anyone"') + form), []);
  assert.deepEqual(await errorsWith(t, `<section data-as="editor">${list()}</section>${form}`), []);
  assert.deepEqual(await errorsWith(t, list() + form, 'data-as="admin"'), []);
});

void test('rows, and references to rows, need the word too', async (t) => {
  const row = '<p data-row="entry?name=Bob"><b itemprop="name">Bob</b></p>';
  const reference =
    '<ul data-list="prize"><li itemscope><i itemprop="title">First</i><span itemprop="entry" itemscope><b itemprop="name">Bob</b></span></li></ul>';
  assert.deepEqual(await errorsWith(t, row + form), ['site/unsaid-readers']);
  assert.deepEqual(await errorsWith(t, reference + form), ['site/unsaid-readers']);
});

void test('what only editors write needs none', async (t) => {
  assert.deepEqual(await errorsWith(t, list() + form.replace('<form', '<form data-as="editor"')), []);
});

void test('an update that says nothing is the author’s, and makes no table that visitors write', async (t) => {
  const update =
    '<main data-row="entry?slug" itemscope><h1 itemprop="name">Bob</h1><form method="post" data-save="entry"><input name="name"></form></main>';
  const site = await loadSite({ dir: await folderWith(t, { 'entries/bob.html': page(update) }) });
  assert.deepEqual(site.diagnostics, []);
  assert.deepEqual(
    site.grants.get('entry')?.map(({ operation, who, explicit }) => `${operation} ${who}${explicit ? ' (said)' : ''}`),
    ['read anyone', 'update own'],
  );
});

void test('the report names every reader and writer with the place that says so', async (t) => {
  const site = await loadSite({ dir: await folderWith(t, { 'a.html': page(`${list('data-as="user"')}\n${form}`) }) });
  assert.equal(
    accessReport(site),
    [
      'entry',
      '  read by anyone signed in (name): said at a.html:5:5',
      '  added by anyone (name, text): not said, so by default at a.html:6:1',
      '',
    ].join('\n'),
  );
});

void test('passwords and card numbers have no place in a form of the site’s', async (t) => {
  assert.deepEqual(await errorsWith(t, '<form method="post" name="x"><input type="password" name="p"></form>'), [
    'forms/password',
  ]);
  const [code] = await errorsWith(t, '<form method="post" name="x"><input name="c" autocomplete="cc-number"></form>');
  assert.match(code ?? '', /^forms\/card/v);
});

void test('check warns of what is public at once, of conditions that protect nothing, of keys that can be counted', async (t) => {
  assert.deepEqual(await warningsWith(t, list('data-as="anyone"', 'entry') + form), ['site/instant-spam']);
  assert.deepEqual(await warningsWith(t, list('data-as="anyone"', 'entry?approved') + form), []);
  const hidden = '<div data-if="user"><form method="post" name="m"><input name="x"></form></div>';
  assert.deepEqual(await warningsWith(t, hidden), ['site/condition-protects-nothing']);
  const counted = '<p data-row="order_note?number"><data itemprop="number" value="1">1</data></p>';
  assert.deepEqual(await warningsWith(t, counted), ['site/guessable-key']);
});
