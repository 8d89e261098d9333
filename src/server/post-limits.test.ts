import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../std/index.ts';
import { addressGroup, postLimits } from './post-limits.ts';

test('the eleventh form in a minute waits until the first is a minute old', () => {
  const clock = manualClock(0);
  const limits = postLimits({ perMinute: 10, clock });
  for (let i = 0; i < 10; i++) {
    assert.equal(limits.take('192.0.2.1'), 0);
    clock.advance(1000);
  }
  assert.equal(limits.take('192.0.2.1'), 50_000);
  clock.advance(50_000);
  assert.equal(limits.take('192.0.2.1'), 0);
});

test('addresses are counted apart', () => {
  const limits = postLimits({ perMinute: 1, clock: manualClock(0) });
  assert.equal(limits.take('192.0.2.1'), 0);
  assert.equal(limits.take('192.0.2.2'), 0);
  assert.ok(limits.take('192.0.2.1') > 0);
});

test('an IPv6 /64 counts as one address', () => {
  assert.equal(addressGroup('2001:db8:0:1::5'), addressGroup('2001:db8:0:1:ffff::9'));
  assert.equal(addressGroup('2001:DB8::1'), addressGroup('2001:db8:0:0:9::'));
  assert.notEqual(addressGroup('2001:db8:0:1::5'), addressGroup('2001:db8:0:2::5'));
  assert.equal(addressGroup('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(addressGroup('192.0.2.1'), '192.0.2.1');
});
