import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openFileStore } from '../files/index.ts';
import { memoryLog, systemClock as clock, systemRandom as random } from '../std/index.ts';
import { commonHeaders } from './headers.ts';
import { noticeSender } from './notices.ts';
import { openData } from './open-data.ts';
import { sendPage } from './respond.ts';
import { adoptSchema } from './schema-adoption.ts';
import { serveSite } from './serve-site.ts';
import type { Served } from './serve-site.ts';
import { readSettings } from './settings.ts';
import { loadServedSite } from './start.ts';

const siteDir = join(import.meta.dirname, '..', '..', 'examples', 'trattoria');

async function serveExample(t: TestContext): Promise<Served> {
  const dataDir = await mkdtemp(join(tmpdir(), 'backlot-data-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const settings = readSettings({});
  const log = memoryLog();
  const data = await openData({ dataDir, clock, random, log, program: '1' });
  t.after(() => data.close());
  const common = commonHeaders(settings);
  const files = await openFileStore({ dir: data.uploadsDir, random, clock });
  const site = await loadServedSite({ siteDir, dataDir, settings });
  const served = await serveSite(
    {
      settings,
      data,
      files,
      common,
      notice: noticeSender(common),
      dev: undefined,
      metrics: undefined,
      onInsert: undefined,
      clock,
      log,
    },
    site,
    adoptSchema,
  );
  t.after(() => served.pages.close());
  return served;
}

/** Serves pages that are ready at once, all others the long way, and notes which way was taken. */
async function serveBothWays(t: TestContext, { handler }: Served, ways: string[]): Promise<string> {
  const server = createServer((request, response) => {
    const ready = handler.ready(request.url ?? '/');
    ways.push(ready ? 'at once' : 'the long way');
    if (ready) sendPage(request, response, ready.page, ready.extra);
    else {
      const actor = { kind: 'visitor', id: 'visitor', roles: [] } as const;
      void handler.get({ id: '1', request, response, actor, address: '127.0.0.1' });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  return `http://127.0.0.1:${address.port}`;
}

void test('from the second time on, every page of the example is answered at once, right after its first start', async (t) => {
  const ways: string[] = [];
  const address = await serveBothWays(t, await serveExample(t), ways);
  for (const path of [
    '/',
    '/menu',
    '/menu?price.max=15',
    '/contact',
    '/guestbook',
    '/menu.html',
    '/menu/tagliatelle',
  ]) {
    const [first, second] = [await fetch(address + path), await fetch(address + path)];
    assert.equal(first.status, 200, path);
    assert.deepEqual(
      [second.status, await second.text(), second.headers.get('etag'), second.headers.get('link')],
      [200, await first.text(), first.headers.get('etag'), first.headers.get('link')],
      path,
    );
    assert.deepEqual(ways.splice(0), ['the long way', 'at once'], path);
  }
});
