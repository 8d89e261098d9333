import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextMidnightMs } from './local-date.ts';

const at = (iso: string): number => Date.parse(iso);

test('midnight is that of the zone', () => {
  assert.equal(nextMidnightMs(at('2026-08-14T12:00:00Z'), 'Europe/Rome'), at('2026-08-14T22:00:00Z'));
  assert.equal(nextMidnightMs(at('2026-08-14T12:00:00Z'), 'UTC'), at('2026-08-15T00:00:00Z'));
});

test('days on which clocks move are 23 and 25 hours long', () => {
  assert.equal(nextMidnightMs(at('2026-03-28T23:00:00Z'), 'Europe/Rome'), at('2026-03-29T22:00:00Z'));
  assert.equal(nextMidnightMs(at('2026-10-24T22:00:00Z'), 'Europe/Rome'), at('2026-10-25T23:00:00Z'));
});
