import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from './explain.ts';
import { folderWith, page } from './fixtures.ts';
import { loadSite } from './load.ts';
import type { Site } from './site.ts';

const body = `<form method="get" aria-controls="dishes"><input type="number" name="price.max"></form>
<ul id="dishes" data-list="dish?available&amp;sort=-price">
<li itemscope>
<b itemprop="name">A</b>
<data itemprop="price" value="9.5">€9.50</data>
<em data-if="vegetarian">vegetarian</em>
</li></ul>
<form method="post" name="message" action="thanks.html">
<input type="number" name="guests" min="1" max="12" required>
<input id="lost">
</form>
<p>plain</p>`;

async function siteOf(t: Parameters<typeof folderWith>[0]): Promise<Site> {
  return await loadSite({ dir: await folderWith(t, { 'a.html': page(body), 'thanks.html': '' }) });
}

/** Facts about what stands on a line of the body. */
function factsAt(site: Site, line: number): readonly string[] {
  return explain(site, 'a.html', line + 4).facts;
}

void test('says what the element on a line is', async (t) => {
  const site = await siteOf(t);
  assert.deepEqual(factsAt(site, 2), [
    'List of `dish`: available is true or present, sorted by price (highest first).',
    'Visitors may filter it by price.max.',
    'Seen by anyone (nothing says otherwise).',
  ]);
  assert.deepEqual(factsAt(site, 4), ['Shows `dish.name`: text.', 'It stands in a list of `dish` (a.html:6:17).']);
  assert.deepEqual(factsAt(site, 5)[0], 'Shows `dish.price`: money EUR.');
  assert.deepEqual(factsAt(site, 6)[0], 'Kept only when: vegetarian');
  assert.deepEqual(factsAt(site, 8), [
    'Adds a row to `message`.',
    'Posted as “message” by anyone (nothing says otherwise).',
    'Then shows /thanks.',
  ]);
  assert.deepEqual(factsAt(site, 9), ['Fills `message.guests`: integer, required, at least 1, at most 12.']);
  assert.deepEqual(factsAt(site, 10), ['It has no `name`, so it is never sent.']);
  assert.deepEqual(factsAt(site, 12), ['It has no mark: it is served as it is written.']);
});

void test('a column picks among the elements of a line', async (t) => {
  const site = await siteOf(t);
  assert.deepEqual(explain(site, 'a.html', 5).facts, ['Filters by price.max.']);
  assert.deepEqual(explain(site, 'a.html', 5, 50).facts, ['Filters by `price.max`.']);
  assert.match(explain(site, 'a.html', 5, 50).element, /^<input /v);
});

void test('unmarked files and places that do not exist are told', async (t) => {
  const site = await siteOf(t);
  assert.match(explain(site, 'thanks.html', 1).facts[0] ?? '', /byte for byte/v);
  assert.throws(() => explain(site, 'none.html', 1), { code: 'site/no-such-page' });
  assert.throws(() => explain(site, 'a.html', 999), { code: 'site/no-element' });
});
