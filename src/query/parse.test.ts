import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatQuery, foldPath, parseQuery } from './index.ts';
import type { Query } from './index.ts';
import { parsed } from './fixture.ts';

void test('reads every kind of part', () => {
  assert.deepEqual(
    parsed('section=3&available&!sold&price.max=20&name.like=a+b&q=ragu&sort=price,-name&limit=12&page=2'),
    {
      conditions: [
        { path: 'section', operator: 'eq', operands: [{ kind: 'text', text: '3' }] },
        { path: 'available', operator: 'true', operands: [] },
        { path: 'sold', operator: 'false', operands: [] },
        { path: 'price', operator: 'max', operands: [{ kind: 'text', text: '20' }] },
        { path: 'name', operator: 'like', operands: [{ kind: 'text', text: 'a b' }] },
      ],
      search: { kind: 'text', text: 'ragu' },
      sort: [
        { path: 'price', descending: false },
        { path: 'name', descending: true },
      ],
      limit: { kind: 'text', text: '12' },
      page: { kind: 'text', text: '2' },
    } satisfies Query,
  );
});

void test('a value without text is no condition, a repeated name collects values', () => {
  assert.deepEqual(parsed('a=&q=&sort=&limit=&page=&!b='), { conditions: [], sort: [] });
  assert.equal(formatQuery(parsed('tag=a&price.min=1&tag=&tag=b')), 'tag=a&tag=b&price.min=1');
});

void test('a checkbox may carry a negated name', () => {
  assert.equal(formatQuery(parsed('%21sold=on')), '!sold');
});

void test('only what is written plainly reads the row or the clock', () => {
  const [path, text, now, word] = parsed('a={x.Y}&b=%7Bid%7D&c=now&d=%6Eow').conditions.map(
    ({ operands }) => operands[0],
  );
  assert.deepEqual(path, { kind: 'path', path: 'x.y' });
  assert.deepEqual(text, { kind: 'text', text: '{id}' });
  assert.deepEqual(now, { kind: 'now' });
  assert.deepEqual(word, { kind: 'text', text: 'now' });
  assert.equal(formatQuery(parsed('b=%7Bid%7D&d=%6Eow&e=%74oday')), 'b=%7Bid%7D&d=%6Eow&e=%74oday');
});

void test('what a browser sends of a form never reads the row', () => {
  const sent = new URLSearchParams([['price.max', '{cost}']]).toString();
  assert.deepEqual(parsed(sent).conditions[0]?.operands, [{ kind: 'text', text: '{cost}' }]);
});

void test('names fold as columns do, in every segment', () => {
  assert.equal(foldPath('Größe.Datum'), 'grosse.datum');
  assert.equal(foldPath('Count( Dish )'), 'count(dish)');
  assert.equal(foldPath('цена'), 'цена');
  assert.equal(parsed('datePublished.min=2026-01-01').conditions[0]?.path, 'datepublished');
});

void test('text is kept as storage keeps it, malformed escapes as the URL standard reads them', () => {
  const texts = parsed('a=x%0D%0Ay&b=%00z&c=%E4&d=100%').conditions.map(({ operands }) => operands[0]);
  assert.deepEqual(
    texts.map((each) => each?.kind === 'text' && each.text),
    ['x\ny', 'z', '\ufffd', '100%'],
  );
});

function code(text: string): readonly string[] {
  const query = parseQuery(text, { file: 'menu.html', line: 3, column: 5 });
  return query.ok ? [] : query.errors.map((error) => `${error.code} ${error.at?.line}`);
}

void test('says what is malformed', () => {
  assert.deepEqual(code('=x'), ['query/malformed 3']);
  assert.deepEqual(code('!=x'), ['query/malformed 3']);
  assert.deepEqual(code('!a=b'), ['query/malformed 3']);
  assert.deepEqual(code('a=x{b}'), ['query/malformed 3']);
  assert.deepEqual(code('a={}'), ['query/malformed 3']);
  assert.deepEqual(code('sort=a,,b'), ['query/malformed 3']);
  assert.deepEqual(code('limit=1&limit=2'), ['query/repeated 3']);
  assert.deepEqual(code(`a=${'b'.repeat(20_000)}`), ['query/too-long 3']);
  assert.deepEqual(code(Array.from({ length: 101 }, (_, index) => `a${index}`).join('&')), ['query/too-long 3']);
  assert.deepEqual(code(Array.from({ length: 201 }, (_, index) => `a=${index}`).join('&')), ['query/too-long 3']);
});

void test('never throws, and what parses survives being written', () => {
  const piece = fc.constantFrom(
    'a',
    'B.max',
    '=',
    '&',
    '{',
    '}',
    '!',
    '%',
    '%7B',
    '+',
    'sort',
    'q',
    'now',
    ',',
    '-',
    '.',
    'é',
    '\ud800',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const query = parseQuery(pieces.join(''));
      if (query.ok) assert.deepEqual(parsed(formatQuery(query.value)), query.value);
    }),
  );
});
