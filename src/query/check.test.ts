import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkQuery, fixedValues, formatQuery, matches, narrowQuery, pageWindow, pathType, toSql } from './index.ts';
import type { CheckedQuery } from './index.ts';
import { checked, dish, makeColumn, makeScope, makeTable, parsed, problems, schema, section } from './fixture.ts';

void test('says what a query reads', () => {
  const query = checked('section={category}&section.name=Pasta&count(allergens).min=1&sort=section.name&q=egg');
  assert.deepEqual(query.scopePaths, ['category']);
  assert.deepEqual(query.ownColumns, ['section', 'allergens', 'name', 'description', 'tags']);
  assert.deepEqual(query.otherTables, ['section', 'allergen']);
  assert.equal(query.searches, true);
});

function timedBy(text: string): string {
  return checked(text).timedBy;
}

void test('says how the clock matters', () => {
  assert.equal(timedBy('since.max=today'), 'day');
  assert.equal(timedBy('since.max=now'), 'day');
  assert.equal(timedBy('created_at.min=today'), 'day');
  assert.equal(timedBy('since.max=today&opens.max=now'), 'moment');
  assert.equal(timedBy('name=now'), 'never');
});

void test('an unknown name is answered with those that exist', () => {
  assert.deepEqual(problems('prize=3'), [
    'query/unknown-name | dish has no “prize”. | Did you mean price? There is: name, description, price, weight, ' +
      'available, since, opens, tags, section, allergens, id, version, created_at, updated_at, position, author.',
  ]);
  assert.deepEqual(problems('section.nam.not=x'), [
    'query/unknown-name | “section.nam”: section has no “nam”. | Did you mean name? There is: name, max, dish, id, ' +
      'version, created_at, updated_at, position, author.',
  ]);
  assert.deepEqual(problems('name.x=1'), [
    'query/unknown-name | “name.x”: name of dish is no relation. | Relations of dish: section, allergens.',
  ]);
  assert.deepEqual(problems('savd', null, { extra: { saved: { kind: 'text' } } }), [
    'query/unknown-name | “savd” is not known here. | Did you mean saved? There is: saved.',
  ]);
});

function mayRead(_table: unknown, column: { readonly name: string }): boolean {
  return column.name !== 'price';
}

void test('secret, detached and unreadable columns are as if they did not exist', () => {
  for (const name of ['recipe', 'old', 'constructor', '__proto__', 'toString', 'section.constructor']) {
    assert.match(problems(`${name}=x`).join(), /^query\/unknown-name/, name);
    assert.doesNotMatch(problems(`${name}=x`).join(), /recipe,|old,/, name);
  }
  assert.match(problems('price=1', dish, { mayRead }).join(), /dish has no “price”/);
  assert.match(problems('sum(dish.price)=1', section, { mayRead }).join(), /dish has no “price”/);
});

void test('operands must be readable as the column', () => {
  assert.deepEqual(problems('price=abc'), [
    'query/bad-operand | “abc” cannot be read as price, which is money EUR. | Write a number, such as 12.',
  ]);
  assert.deepEqual(problems('since=14.08.2026'), [
    'query/bad-operand | “14.08.2026” cannot be read as since, which is date. | Write 2026-08-14, now or today.',
  ]);
  assert.match(problems('available=perhaps').join(), /bad-operand .* Write true or false/);
  assert.match(problems('opens=today').join(), /bad-operand/);
  assert.match(problems('price=now').join(), /bad-operand/);
});

void test('a {path} must be known and of a type that compares', () => {
  assert.match(problems('id={nothing}').join(), /query\/unknown-path \| {nothing} is not known here/);
  assert.match(problems('since={price}').join(), /{price} is money EUR, since is date: they cannot be compared/);
  assert.match(problems('price={dollars}').join(), /money USD/);
  assert.match(problems('allergens={category}').join(), /reference to section/);
  const { at, code } = at3('id={x}');
  assert.deepEqual([at?.line, code], [3, 'query/unknown-path']);
});

function at3(text: string): { code: string; at?: { line: number } } {
  const query = checkQuery(parsed(text), dish, { schema, at: { file: 'a.html', line: 3, column: 1 } });
  return query.ok ? { code: '' } : (query.errors[0] ?? { code: '' });
}

void test('operators must suit the column', () => {
  assert.deepEqual(problems('price.like=1'), [
    'query/bad-operator | “price.like”: price is money EUR. | .like looks inside text.',
  ]);
  for (const text of ['available.min=true', 'tags.max=a', 'section.min=x', 'allergens.like=x']) {
    assert.match(problems(text).join(), /^query\/bad-operator/, text);
  }
});

