import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeSize } from '../admin/src/backups/write-size.ts';
import { deviceName } from '../admin/src/users/agent.ts';
import { makePassword } from '../admin/src/users/make-password.ts';
import { english } from '../admin/src/words/english.ts';
import { german } from '../admin/src/words/german.ts';

test('what a browser calls itself is told in plain words', () => {
  const agents: Readonly<Record<string, string>> = {
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0': 'Firefox on Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0':
      'Edge on Windows',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15':
      'Safari on Mac',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1':
      'Safari on iPhone',
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36':
      'Chrome on Android',
    'Mozilla/5.0 (X11; Linux x86_64) Unheard/1.0': 'A browser on Linux',
    'curl/8.9.1': 'curl',
    '': 'An unknown device',
  };
  for (const [agent, name] of Object.entries(agents)) assert.equal(deviceName(agent, english), name);
  assert.equal(deviceName('Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0', german), 'Firefox auf Linux');
});

test('a suggested password is long enough, easy to read out, and another each time', () => {
  const made = new Set(Array.from({ length: 50 }, makePassword));
  assert.equal(made.size, 50);
  for (const password of made) assert.match(password, /^(?:[a-km-np-z2-9]{4}-){4}[a-km-np-z2-9]{4}$/);
});

test('sizes are written as people read them', () => {
  assert.deepEqual(
    [0, 999, 1400, 73_900, 1_234_567, 2_500_000_000].map((bytes) => writeSize(bytes, 'en')),
    ['0 byte', '999 byte', '1.4 kB', '74 kB', '1.2 MB', '2.5 GB'],
  );
  assert.equal(writeSize(1400, 'de'), '1,4 kB');
});
