import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command } from '../../test/rows.ts';
import { folderOf, serveFiles } from '../../test/served.ts';

const contact = `<!DOCTYPE html>
<title>Contact</title>
<form name="message" method="post"><input name="name" required></form>
`;

void test('BACKLOT_DATA says where the data is, unless --data does', async (t) => {
  const site = await serveFiles(t, { 'contact.html': contact });
  const cwd = await folderOf(t, {});
  const environment = { BACKLOT_DATA: site.dataDir };
  assert.match((await command(['schema'], { cwd, environment })).stdout, /^message\n/m);
  const elsewhere = await command(['schema', '--data', 'nowhere'], { cwd, environment });
  assert.match(elsewhere.stderr, /There is no data in .*nowhere yet/);
  const unset = await command(['schema'], { cwd, environment: { BACKLOT_DATA: '' } });
  assert.match(unset.stderr, /There is no data in .*backlot-data yet/);
});

void test('a database that cannot be used is named without its password', async (t) => {
  const cwd = await folderOf(t, {});
  for (const [address, code] of [
    ['postgres://ann:hunter2@127.0.0.1:1/x', 1],
    ['postgres://ann:hun ter2@127.0.0.1:99999/x', 1],
    ['postgres://ann:hunter2@[::zz]/x', 1],
    ['postgres:/ann:hunter2@127.0.0.1/x', 2],
    ['mysql://ann:hunter2@127.0.0.1/x', 2],
  ] as const) {
    const asked = await command(['schema', '--database', address], { cwd });
    const environment = { BACKLOT_DATABASE: address };
    const named = await command(['schema'], { cwd, environment });
    assert.deepEqual([asked.code, named.code], [code, code], `${address}: ${asked.stderr}${named.stderr}`);
    for (const { stderr } of [asked, named]) assert.doesNotMatch(stderr, /hun ?ter2/);
    assert.match(named.stderr, code === 2 ? /BACKLOT_DATABASE takes the address/ : /cannot be used/);
  }
});
