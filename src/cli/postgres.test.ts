import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import { command, rows } from '../../test/rows.ts';
import { folderOf, serveFolder } from '../../test/served.ts';

const page =
  '<!DOCTYPE html><title>T</title><form name="ask" method="post"><input name="about"><input name="age"></form>';

let postgres: PostgresServer;
before(async () => {
  postgres = await startPostgres({ fsync: false });
});
after(() => postgres.stop());

void test('the same commands work on PostgreSQL, beside several servers, which follow the changed tables', async (t) => {
  const url = await postgres.createDatabase();
  const dir = await folderOf(t, { 'index.html': page });
  const one = await serveFolder(t, dir, { databaseUrl: url });
  const two = await serveFolder(t, dir, { databaseUrl: url });
  const run = (...args: string[]): ReturnType<typeof command> =>
    command([...args, '--data', one.dataDir, '--database', url]);
  await one.post('/?form=ask', { about: 'What?', age: '40' });
  assert.deepEqual(await rows(one, 'ask', ['about', 'age'], url), [{ about: 'What?', age: '40' }]);
  assert.match((await run('schema')).stdout, /^ask\n {2}about {2}text/m);
  assert.equal((await run('check')).code, 0);
  assert.match((await run('access')).stdout, /^ask\n {2}added by anyone/m);

  await writeFile(join(dir, 'index.html'), page.replace('name="age"', 'name="age" type="number"'));
  assert.match((await run('plan')).stdout, /change ask\.age from text to integer/);
  const applied = await run('apply');
  assert.match(applied.stdout, /^backup: .+\.tar\.gz\ndone: change ask\.age from text to integer\n$/);
  assert.equal((await run('plan')).stdout, 'Nothing to change: the tables fit the files.\n');
  for (const server of [one, two]) {
    // Each hears of it from the log, soon.
    let status = 0;
    for (let tries = 0; status !== 422 && tries < 500; tries++) {
      ({ status } = await server.post('/?form=ask', { about: String(tries), age: 'old' }));
    }
    assert.equal(status, 422);
  }
  await writeFile(join(dir, 'index.html'), page.replaceAll('about', 'question'));
  assert.match((await run('rename', 'ask.about', 'question')).stdout, /^ask\.about is now called question\./);
  assert.match((await run('export', 'ask')).stdout, /^id,[^\n]*question/);
});

void test('a database without data, without the right password or that is not there is said so in one line', async (t) => {
  const url = await postgres.createDatabase();
  const dir = await folderOf(t, { 'index.html': page });
  const said = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await command(args, { cwd: dir });
    assert.equal(code, 1);
    assert.match(stderr, /^backlot: [^\n]+\n$/);
    return stderr;
  };
  assert.match(await said('schema', '--database', url), /holds no data yet\. Serve a site with it first/);
  assert.match(await said('check', '--database', url), /No site has been served with this database yet/);
  assert.equal(
    (await command(['plan', '--site', dir, '--database', url])).stdout.split('\n').includes('add table ask'),
    true,
  );
  const wrong = new URL(url);
  wrong.password = 'not-this-one';
  assert.doesNotMatch(await said('serve', '.', '--database', wrong.href), /not-this-one/);
  assert.match(await said('serve', '.', '--database', `${url}_missing`), /_missing.*cannot be used: .*does not exist/);
});
