import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRows, matches, matchesOwn } from './index.ts';
import type { Row, Value } from '../schema/index.ts';
import { checked, dish, makeRelated, makeScope, section } from './fixture.ts';

function holds(text: string, row: Row, values: Row = {}): boolean {
  return matches(checked(text), row, makeScope(values));
}

void test('text compares folded, contains without wildcards', () => {
  assert.ok(holds('name=crème', { name: 'CREME' }));
  assert.ok(holds('name.like=0%25', { name: '10% off' }));
  assert.ok(!holds('name.like=1%25f', { name: '10% off' }));
  assert.ok(holds('name.min=b&name.max=D', { name: 'Ç' }));
});

void test('repeated values: any of them may hold, for .not none', () => {
  assert.ok(holds('name=a&name=b', { name: 'B' }));
  assert.ok(holds('price.min=20&price.min=10', { price: 1500 }));
  assert.ok(holds('price.max=10&price.max=20', { price: 1500 }));
  assert.ok(!holds('name.not=a&name.not=b', { name: 'a' }));
  assert.ok(holds('name.not=a&name.not=b', { name: 'c' }));
});

void test('a missing operand equals nothing, and is excluded from by nothing', () => {
  for (const row of [
    { section: null, price: null },
    { section: 's1', price: 1 },
  ]) {
    assert.ok(!holds('section={category}', row));
    assert.ok(!holds('price.min={price}', row));
    assert.ok(holds('section.not={category}', row));
  }
  assert.ok(holds('section={category}&section=s1', { section: 's1' }));
});

void test('.not and ! include what is missing', () => {
  assert.ok(holds('price.not=3', { price: null }));
  assert.ok(holds('!available', { available: null }));
  assert.ok(holds('!available', {}));
  assert.ok(!holds('available=false', { available: null }));
});

void test('present is not null, not empty; a stored zero is present, a count of zero is not', () => {
  assert.ok(!holds('name', { name: '' }));
  assert.ok(!holds('tags', { tags: [] }));
  assert.ok(holds('price', { price: 0 }));
  const rows = checked('!rows', null, { extra: { rows: { kind: 'integer' } } });
  assert.ok(matches(rows, {}, makeScope(), undefined, { rows: 0 }));
  assert.ok(!matches(rows, {}, makeScope(), undefined, { rows: 2 }));
});

void test('names that the caller supplies compare like columns', () => {
  const query = checked('user.role=editor&saved=Entry', null, {
    extra: { 'user.role': { kind: 'set' }, saved: { kind: 'text' } },
  });
  assert.ok(matches(query, {}, makeScope(), undefined, { 'user.role': ['editor', 'x'], saved: 'entry' }));
  assert.ok(!matches(query, {}, makeScope(), undefined, { 'user.role': null, saved: 'entry' }));
});

void test('numbers compare exactly across scales', () => {
  assert.ok(holds('price.max=14.505', { price: 1450 }));
  assert.ok(!holds('price.max=14.505', { price: 1451 }));
  assert.ok(!holds('price=14.505', { price: 1450 }));
  assert.ok(holds('price.max=1e300', { price: Number.MAX_SAFE_INTEGER }));
  assert.ok(!holds('price.min=1e300', { price: Number.MAX_SAFE_INTEGER }));
});

function at(text: string, created: Value): boolean {
  return holds(text, { created_at: created });
}

void test('dates meet instants in the time zone of the site', () => {
  assert.ok(at('created_at=2026-08-14', '2026-08-13T22:00:00.000Z'));
  assert.ok(!at('created_at=2026-08-14', '2026-08-14T22:00:00.000Z'));
  assert.ok(at('created_at.max=today', '2026-08-14T21:59:59.999Z'));
  assert.ok(at('created_at.min=2026-08', '2026-07-31T22:00:00.000Z'));
  assert.ok(at('created_at=2026-W33', '2026-08-16T21:00:00.000Z'));
  assert.ok(at('created_at.max=now', '2026-08-14T12:00:00.000Z'));
  assert.ok(holds('opens.max=now', { opens: '14:00' }));
  assert.ok(!holds('opens.max=now', { opens: '14:00:01' }));
  assert.ok(holds('since=now', { since: '2026-08-14' }));
});

