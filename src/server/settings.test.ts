import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from './settings.ts';

test('a variable wins over the configuration file, which wins over the default', () => {
  assert.equal(readSettings({}).formsPerMinute, 10);
  assert.equal(readSettings({}, { formsPerMinute: 20 }).formsPerMinute, 20);
  assert.equal(readSettings({ BACKLOT_FORMS_PER_MINUTE: '30' }, { formsPerMinute: 20 }).formsPerMinute, 30);
});

test('origins are read as origins', () => {
  const settings = readSettings({ BACKLOT_ORIGIN: 'https://Example.org/, http://localhost:4000' });
  assert.deepEqual(settings.origin, ['https://example.org', 'http://localhost:4000']);
});

for (const [variable, value] of [
  ['BACKLOT_ORIGIN', 'example.org'],
  ['BACKLOT_ORIGIN', 'https://example.org/path'],
  ['BACKLOT_TIME_ZONE', 'Mars/Olympus'],
  ['BACKLOT_FORMS_PER_MINUTE', '0'],
  ['BACKLOT_FORMS_PER_MINUTE', '1e3'],
  ['BACKLOT_RATE_LIMIT', 'maybe'],
  ['BACKLOT_MAIL', 'mail.example.org'],
  ['BACKLOT_MAIL_DAYS_KEPT', '-1'],
  ['BACKLOT_DAILY_BACKUP', '24:00'],
  ['BACKLOT_DAILY_BACKUP', '3'],
  ['BACKLOT_ADMIN_PATH', 'admin'],
  ['BACKLOT_ADMIN_PATH', '/_backlot'],
  ['BACKLOT_PROXIES', 'proxy.example.org'],
  ['BACKLOT_PROXIES', '10.0.0.0/33'],
  ['BACKLOT_CURRENCY', 'EURO'],
  ['BACKLOT_POLICY_SOURCES', 'script-src'],
  ['BACKLOT_POLICY_SOURCES', 'script-src https://a.example; object-src *'],
  ['BACKLOT_POLICY_SOURCES', 'style-src https://a.example'],
] as const) {
  test(`${variable}=${value} is refused by name`, () => {
    assert.throws(() => readSettings({ [variable]: value }), {
      code: 'server/setting',
      message: new RegExp(`^${variable} is .*; it takes `),
    });
  });
}

for (const wrong of [
  'smtp://ann:hunter2',
  'smtps//ann:hunter2@mail.example.org',
  'smtp://ann:hunt#er2@h',
  'hunter2%',
]) {
  test(`the password in BACKLOT_MAIL=${wrong} is never shown`, () => {
    for (const read of [() => readSettings({ BACKLOT_MAIL: wrong }), () => readSettings({}, { mail: [wrong] })]) {
      assert.throws(
        read,
        (error: Error) => !/hunt|er2/.test(`${error.message}${error.stack}`) && /takes an SMTP/.test(error.message),
      );
    }
  });
}

test('an unknown setting in the configuration file is refused by name', () => {
  assert.throws(() => readSettings({}, { orgin: 'https://example.org' }), /no setting "orgin"/);
});

test('admin and API cannot be at one path', () => {
  assert.throws(() => readSettings({ BACKLOT_ADMIN_PATH: '/api' }), /must differ/);
});

test('sources for policies are read one by one', () => {
  const { policySources } = readSettings({}, { policySources: ["script-src https://a.example 'unsafe-eval'"] });
  assert.deepEqual(policySources, ["script-src https://a.example 'unsafe-eval'"]);
});
