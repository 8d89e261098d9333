import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { dish } from './fixture.ts';
import { compareText, fold, foldedValue, rowWords, searchWords } from './index.ts';

void test('folds case, marks, compatibility forms and ß', () => {
  const cases: readonly [string, string][] = [
    ['Crème BRÛLÉE', 'creme brulee'],
    ['a\u0308', 'a'],
    ['Straße', 'strasse'],
    ['STRAẞE', 'strasse'],
    ['ﬁn', 'fin'],
    ['İstanbul', 'istanbul'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['ＡＢ①', 'ab1'],
    ['', ''],
  ];
  for (const [text, folded] of cases) assert.equal(fold(text), folded);
});

void test('folding twice is folding once, for every character', () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code === 0xd800) code = 0xe000;
    const once = fold(String.fromCodePoint(code));
    assert.equal(fold(once), once, code.toString(16));
  }
});

void test('orders text as its UTF-8 bytes', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\uffff', '😀', '\ue000', 'a😀', 'a\uffff'));
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(compareText(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

void test('words are spelt in plain letters, and begin each other as the words do', () => {
  assert.equal(searchWords(['Ragù x1, alla Norma!', 'norma']), 'ragu xxxb alla norma');
  const word = fc.string({
    unit: fc.constantFrom('a', 'x', 'y', 'z', '0', '1', 'é', 'ж', '𝒳', '𐐨', 'ꝏ'),
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const [left, right] = [searchWords([a]), searchWords([b])];
      assert.match(left, /^[a-z]+$/);
      assert.equal(left.startsWith(right), fold(a).startsWith(fold(b)));
    }),
  );
});

void test('scripts without spaces give a word for each letter', () => {
  assert.equal(searchWords(['東京2026']).split(' ').length, 3);
  assert.equal(searchWords(['한국']).split(' ').length, 1);
});

void test('the words of a row are those of its searched columns', () => {
  const row = {
    name: 'Ragù',
    description: '<p>six<br>hour <em>sl</em>ow&amp;low</p>',
    tags: ['New'],
    recipe: 'secret',
    old: 'gone',
    author: 'u',
  };
  assert.equal(rowWords(dish, row), 'ragu sixx hour slow low new');
});

void test('the shadow of markup is its text, of a set its folded members', () => {
  const { description, tags, name } = dish.columns;
  assert.ok(description && tags && name);
  assert.equal(foldedValue(description, '<b>R</b>agù'), 'ragu');
  assert.equal(foldedValue(tags, ['Ä', 'b']), '["a","b"]');
  assert.equal(foldedValue(name, null), null);
});

void test('what is stored of very many words stays within what PostgreSQL takes', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => `wort${index}`).join(' ');
  assert.ok(searchWords([many]).length <= 262_144);
  assert.equal(searchWords(['a'.repeat(100)]), searchWords(['a'.repeat(50)]));
});