void test('where clocks change, a day is as long as it is', () => {
  assert.ok(at('created_at=2026-10-25', '2026-10-25T22:59:59.999Z'));
  assert.ok(!at('created_at=2026-10-25', '2026-10-25T23:00:00.000Z'));
  assert.ok(at('created_at.min=2026-03-29T02:30', '2026-03-29T01:30:00.000Z'));
});

const related = makeRelated({
  section: [{ id: 's1', name: 'Pasta' }],
  allergen: [
    { id: 'e', name: 'Egg' },
    { id: 'm', name: 'Milk' },
  ],
  dish: [
    { id: 'd1', section: 's1', price: 1000 },
    { id: 'd2', section: 's1', price: null },
  ],
});

function over(text: string, row: Row, table = dish): boolean {
  return matches(checked(text, table), row, makeScope(), related);
}

void test('relations: one of many satisfies, none for .not', () => {
  const both = { id: 'd1', section: 's1', allergens: ['e', 'm'] };
  assert.ok(over('section.name=pasta&allergens.name=egg', both));
  assert.ok(!over('allergens.name.not=egg', both));
  assert.ok(over('allergens.name.not=egg', { ...both, allergens: [] }));
  assert.ok(over('section.name.not=x', { ...both, section: null }));
});

void test('aggregates: counts and sums of none are zero, the least and the most of none are missing', () => {
  assert.ok(over('count(dish)=2&sum(dish.price)=10&max(dish.price)=10&dish=d2', { id: 's1' }, section));
  assert.ok(over('!count(dish)&sum(dish.price)=0&!min(dish.price)&!dish', { id: 's2' }, section));
});

void test('search finds the beginnings of all words', () => {
  const row = { name: 'Tagliatelle al ragù', description: '<b>Six</b>-hour', tags: ['New'] };
  assert.ok(holds('q=RAG%C3%B9+tagl+si', row));
  assert.ok(!holds('q=agliatelle', row));
  assert.ok(holds('q=!!!', row));
});

function own(text: string, row: Row): boolean | 'depends' {
  return matchesOwn(checked(text), row, makeScope());
}

void test('own columns say no only when it is sure', () => {
  assert.equal(own('available&section.name=x', { available: false }), false);
  assert.equal(own('available&section.name=x', { available: true, section: 's1' }), 'depends');
  assert.equal(own('section.name=x', { section: null }), false);
  assert.equal(own('section.name.not=x', { section: null }), true);
  assert.equal(own('available', {}), 'depends');
  assert.equal(own('q=a', { name: 'b' }), 'depends');
  assert.equal(own('q=a', { name: 'b', description: null, tags: null }), false);
  assert.equal(own('', {}), true);
});

void test('orders by position, then id; missing last both ways; folded text, then raw', () => {
  const rows: Row[] = [
    { id: '1', position: 'b', name: 'b', price: null },
    { id: '2', position: 'a', name: 'B', price: 2 },
    { id: '3', position: 'a', name: null, price: 1 },
    { id: '4', position: 'c', name: 'ä', price: 2 },
  ];
  const ids = (text: string): string =>
    rows
      .toSorted(compareRows(checked(text, dish)))
      .map((row) => row['id'])
      .join('');
  assert.equal(ids(''), '2314');
  assert.equal(ids('sort=price'), '3241');
  assert.equal(ids('sort=-price'), '2431');
  assert.equal(ids('sort=name'), '4213');
  assert.equal(ids('sort=-name'), '1243');
  assert.equal(ids('sort=-price,-name'), '2431');
});
