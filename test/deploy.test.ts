import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commands } from '../src/cli/commands.ts';
import { defaultTimeouts } from '../src/server/http-server.ts';
import { readSettings, settingDefinitions } from '../src/server/settings.ts';

const root = new URL('../', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

const files = Object.fromEntries(
  readdirSync(new URL('examples/deploy/', root)).map((name) => [name, read(`examples/deploy/${name}`)]),
);
const docs = Object.fromEntries(
  readdirSync(new URL('docs/', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => [name, read(`docs/${name}`)]),
);

function found(text: string, pattern: RegExp): string {
  const [, value] = pattern.exec(text) ?? [];
  assert.ok(value !== undefined, `${pattern} is not there`);
  return value;
}

const places = ['BACKLOT_DATA', 'BACKLOT_DATABASE'];
const variables = new Set([...places, ...Object.values(settingDefinitions).map(({ variable }) => variable)]);

void test('every variable that the documents and the files for a server name is one that is read', () => {
  for (const [name, text] of Object.entries({ ...docs, ...files })) {
    for (const [variable] of text.matchAll(/\bBACKLOT_[A-Z_]+/g))
      assert.ok(variables.has(variable), `${name}: ${variable}`);
  }
});

void test('the settings of the example are taken as they are written, those that are commented out too', () => {
  const lines = files['backlot.env']!.matchAll(/^#?(BACKLOT_[A-Z_]+)=(.*)$/gm);
  const environment = Object.fromEntries(Array.from(lines, ([, name, value]) => [name, value]));
  const settings = readSettings(environment);
  assert.deepEqual([settings.origin, settings.proxies], [['https://example.org'], ['127.0.0.1']]);
  assert.match(environment['BACKLOT_DATABASE'] ?? '', /^postgres:\/\//);
});

void test('every command that the documents tell to run exists, with its options', () => {
  for (const [name, text] of Object.entries({ ...docs, ...files })) {
    // In a line of a shell, in a text as code, or started by Node.
    for (const [whole, called, args = ''] of text.matchAll(
      /(?:^backlot|`backlot|backlot\.js) ([a-z]+)\b([^`\n|&"]*)/gm,
    )) {
      const command = commands.find((one) => one.name === called);
      assert.ok(command, `${name}: ${whole}`);
      for (const [, option = ''] of args.matchAll(/ --([a-z-]+)/g)) {
        assert.ok(option === 'help' || option in command.options, `${name}: ${whole} has no option --${option}`);
      }
    }
  }
});

void test('links of the documents lead to files and headings that are there', () => {
  for (const [name, text] of Object.entries(docs)) {
    for (const [, path = '', heading] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)/g)) {
      const target = new URL(path === '' ? name : path, new URL('docs/', root));
      assert.ok(existsSync(target), `${name}: ${path}`);
      if (heading === undefined || !target.pathname.endsWith('.md')) continue;
      const headings = Array.from(readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm), ([, title = '']) =>
        title
          .toLowerCase()
          .replaceAll(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      );
      assert.ok(headings.includes(heading), `${name}: ${path}#${heading}`);
    }
  }
});

void test('every file for a server is explained, and no other', () => {
  const table = files['README.md']!;
  const missing = Object.keys(files).filter((name) => name !== 'README.md' && !table.includes(`\`${name}\``));
  assert.deepEqual(missing, ['Containerfile.dockerignore']);
});

void test('proxies, unit and image agree about port, folders and times', () => {
  const unit = files['backlot.service']!;
  const port = found(unit, /--port (\d+)/);
  assert.equal(found(files['Caddyfile']!, /reverse_proxy 127\.0\.0\.1:(\d+)/), port);
  assert.equal(found(files['nginx.conf']!, /server 127\.0\.0\.1:(\d+)/), port);
  assert.equal(found(files['Containerfile']!, /EXPOSE (\d+)/), port);
  assert.match(files['Containerfile']!, new RegExp(`127\\.0\\.0\\.1:${port}/_backlot/health`));

  const data = found(unit, /BACKLOT_DATA=(\S+)/);
  assert.ok(data.startsWith(`/var/lib/${found(unit, /^StateDirectory=(\S+)/m)}/`), 'the unit may write there');
  assert.ok(files['backlot-backup.service']!.includes(` ${data}/backups/ `));
  assert.equal(found(files['backlot-command']!, /BACKLOT_DATA=(\S+)/), data);

  assert.ok(Number(found(unit, /TimeoutStopSec=(\d+)/)) * 1000 > defaultTimeouts.stopMs + 5000);
  assert.ok(Number(found(files['nginx.conf']!, /keepalive_timeout (\d+)s/)) * 1000 < defaultTimeouts.keepAliveMs);
});

void test('proxies let several files through, and both the same', () => {
  const megabytes = Number(found(files['nginx.conf']!, /client_max_body_size (\d+)m/));
  assert.equal(Number(found(files['Caddyfile']!, /max_size (\d+)MB/)), megabytes);
  assert.ok(megabytes * 1e6 > 4 * settingDefinitions.fileBytesMax.fallback);
});

void test('copies are taken after the server has made its backup', () => {
  const copied = found(files['backlot-backup.timer']!, /OnCalendar=\S+ (\d\d:\d\d)/);
  assert.ok(copied > settingDefinitions.dailyBackup.fallback);
});

void test('the list for going live names what the doctor looks at', () => {
  const sources = ['doctor', 'doctor-folder', 'doctor-network'].map((name) => read(`src/server/${name}.ts`)).join('\n');
  const named = Array.from(docs['going-live.md']!.matchAll(/\*doctor: (.+?)\*/g), ([, subject = '']) => subject);
  assert.ok(named.length >= 8);
  for (const subject of named) assert.ok(sources.includes(`'${subject}'`), subject);
});
