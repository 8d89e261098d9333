import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { folderOf, serveFolder } from '../../test/served.ts';
import { manualClock, memoryLog, systemClock, systemRandom } from '../std/index.ts';
import { backupsOf } from './backups.ts';
import { lookAtFolder } from './doctor-folder.ts';
import type { Machine } from './doctor-folder.ts';
import { lookAtMail, lookAtOrigins, lookAtProxies, lookAtServer, realNetwork } from './doctor-network.ts';
import type { Network } from './doctor-network.ts';
import { examine } from './doctor.ts';
import type { ExamineOptions, Finding } from './doctor.ts';
import { openDataToRead } from './open-data.ts';
import type { OpenData } from './open-data.ts';
import { readSettings } from './settings.ts';
import { loadServedSite } from './start.ts';

const healthy = JSON.stringify({ status: 'ok', database: {}, schema: 'current' });

/** A network in which all is well, but for what a test changes. */
function network(changes: Partial<Network> = {}): Network {
  return {
    resolve: async () => ['203.0.113.7'],
    get: async (url) =>
      url === 'http://example.org/'
        ? { status: 308, location: 'https://example.org/', text: '' }
        : { status: 200, location: undefined, text: healthy },
    greet: async () => '220 mail.example.org ESMTP',
    ...changes,
  };
}

function answering(status: number, text: string): Partial<Network> {
  return { get: async () => ({ status, location: undefined, text }) };
}

async function fails(): Promise<never> {
  throw new TypeError('fetch failed', { cause: new Error('self-signed certificate') });
}

function told(findings: readonly Finding[]): string {
  return findings.map(({ state, subject, text }) => `${state} ${subject}: ${text}`).join('\n');
}

void test('a domain with HTTPS that answers with this site is good', async () => {
  assert.equal(
    told(await lookAtOrigins(['https://example.org'], network())),
    'good Domain: example.org leads to 203.0.113.7.\n' +
      'good HTTPS: https://example.org answers, with a certificate that browsers trust.',
  );
});

const secure = ['https://example.org'];
for (const [what, origins, changes, expected] of [
  ['no origin', [], {}, /^mend Domain: origin is not set/],
  ['a name that leads nowhere', secure, { resolve: fails }, /^mend Domain: example\.org leads nowhere.*record/],
  ['an origin without HTTPS', ['http://example.org'], {}, /\nmend HTTPS: http:\/\/example\.org is not encrypted/],
  ['a bad certificate', secure, { get: fails }, /mend HTTPS: .*self-signed certificate\. See that the proxy/],
  ['another program', secure, answering(200, '<title>Welcome'), /mend HTTPS: .*not with this site \(200\)/],
  ['no redirect', secure, answering(200, healthy), /good HTTPS.*\nadvice HTTPS: http:\/\/example\.org does not lead/],
  [
    'this machine alone',
    ['http://localhost:4000'],
    {},
    /^advice Domain: http:\/\/localhost:4000 is this machine alone/,
  ],
] as const satisfies readonly (readonly [string, readonly string[], Partial<Network>, RegExp])[]) {
  void test(`the domain: ${what}`, async () => {
    assert.match(told(await lookAtOrigins(origins, network(changes))), expected);
  });
}

void test('proxies: missing behind HTTPS, too wide, and right', () => {
  assert.match(told(lookAtProxies({ proxies: [], origin: secure })), /^mend Proxies: proxies is not set/);
  assert.match(told(lookAtProxies({ proxies: ['0.0.0.0/0'], origin: secure })), /^mend Proxies: .*anyone can pretend/);
  assert.equal(told(lookAtProxies({ proxies: ['127.0.0.1'], origin: secure })), 'good Proxies: 127.0.0.1.');
  assert.deepEqual(lookAtProxies({ proxies: [], origin: [] }), []);
});

void test('mail: not set, unreachable, another server, and right', async () => {
  const mail = 'smtps://ann:secret@mail.example.org';
  const notify = ['ann@example.org'];
  assert.match(told(await lookAtMail({ mail: '', notify }, network())), /^advice Mail: mail is not set/);
  const unreachable = told(await lookAtMail({ mail, notify }, network({ greet: fails })));
  assert.match(unreachable, /^mend Mail: mail\.example\.org:465 cannot be reached: self-signed certificate\./);
  const other = network({ greet: async () => 'HTTP/1.1 400 Bad Request' });
  assert.match(told(await lookAtMail({ mail, notify }, other)), /^mend Mail: .*does not greet/);
  assert.equal(told(await lookAtMail({ mail, notify }, network())), 'good Mail: mail.example.org:465 answers.');
  assert.match(told(await lookAtMail({ mail, notify: [] }, network())), /^advice Mail: .*notify/);
});

void test('the real greeting is the first line that a server says', async (t) => {
  const polite = createServer((socket) => socket.on('error', () => undefined).end('220 here\r\n250 more\r\n'));
  const silent = createServer((socket) => void socket.end());
  const port = async (server: typeof polite): Promise<number> => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    return (server.address() as AddressInfo).port;
  };
  assert.equal(await realNetwork.greet({ host: '127.0.0.1', port: await port(polite), secure: false }), '220 here');
  await assert.rejects(realNetwork.greet({ host: '127.0.0.1', port: await port(silent), secure: false }), /hung up/);
});

