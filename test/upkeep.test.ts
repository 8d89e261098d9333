import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { test } from 'node:test';
import { manualClock } from '../src/std/index.ts';
import { startPostgres } from './postgres.ts';
import { folderOf, serveFolder } from './served.ts';
import type { ServeOptions } from './served.ts';

const DAY_MS = 24 * 3_600_000;
const contact = `<!DOCTYPE html>
<title>Contact</title>
<form name="message" method="post"><input name="name" required></form>
`;

function dailyBackups(dataDir: string): string[] {
  try {
    return readdirSync(join(dataDir, 'backups')).filter((name) => /^daily-[^.]+\.tar\.gz$/.test(name));
  } catch {
    return [];
  }
}

for (const dialect of ['SQLite', 'PostgreSQL']) {
  void test(`the night’s backup is made up for at the next start, once by all servers (${dialect})`, async (t) => {
    const postgres = dialect === 'PostgreSQL' ? await startPostgres({ fsync: false }) : undefined;
    if (postgres) t.after(() => postgres.stop());
    const dataDir = await mkdtemp(join(tmpdir(), 'backlot-night-'));
    t.after(() => rm(dataDir, { recursive: true, force: true }));
    const clock = manualClock();
    const siteDir = await folderOf(t, { 'contact.html': contact });
    const options: ServeOptions = { dataDir, clock, ...(postgres ? { databaseUrl: postgres.url } : {}) };
    const evening = await serveFolder(t, siteDir, options);
    await evening.stop();
    assert.deepEqual(dailyBackups(dataDir), []);

    clock.advance(DAY_MS);
    const servers = [await serveFolder(t, siteDir, options)];
    if (postgres) servers.push(await serveFolder(t, siteDir, options));
    while (dailyBackups(dataDir).length === 0) await wait(20);
    for (const server of servers) await server.stop();
    assert.equal(dailyBackups(dataDir).length, 1);
  });
}
