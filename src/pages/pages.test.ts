import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHouse, pageText, requestFor, signedIn, write } from './fixtures.ts';

const page = (body: string): string => `<!doctype html><html lang="en"><title>T</title><body>${body}</body></html>`;
const li = (name: string): string => `<li itemscope><b itemprop="name">${name}</b></li>`;
const names = (html: string): readonly string[] =>
  [...html.matchAll(/itemprop="name">([^<]*)</g)].map((match) => match[1]!);

test('a list is paged by the URL, and its navigation leads to the pages there are', async (t) => {
  const nav =
    '<nav aria-controls="all"><a rel="prev" href="#">back</a> <a href="#">1</a> <a href="#">2</a> <a rel="next" href="#">on</a></nav>';
  const house = await openHouse({
    'index.html': page(
      `<ul id="all" data-list="dish?sort=name&amp;limit=2">${['A', 'B', 'C', 'D', 'E'].map(li).join('')}</ul>${nav}`,
    ),
  });
  t.after(() => house.close());
  const first = await pageText(house, 'index.html');
  assert.deepEqual(names(first), ['A', 'B']);
  assert.doesNotMatch(first, /rel="prev"/);
  assert.match(first, /rel="next" href="[^"]*page=2"/);
  const second = await pageText(house, 'index.html', { search: 'page=2' });
  assert.deepEqual(names(second), ['C', 'D']);
  assert.match(second, /rel="next" href="[^"]*page=3"/);
  const beyond = await pageText(house, 'index.html', { search: 'page=99' });
  assert.deepEqual(names(beyond), ['E']);
});

test('parameters that nothing declares make no other cache entry', async (t) => {
  const house = await openHouse({ 'index.html': page(`<ul data-list="dish">${li('A')}</ul>`) });
  t.after(() => house.close());
  const keys = await Promise.all(
    ['', 'utm_source=x', 'page=2', 'saved=y'].map(async (search) => {
      const answer = await house.pages.get(requestFor(house, 'index.html', { search }));
      return answer.kind === 'page' ? answer.key : undefined;
    }),
  );
  assert.equal(new Set(keys).size, 1);
});

test('a row’s page leads to the rows before and after it', async (t) => {
  const detail = page(
    '<main data-row="dish?slug" itemscope><h1 itemprop="name">A</h1><nav><a rel="prev" href="#">back</a><a rel="next" href="#">on</a></nav></main>',
  );
  const house = await openHouse({
    'dish/a.html': detail,
    'index.html': page(`<ul data-list="dish">${['A', 'B', 'C'].map(li).join('')}</ul>`),
  });
  t.after(() => house.close());
  const middle = await pageText(house, 'dish/a.html', { path: '/dish/b', key: 'b' });
  assert.match(middle, /rel="prev" href="[^"]*\ba(?:\.html)?"/);
  assert.match(middle, /rel="next" href="[^"]*\bc(?:\.html)?"/);
  const last = await pageText(house, 'dish/a.html', { path: '/dish/c', key: 'c' });
  assert.doesNotMatch(last, /rel="next"/);
});

test('a row that does not exist is missing until it is made', async (t) => {
  const house = await openHouse({
    'dish/a.html': page('<main data-row="dish?slug" itemscope><h1 itemprop="name">A</h1></main>'),
  });
  t.after(() => house.close());
  const soup = { path: '/dish/soup', key: 'soup' };
  assert.equal(await pageText(house, 'dish/a.html', soup), 'missing');
  await write(house, { operation: 'insert', table: 'dish', values: { name: 'Soup' } });
  assert.match(await pageText(house, 'dish/a.html', soup), /Soup/);
});

test('what is for others is not in the bytes that visitors get', async (t) => {
  const house = await openHouse({
    'index.html': page(`<p data-as="editor">secret</p><ul data-list="dish" data-as="user">${li('A')}</ul><p>open</p>`),
  });
  t.after(() => house.close());
  await write(house, { operation: 'insert', table: 'dish', values: { name: 'Soup' } });
  const seen = async (...roles: string[]): Promise<string> =>
    await pageText(house, 'index.html', { actor: signedIn('u1', ...roles) });
  const visitors = await pageText(house, 'index.html');
  assert.doesNotMatch(visitors, /secret|Soup/);
  assert.match(visitors, /open/);
  assert.match(await seen(), /Soup/);
  assert.doesNotMatch(await seen(), /secret/);
  assert.match(await seen('editor'), /secret/);
});

test('with data-as="own" everyone gets the rows they made', async (t) => {
  const house = await openHouse({
    'index.html': page(`<ul data-list="note?sort=name" data-as="own">${li('sample')}</ul>`),
  });
  t.after(() => house.close());
  for (const [user, name] of [
    ['u1', 'mine'],
    ['u2', 'theirs'],
  ] as const) {
    assert.ok(
      (await house.tables.write(signedIn(user), [{ operation: 'insert', table: 'note', values: { name } }])).ok,
    );
  }
  assert.deepEqual(names(await pageText(house, 'index.html', { actor: signedIn('u1') })), ['mine']);
  assert.deepEqual(names(await pageText(house, 'index.html', { actor: signedIn('u3', 'editor') })), ['mine', 'theirs']);
  assert.doesNotMatch(await pageText(house, 'index.html'), /mine|theirs/);
});

test('a list is known by its id elsewhere on the page, before it and inside it', async (t) => {
  const house = await openHouse({
    'index.html': page(
      `<p data-text="{all.rows} dishes">1 dishes</p><ul id="all" data-list="dish">${['A', 'B'].map((name) => `<li itemscope><b itemprop="name">${name}</b> <i data-text="of {all.rows}">of 2</i></li>`).join('')}</ul>`,
    ),
  });
  t.after(() => house.close());
  const html = await pageText(house, 'index.html');
  assert.match(html, />2 dishes</);
  assert.equal(html.match(/of 2/g)?.length, 2);
});

test('a page that asks for today is made anew at midnight of the site’s zone', async (t) => {
  const event =
    '<li itemscope><b itemprop="name">Feast</b> <time itemprop="date" datetime="2026-08-14">14 August 2026</time></li>';
  const house = await openHouse({ 'index.html': page(`<ul data-list="event?date.min=today">${event}</ul>`) });
  t.after(() => house.close());
  assert.deepEqual(names(await pageText(house, 'index.html')), ['Feast']);
  house.clock.set(Date.parse('2026-08-14T21:59:59Z'));
  assert.deepEqual(names(await pageText(house, 'index.html')), ['Feast']);
  house.clock.set(Date.parse('2026-08-14T22:00:00Z'));
  assert.deepEqual(names(await pageText(house, 'index.html')), []);
});

test('a page that many ask for at once is rendered once', async (t) => {
  const house = await openHouse({ 'index.html': page(`<ul data-list="dish">${li('A')}</ul>`) });
  t.after(() => house.close());
  const answers = await Promise.all(Array.from({ length: 20 }, () => house.pages.get(requestFor(house, 'index.html'))));
  assert.equal(new Set(answers.map((answer) => answer.kind === 'page' && answer.page)).size, 1);
});