void test('the server: well, ill, silent, none', async () => {
  const at = 'http://127.0.0.1:4000';
  assert.match(told(await lookAtServer(at, false, network(answering(200, '')))), /^good/);
  assert.match(told(await lookAtServer(at, false, network(answering(503, '')))), /^mend .*not well \(503\)/);
  assert.match(told(await lookAtServer(at, false, network({ get: fails }))), /^mend .*does not answer/);
  assert.match(told(await lookAtServer(undefined, false, network())), /^advice .*None is running/);
});

const machine: Machine = { versions: { node: '24.18.0', sqlite: '3.51.3' }, freeBytes: async () => 50e9 };

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'backlot-doctor-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

void test('the data folder: who may read it, and the room for it', async (t) => {
  const dataDir = folder(t);
  assert.match(told(await lookAtFolder(dataDir, machine)), /^good Data folder: .*\ngood Disk space: 50\.0 GB free\.$/);
  chmodSync(dataDir, 0o755);
  assert.match(told(await lookAtFolder(dataDir, machine)), /^mend Data folder: Other users .* chmod 700/);
  const full: Machine = { ...machine, freeBytes: async () => 100e6 };
  assert.match(told(await lookAtFolder(dataDir, full)), /mend Disk space: 0\.1 GB free\./);
  const gone = told(await lookAtFolder(join(dataDir, 'gone'), machine));
  assert.match(gone, /^mend Data folder: It cannot be looked at/);
});

const page = '<!DOCTYPE html><form name="message" method="post"><input name="guests"></form>';

interface Patient {
  readonly data: OpenData;
  readonly look: (changes?: Partial<ExamineOptions>) => Promise<string>;
}

/** A site with data and settings as they should be, and a server beside. */
async function patient(t: TestContext): Promise<Patient> {
  const siteDir = await folderOf(t, { 'contact.html': page });
  const { dataDir } = await serveFolder(t, siteDir);
  const options = { dataDir, clock: systemClock, random: systemRandom, log: memoryLog(), program: 'test' };
  const data = await openDataToRead(options);
  t.after(() => data.close());
  const settings = readSettings({
    BACKLOT_ORIGIN: 'https://example.org',
    BACKLOT_PROXIES: '127.0.0.1',
    BACKLOT_MAIL: 'smtp://mail.example.org',
    BACKLOT_NOTIFY: 'ann@example.org',
    BACKLOT_TIME_ZONE: 'Europe/Rome',
    BACKLOT_CONTENT_SECURITY_POLICY: 'enforce',
  });
  return {
    data,
    async look(changes = {}) {
      const site = await loadServedSite({ siteDir, dataDir, settings });
      const usual = { place: { dataDir }, settings, site, data, network: network(), machine, clock: systemClock };
      return told(await examine({ ...usual, ...changes }));
    },
  };
}

void test('a site without a fault but that nobody backs up', async (t) => {
  const { look } = await patient(t);
  assert.deepEqual(
    (await look()).split('\n').filter((line) => !line.startsWith('good')),
    ['mend Backups: There is none yet. Make the first now: backlot backup.'],
  );
});

void test('the age of the last backup, and whether it is on the same disk', async (t) => {
  const { data, look } = await patient(t);
  const clock = manualClock();
  const about = { settings: readSettings({}), site: null, program: 'test', clock, log: memoryLog() };
  await backupsOf(data, about).make('backup', { file: join(folder(t), 'one.tar.gz') });
  assert.match(await look({ clock }), /^good Backups: The last was made less than a day ago: .*one\.tar\.gz\.$/m);
  clock.advance(3 * 86_400_000);
  assert.match(await look({ clock }), /^mend Backups: The last was made 3 days ago.* every day at 03:00/m);
  const settings = readSettings({ BACKLOT_DAILY_BACKUP: 'off' });
  assert.match(await look({ clock, settings }), /^advice Backups: The last was made 3 days ago/m);
  clock.advance(5 * 86_400_000);
  assert.match(await look({ clock, settings }), /^mend Backups: The last was made 8 days ago/m);
  await backupsOf(data, about).make('backup');
  assert.match(await look({ clock }), /^advice Backups: .*another machine too/m);
});

void test('pages with errors are to be mended', async (t) => {
  const { data, look } = await patient(t);
  const dir = await folderOf(t, { 'bad.html': '<p data-list="dish?cost.max=x"><i itemscope></i></p>' });
  const site = await loadServedSite({ siteDir: dir, dataDir: data.dataDir, settings: readSettings({}) });
  assert.match(await look({ site }), /^mend Pages: bad\.html:1:\d+: error: /m);
});

void test('old programs, no data, no site and lifted limits are told', async () => {
  const text = told(
    await examine({
      place: { dataDir: '/nonexistent' },
      settings: readSettings({ BACKLOT_RATE_LIMIT: 'off', BACKLOT_TIME_ZONE: 'UTC' }),
      site: undefined,
      data: undefined,
      network: network(),
      machine: { ...machine, versions: { node: '22.1.0', sqlite: '3.50.0' } },
      clock: systemClock,
    }),
  );
  for (const line of [
    /^mend Node: 22\.1\.0 is too old: at least 24\.18\.0 is needed/m,
    /^mend SQLite: 3\.50\.0 is too old/m,
    /^mend Limits: rateLimit is off/m,
    /^advice Time zone: .*UTC/m,
    /^advice Content policy/m,
    /^advice Pages: No site is known yet/m,
    /^advice Tables: There is no data yet/m,
  ]) {
    assert.match(text, line);
  }
});
