import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOffStep } from './index.ts';

void test('steps count from the least value', () => {
  const odd = { min: '1', step: '2' };
  assert.deepEqual(
    ['1', '2', '3', '-1'].map((text) => isOffStep({ kind: 'integer' }, odd, text)),
    [false, true, false, false],
  );
  assert.equal(isOffStep({ kind: 'money', currency: 'EUR' }, { min: '0.25', step: '0.5' }, '1.50'), true);
  assert.equal(isOffStep({ kind: 'money', currency: 'EUR' }, { min: '0.25', step: '0.5' }, '1.75'), false);
});

void test('without one, from zero or from what the page had', () => {
  const fives = { step: '5' };
  assert.equal(isOffStep({ kind: 'integer' }, fives, '10'), false);
  assert.equal(isOffStep({ kind: 'integer' }, fives, '12'), true);
  assert.equal(isOffStep({ kind: 'integer' }, fives, '12', '7'), false);
  assert.equal(isOffStep({ kind: 'integer' }, fives, '13', '7'), true);
});

void test('times and dates step too; any, and what has no steps, never', () => {
  assert.equal(isOffStep({ kind: 'time' }, { min: '18:00', step: '1800' }, '19:30'), false);
  assert.equal(isOffStep({ kind: 'time' }, { min: '18:00', step: '1800' }, '19:40'), true);
  assert.equal(isOffStep({ kind: 'date' }, { min: '2026-08-03', step: '7' }, '2026-08-10'), false);
  assert.equal(isOffStep({ kind: 'date' }, { min: '2026-08-03', step: '7' }, '2026-08-11'), true);
  assert.equal(isOffStep({ kind: 'real' }, { step: 'any' }, '0.1'), false);
  assert.equal(isOffStep({ kind: 'text' }, { step: '2' }, '3'), false);
});