void test('a column named like an operator is found where the operator makes no sense', () => {
  assert.match(toSql(checked('section.max=3'), makeScope(), 'sqlite').sql, /t1\."max" = \?/);
  assert.match(toSql(checked('section.max.max=3'), makeScope(), 'sqlite').sql, /t1\."max" <= \?/);
  assert.match(toSql(checked('max.min=3', section), makeScope(), 'sqlite').sql, /t0\."max" >= \?/);
  const odd = makeTable('odd', [
    makeColumn('not', { kind: 'text' }),
    makeColumn('section', { kind: 'reference', table: 'section' }),
  ]);
  assert.match(toSql(checked('section.not=3', odd), makeScope(), 'sqlite').sql, /IS NOT TRUE/);
});

void test('limits and pages count from 1 to a bound', () => {
  for (const text of [
    'limit=0',
    'limit=-1',
    'limit=x',
    'limit=1.5',
    'limit=10001',
    'limit=now',
    'page=0',
    'limit={day}',
  ]) {
    assert.match(problems(text).join(), /^query\/bad-limit/, text);
  }
  assert.deepEqual(pageWindow(checked('limit=12&page=3'), makeScope()), { limit: 12, page: 3 });
  assert.deepEqual(pageWindow(checked('page={page}'), makeScope({ page: 7 })), { page: 7 });
  assert.deepEqual(pageWindow(checked('limit={page}&page={page}'), makeScope({ page: -2 })), { page: 1 });
});

void test('only what has one value for each row sorts', () => {
  for (const text of ['sort=tags', 'sort=allergens', 'sort=section', 'sort=allergens.name', 'sort=nothing']) {
    assert.match(problems(text).join(), /^query\/bad-sort/, text);
  }
  assert.match(problems('sort=dish', section).join(), /count\(dish\)/);
  assert.deepEqual(problems('sort=section.name,-count(allergens),-price'), []);
});

void test('sums are exact, so only of whole numbers, decimals and money', () => {
  assert.match(problems('sum(dish.weight)=1', section).join(), /sum works on whole numbers, decimals and money/);
  assert.match(problems('max(dish.name)=1', section).join(), /max works on numbers, dates and times/);
  assert.match(problems('sum(price)=1').join(), /names no relation/);
  assert.deepEqual(problems('sum(dish.price).max=20&max(dish.weight).min=1&count(dish.allergens)', section), []);
});

void test('types of paths', () => {
  const options = { schema, extra: { rows: { kind: 'integer' } } } as const;
  assert.deepEqual(pathType('section.name', dish, options), { kind: 'text' });
  assert.deepEqual(pathType('sum(dish.price)', section, options), { kind: 'money', currency: 'EUR' });
  assert.deepEqual(pathType('count(dish)', section, options), { kind: 'integer' });
  assert.deepEqual(pathType('rows', null, options), { kind: 'integer' });
  assert.equal(pathType('x.y.z', dish, options), undefined);
});

void test('values that a query fixes', () => {
  const query = checked('available&section=s1&price=14.5&name=Ragù&since.min=2026-01-01&weight={price}&tags=a&tags=b');
  assert.deepEqual(fixedValues(query), { available: true, section: 's1', price: 1450, name: 'Ragù' });
  assert.deepEqual(fixedValues(checked('!available&tags=New')), { available: false, tags: ['New'] });
});

void test('a visitor narrows a list and never widens it', () => {
  const own = checked('available&price.max=20&section={category}&sort=price&limit=3');
  const asked = (text: string): CheckedQuery => {
    const query = narrowQuery(own, parsed(text), { schema });
    return query.ok ? query.value : assert.fail(JSON.stringify(query.errors));
  };
  const query = asked('price.max=100&sort=-name&limit=50&page=2&q=ragu');
  assert.equal(
    formatQuery(query.query),
    'available&price.max=20&section={category}&price.max=100&q=ragu&sort=-name&limit=3&page=2',
  );
  const scope = makeScope({ category: 's1' });
  assert.deepEqual(toSql(query, scope, 'sqlite').params, [2000, 's1', 10000, 'ragu*']);
  assert.deepEqual(pageWindow(query, scope), { limit: 3, page: 2 });
  const row = { name: 'Ragù', description: null, tags: null, available: true, section: 's1' };
  assert.equal(matches(query, { ...row, price: 1500 }, scope), true);
  assert.equal(matches(query, { ...row, price: 5000 }, scope), false);
  assert.equal(narrowQuery(own, parsed('price.max={price}'), { schema }).ok, false);
});
