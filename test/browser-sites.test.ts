import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startBrowser, watch } from './browser.ts';
import { markLists } from './marking.ts';
import { folderOf, serveFolder } from './served.ts';

/*
 * Sites from npm that nobody here wrote, in a real browser: what they complain of when Backlot serves them is what they
 * complain of behind a plain static server. Other hosts are cut off on both sides.
 */

const sites = ['agency', 'business-casual', 'clean-blog', 'freelancer', 'shop-homepage'];

let started: Awaited<ReturnType<typeof startBrowser>>;
before(async () => {
  started = await startBrowser();
});
after(() => started.stop());

for (const name of sites) {
  test(`startbootstrap-${name} runs in a browser as behind a static server`, async (t) => {
    const dir = `node_modules/startbootstrap-${name}/dist`;
    const site = await serveFolder(t, dir);
    const plain = await staticServer(dir);
    try {
      const plainAddress = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
      const paths = globSync('**/*.html', { cwd: dir }).map((file) => `/${file}`);
      assert.ok(paths.length > 0);
      for (const path of paths) {
        assert.deepEqual(
          await complaintsOf(started.browser, site.address, path),
          await complaintsOf(started.browser, plainAddress, path),
          path,
        );
      }
    } finally {
      plain.close();
    }
    assert.deepEqual(site.log.lines, []);
  });
}

// Once marked, pages carry data and with it a policy of what may run. The author's own scripts still may.
for (const name of ['agency', 'freelancer', 'shop-homepage']) {
  test(`startbootstrap-${name} with lists runs in a browser without new complaints`, async (t) => {
    const dir = `node_modules/startbootstrap-${name}/dist`;
    const html = await readFile(join(dir, 'index.html'), 'utf8');
    const { html: marked, tables } = markLists(html, 'home', { prefix: 'data-', quote: '"' });
    assert.ok(tables.size > 0);
    const copy = await folderOf(t, {});
    await cp(dir, copy, { recursive: true });
    await writeFile(join(copy, 'index.html'), marked);
    const site = await serveFolder(t, copy);
    const plain = await staticServer(dir);
    try {
      const plainAddress = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
      const [, ...served] = (await complaintsOf(started.browser, site.address, '/index.html')).toReversed();
      const [, ...expected] = (await complaintsOf(started.browser, plainAddress, '/index.html')).toReversed();
      assert.deepEqual(served, expected);
    } finally {
      plain.close();
    }
  });
}

/** Loads a page, uses what its scripts bring to life, and gives what the console says, without the server's address. */
async function complaintsOf(browser: Browser, origin: string, path: string): Promise<readonly string[]> {
  // Without motion a page is the same however fast it is looked at: nothing is half unfolded, no scrolling on its way.
  const context = await browser.newContext({ viewport: { width: 500, height: 800 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const { complaints } = watch(page, origin);
  await page.route(
    (url) => url.origin !== origin,
    (route) => route.abort(),
  );
  await page.goto(origin + path);
  const toggle = page.locator('[data-bs-toggle]:visible').first();
  if ((await toggle.count()) > 0) await toggle.click();
  await page.evaluate('scrollTo(0, 600)');
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  await page.waitForFunction("document.querySelector('.collapsing') === null");
  const facts = await page.evaluate(
    '[document.documentElement.outerHTML.length, document.styleSheets.length, document.images.length, typeof bootstrap]',
  );
  await context.close();
  const own = complaints.filter((text) => text !== CUT_OFF).map((text) => text.replaceAll(origin, ''));
  return [...own.toSorted(), JSON.stringify(facts)];
}

/** What the browser says of each request to another host: that it was cut off here. When it says so is left to it. */
const CUT_OFF = 'Failed to load resource: net::ERR_FAILED';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
};

/** The plainest static server there is. */
async function staticServer(dir: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = decodeURI(new URL(request.url ?? '/', 'http://plain.invalid').pathname);
    readFile(join(dir, path.endsWith('/') ? `${path}index.html` : path)).then(
      (bytes) => response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}
