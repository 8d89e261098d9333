import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startMailServer } from '../../test/mail-server.ts';
import { startPostgres } from '../../test/postgres.ts';
import { command } from '../../test/rows.ts';
import { serveFiles } from '../../test/served.ts';
import type { Served } from '../../test/served.ts';

const contact = `<!DOCTYPE html>
<html lang="en">
<title>Contact</title>
<form name="message" method="post"><label>Name <input name="name" required></label></form>
`;

async function told(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command(['jobs', ...args]);
  return `${code} ${stdout}${stderr}`;
}

async function until(args: readonly string[], expected: RegExp): Promise<string> {
  for (;;) {
    const said = await told(args);
    if (expected.test(said)) return said;
    await wait(20);
  }
}

/** A site whose mail server refuses the owner, and a message that she was to hear of. */
async function untold(t: TestContext, databaseUrl?: string): Promise<{ site: Served; where: string[] }> {
  const mail = await startMailServer(t);
  mail.behave('refuse');
  const environment = { BACKLOT_MAIL: mail.url, BACKLOT_NOTIFY: 'owner@example.org' };
  const options = databaseUrl === undefined ? { environment } : { environment, databaseUrl };
  const site = await serveFiles(t, { 'contact.html': contact }, options);
  const where = ['--data', site.dataDir, ...(databaseUrl === undefined ? [] : ['--database', databaseUrl])];
  await site.post('/contact?form=message', { name: 'Ada' });
  await until(['list', ...where], /1 failed/);
  mail.behave('accept');
  return { site, where };
}

for (const database of ['SQLite', 'PostgreSQL']) {
  void test(`a mail that failed is listed and tried again beside a running server (${database})`, async (t) => {
    const server = database === 'PostgreSQL' ? await startPostgres({ fsync: false }) : undefined;
    if (server) t.after(() => server.stop());
    const { where } = await untold(t, server?.url);
    const listed = await told(where);
    assert.match(listed, /^0 failed {3}[0-9a-f-]{36} {2}mail to owner@example\.org: “.+” {2}\(1 attempt\) {2}.*550/);
    assert.match((await command(['doctor', ...where])).stdout, /^MEND +Mails and jobs +One has failed for good: /m);
    const id = /[0-9a-f-]{36}/.exec(listed)![0];
    assert.equal(await told(['retry', id, ...where]), '0 Tried again: 1 job.\n');
    await until(where, /0 failed, 0 to be tried again/);
    assert.match((await command(['doctor', ...where])).stdout, /^ok +Mails and jobs +None has failed\.$/m);
    assert.match(await told(['retry', id, ...where]), /^1 .*No failed job has the id/);
  });
}

void test('jobs are discarded where no server runs', async (t) => {
  const { site, where } = await untold(t);
  await site.stop();
  assert.equal(await told(['discard', 'all', ...where]), '0 Discarded: 1 job.\n');
  assert.equal(await told(['discard', 'all', ...where]), '0 Discarded: 0 jobs.\n');
  assert.match(await told(where), /^0 0 failed, 0 to be tried again, \d more/);
});

void test('mistakes are told in one line', async (t) => {
  const site = await serveFiles(t, { 'contact.html': contact });
  for (const [args, expected] of [
    [['list', 'x'], /^2 .*jobs list takes no id/],
    [['repeat', 'all'], /^2 .*jobs does not know "repeat"/],
    [['retry'], /^2 .*jobs retry needs an id, or all/],
    [['retry', 'x'], /^1 .*No failed job has the id x/],
  ] as const) {
    assert.match(await told([...args, '--data', site.dataDir]), expected);
  }
});
