import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { command } from '../../test/rows.ts';
import { folderOf, serveFolder } from '../../test/served.ts';

/* Without an origin and mail, nothing here asks a network beyond this machine. */

const page = '<!DOCTYPE html><form name="message" method="post"><input name="guests"></form>';

void test('beside a running server: a line for each thing, and exit code 1 for what must be mended', async (t) => {
  const dir = await folderOf(t, { 'contact.html': page });
  const served = await serveFolder(t, dir);
  await served.post('/contact?form=message', { guests: 'many' });
  const { code, stdout, stderr } = await command(['doctor', '--data', served.dataDir]);
  assert.equal(code, 1);
  assert.equal(stderr, '');
  assert.match(stdout, /^ok +Server +It answers at http:\/\/127\.0\.0\.1:\d+\.$/m);
  assert.match(stdout, /^MEND +Domain +origin is not set/m);
  assert.match(stdout, /^MEND +Backups +There is none/m);
  assert.match(stdout, /^ok +Pages +.*: no errors\.$/m);
  assert.match(stdout, /^ok +Tables +They fit the files\.$/m);
  assert.match(stdout, /\n\n2 to mend, \d to think about, \d+ well\.\n$/);

  await writeFile(join(dir, 'contact.html'), page.replace('name="guests"', 'name="guests" type="number"'));
  const changed = await command(['doctor', '--data', served.dataDir]);
  assert.match(changed.stdout, /^MEND +Tables +They do not fit the files\./m);
});

void test('before anything was served, and with data that cannot be read', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'backlot-doctor-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const nothing = await command(['doctor', '--data', dataDir]);
  assert.equal(nothing.code, 1);
  assert.match(nothing.stdout, /^advice +Tables +There is no data yet/m);
  await writeFile(join(dataDir, 'data.db'), 'no database but a text of some length '.repeat(200));
  const damaged = await command(['doctor', '--data', dataDir]);
  assert.equal(damaged.code, 1);
  assert.match(damaged.stdout, /^MEND +Data +.*restore a backup/m);
});
