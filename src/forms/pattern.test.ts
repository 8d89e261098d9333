import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isLinear } from './pattern-proof.ts';
import { compilePattern, patternMatches } from './pattern.ts';

const proved = [
  '',
  '[A-Z]{3}',
  '\\d{5}',
  '^\\d{5}$',
  '\\d{2,5}',
  '\\d{2,}-',
  '[a-z0-9]+(?:-[a-z0-9]+)*',
  '\\+?[0-9]{2,4}( [0-9]+)+',
  '[^@]+@[^@]+',
  'a|b|cd',
  '(foo|bar)?x',
  '(?<year>\\d{4})-(?<month>\\d{2})',
  '\\p{L}+',
  '.{8,}',
  '.*',
  '[\\w.]+@',
  '\\bword\\b',
  '(a(bc)*d)+',
  '\\u{1F600}+x',
  '(?:[a-z]{2} )*',
];

const unproved = [
  '(a+)+',
  '(a*)*b',
  '(a|a)*',
  '(a|ab)*c',
  'a*a*a*b',
  '.+@.+',
  '.*foo.*',
  '\\d{2,5}\\d',
  '\\w+\\d+',
  '(a?)*',
  '(a?b?)*',
  '(a|)*',
  '(?=.*\\d).{8,}',
  '(?<=a)b',
  '(.)\\1',
  '(?:a{1,200}){1,200}',
  '[\\q{abc|d}]+',
  '[[a-z]--[aeiou]]+',
  '(?:a|b|[ab])+',
  '([a-z]+ ?)*',
  '(\\s|\\t)*',
];

void test('patterns that are proved linear', () => {
  assert.deepEqual(
    proved.filter((pattern) => !isLinear(pattern)),
    [],
  );
});

void test('patterns that are not, and need not be, proved', () => {
  assert.deepEqual(unproved.filter(isLinear), []);
});

void test('every listed pattern is valid, so that the lists mean something', () => {
  assert.deepEqual(
    [...proved, ...unproved].filter((pattern) => !compilePattern(pattern)),
    [],
  );
});

void test('a pattern that takes too long matches nothing, and the next one runs as if nothing had been', () => {
  const text = `${'a'.repeat(50)}!`;
  assert.equal(patternMatches(compilePattern('(a|a)*')!, [text]), false);
  assert.equal(patternMatches(compilePattern('.+@.+')!, ['a@b']), true);
  assert.equal(patternMatches(compilePattern('.+@.+')!, ['a@b', 'c']), false);
});

/** Patterns of the kinds that authors write, nested as they should not be. */
const { pattern } = fc.letrec<{ pattern: string; term: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '\\w', 'c', '\\b', '$') },
    { weight: 1, arbitrary: tie('pattern').map((inner) => `(${inner})`) },
  ),
  term: fc
    .tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?'))
    .filter(([atom, count]) => count === '' || !/^(?:\\b|\$)$/.test(atom))
    .map(([atom, count]) => atom + count),
  pattern: fc
    .array(
      fc.array(tie('term'), { maxLength: 4 }).map((terms) => terms.join('')),
      { minLength: 1, maxLength: 2 },
    )
    .map((branches) => branches.join('|')),
}));

/** Run under the limit, a proved pattern must come to the same end on long texts made of its own letters. */
void test('law: proved patterns end in time on texts that nearly match', { timeout: 60_000 }, () => {
  let seen = 0;
  fc.assert(
    fc.property(pattern, fc.constantFrom('a', 'b', 'ab', 'aab', 'abc', 'ba'), (source, unit) => {
      if (!isLinear(source)) return;
      seen += 1;
      const compiled = compilePattern(source);
      assert.ok(compiled);
      const text = `${unit.repeat(20_000)}!`;
      const limited = { anchored: compiled.anchored, linear: false };
      const direct = compiled.anchored.test(text);
      assert.equal(patternMatches(limited, [text]), direct);
    }),
    { numRuns: 1500 },
  );
  assert.ok(seen > 200, `only ${seen} patterns were proved`);
});
