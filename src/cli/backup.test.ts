import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import { command } from '../../test/rows.ts';
import { folderOf, serveFolder } from '../../test/served.ts';
import type { Served } from '../../test/served.ts';

const form = `<!DOCTYPE html>
<title>Contact</title>
<form name="message" method="post" enctype="multipart/form-data">
  <input name="name" required><input name="letter" type="file">
</form>
`;

let server: Promise<PostgresServer> | undefined;
after(async () => {
  await (await server)?.stop();
});

interface Place {
  readonly dataDir: string;
  /** The options that lead a command there. */
  readonly where: readonly string[];
  readonly databaseUrl?: string;
}

async function placeOf(t: TestContext, dialect: 'sqlite' | 'postgres'): Promise<Place> {
  const dataDir = folder(t);
  if (dialect === 'sqlite') return { dataDir, where: ['--data', dataDir] };
  server ??= startPostgres({ fsync: false });
  const databaseUrl = await (await server).createDatabase();
  return { dataDir, databaseUrl, where: ['--data', dataDir, '--database', databaseUrl] };
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'backlot-backup-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function serve(t: TestContext, place: Place): Promise<Served> {
  const { dataDir, databaseUrl } = place;
  const options = databaseUrl === undefined ? { dataDir } : { dataDir, databaseUrl };
  return await serveFolder(t, await folderOf(t, { 'contact.html': form }), options);
}

async function send(served: Served, name: string): Promise<void> {
  const body = new FormData();
  body.set('name', name);
  body.set('letter', new Blob([`A letter of ${name}`], { type: 'text/plain' }), 'letter.txt');
  const answer = await fetch(`${served.address}/contact?form=message`, {
    method: 'POST',
    body,
    headers: { origin: served.address },
    redirect: 'manual',
  });
  assert.equal(answer.status, 303);
}

interface Message {
  readonly name: string;
  readonly letter: string;
}

async function messages({ where }: Place): Promise<readonly Message[]> {
  const { stdout } = await command(['export', 'message', '--format', 'json', ...where]);
  return JSON.parse(stdout) as Message[];
}

function letterOf({ dataDir }: Place, { letter }: Message): string {
  return readFileSync(join(dataDir, 'uploads/kept', letter.split('/').at(-1) ?? ''), 'utf8');
}

for (const dialect of ['sqlite', 'postgres'] as const) {
  void test(`${dialect}: a backup made beside a running server is restored on a second data folder, the same`, async (t) => {
    const place = await placeOf(t, dialect);
    const served = await serve(t, place);
    await send(served, 'Ada');
    await send(served, 'Eve');
    const file = join(folder(t), 'all.tar.gz');
    const backup = await command(['backup', file, ...place.where]);
    assert.equal(backup.code, 0, backup.stderr);
    assert.match(
      backup.stdout,
      /all\.tar\.gz: [\d.]+ kB, \d+ rows in \d+ tables, \d+ uploaded files\. Read back, and whole\.\n$/,
    );
    assert.match(backup.stderr, /database/);
    assert.equal(statSync(file).mode & 0o777, 0o600);

    const second = await placeOf(t, dialect);
    const restore = await command(['restore', file, ...second.where]);
    assert.equal(restore.code, 0, restore.stderr);
    assert.match(
      restore.stdout,
      /^Restored the backup of \d{4}-\d\d-\d\d [\d:]+ UTC: \d+ rows in \d+ tables, \d+ uploaded files\.\n/,
    );
    assert.deepEqual(await messages(second), await messages(place));
    const again = await serve(t, second);
    for (const message of await messages(second))
      assert.equal(letterOf(second, message), `A letter of ${message.name}`);
    await send(again, 'Bob');
    assert.equal((await messages(second)).length, 3);
  });

  void test(`${dialect}: without FILE a backup goes into the data folder; a restore there goes back to it`, async (t) => {
    const place = await placeOf(t, dialect);
    const served = await serve(t, place);
    await send(served, 'Ada');
    await served.stop();
    const { code, stdout, stderr } = await command(['backup', ...place.where]);
    assert.equal(code, 0, stderr);
    const file = stdout.split(': ')[0]!;
    assert.deepEqual(readdirSync(join(place.dataDir, 'backups')), [file.split('/').at(-1)]);
    const later = await serve(t, place);
    await send(later, 'Eve');
    const refused = await command(['restore', file, ...place.where]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /in use/);
    assert.equal((await messages(place)).length, 2);
    await later.stop();
    const restored = await command(['restore', file, ...place.where]);
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stdout, /What was there before is kept until the next restore: .*replaced/);
    assert.deepEqual(
      (await messages(place)).map(({ name }) => name),
      ['Ada'],
    );
    assert.ok(existsSync(file));
  });
}

void test('a backup is refused where a file is, where no folder is, and where there is no data', async (t) => {
  const place = await placeOf(t, 'sqlite');
  const none = await command(['backup', ...place.where]);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /There is no data in/);
  await serve(t, place);
  const file = join(folder(t), 'precious');
  writeFileSync(file, 'precious');
  const there = await command(['backup', file, ...place.where]);
  assert.equal(there.code, 1);
  assert.match(there.stderr, /There is a file of that name already\. Name another file than/);
  assert.equal(readFileSync(file, 'utf8'), 'precious');
  const nowhere = await command(['backup', `${file}-folder/x`, ...place.where]);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /The backup could not be written or read\. .*there is no such file or folder/);
});

void test('what is no backup is refused and leaves no data folder', async (t) => {
  const file = join(folder(t), 'holiday.tar.gz');
  const data = join(folder(t), 'new');
  const missing = await command(['restore', file, '--data', data]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /there is no such file/);
  writeFileSync(file, 'no archive');
  const foreign = await command(['restore', file, '--data', data]);
  assert.equal(foreign.code, 1);
  assert.match(foreign.stderr, /This is not a whole backup of Backlot\./);
  assert.equal(existsSync(data), false);
});
