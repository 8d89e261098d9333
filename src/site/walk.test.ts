import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { folderWith } from './fixtures.ts';
import { walkSite } from './walk.ts';

void test('lists what may be served, in order, with size and time', async (t) => {
  const dir = await folderWith(t, {
    'b.html': 'bb',
    'a/z.css': '',
    'index.html': 'x',
    '.env': 'secret',
    '.git/config': '',
    '.well-known/security.txt': 'Contact',
    'node_modules/x/index.html': '',
    'a/node_modules/x.html': '',
    'backlot.config.ts': '',
    _redirects: '',
    'data/site.sqlite': '',
    'data/site.sqlite-wal': '',
    'store/backlot.bin': '',
  });
  const walked = await walkSite(dir, { leaveOut: [path.join(dir, 'store')] });
  assert.deepEqual([...walked.files.keys()], ['.well-known/security.txt', 'a/z.css', 'b.html', 'index.html']);
  const file = walked.files.get('b.html');
  assert.equal(file?.sizeBytes, 2);
  assert.ok(file && file.modifiedMs > 0);
});

void test('follows links that stay inside, and says which it leaves out', async (t) => {
  const dir = await folderWith(t, {
    'site/index.html': 'x',
    'site/real/a.html': 'a',
    'site/.env': 's',
    'secret.txt': 's',
  });
  const site = path.join(dir, 'site');
  await symlink(path.join(site, 'real'), path.join(site, 'linked'));
  await symlink(path.join(site, 'index.html'), path.join(site, 'home.html'));
  await symlink(path.join(dir, 'secret.txt'), path.join(site, 'out.txt'));
  await symlink(path.join(site, '.env'), path.join(site, 'env.txt'));
  await symlink(site, path.join(site, 'real', 'circle'));
  await symlink(path.join(site, 'nowhere'), path.join(site, 'broken'));
  const walked = await walkSite(site);
  assert.deepEqual([...walked.files.keys()], ['home.html', 'index.html', 'linked/a.html', 'real/a.html']);
  assert.deepEqual(
    walked.diagnostics.map((each) => each.message.replace('The symbolic link ', '')),
    [
      'broken is not served: it leads nowhere.',
      'env.txt is not served: it leads to something that is not served.',
      'linked/circle is not served: it leads in a circle.',
      'out.txt is not served: it leads out of the folder.',
      'real/circle is not served: it leads in a circle.',
    ],
  );
});

void test('a path that Backlot answers itself is refused by name', async (t) => {
  for (const file of ['admin.html', 'api/index.html', '_backlot/x.css', 'admin/x']) {
    const dir = await folderWith(t, { 'index.html': '', [file]: '' });
    const name = file.split('/')[0]!;
    await assert.rejects(walkSite(dir), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'site/reserved-path');
      assert.ok(error.message.startsWith(`${name} `), error.message);
      return true;
    });
  }
  const dir = await folderWith(t, { 'administration.html': '', 'blog/api/index.html': '' });
  assert.equal((await walkSite(dir)).files.size, 2);
});

void test('a missing folder and a file in its place are told apart', async (t) => {
  const dir = await folderWith(t, { 'index.html': '' });
  await assert.rejects(walkSite(path.join(dir, 'none')), { code: 'site/no-folder' });
  await assert.rejects(walkSite(path.join(dir, 'index.html')), { code: 'site/not-a-folder' });
});
