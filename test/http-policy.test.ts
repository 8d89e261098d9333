import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startBrowser, watch } from './browser.ts';
import { folderOf, serveFiles, serveFolder } from './served.ts';

/*
 * The derived policy as a browser enforces it: the author's own scripts run, what data brings in does not. Other hosts
 * answer with nothing, so that a policy is asked about them too.
 */

const enforce = { BACKLOT_CONTENT_SECURITY_POLICY: 'enforce' };

let started: Awaited<ReturnType<typeof startBrowser>>;
before(async () => {
  started = await startBrowser();
});
after(() => started.stop());

/** Opens a page and gives what the policy blocked. */
async function violationsOn(origin: string, path: string): Promise<readonly string[]> {
  const context = await started.browser.newContext();
  const page = await context.newPage();
  const { complaints } = watch(page, origin);
  await page.route(
    (url) => url.origin !== origin,
    (route) => route.fulfill({ status: 200, contentType: 'text/javascript', body: '' }),
  );
  await page.goto(origin + path);
  await context.close();
  return complaints.filter((text) => /Content.Security.Policy/i.test(text));
}

for (const name of ['agency', 'business-casual', 'clean-blog', 'freelancer', 'shop-homepage']) {
  test(`startbootstrap-${name} with a posted form on every page breaks no enforced policy`, async (t) => {
    const dir = await folderOf(t, {});
    await cp(`node_modules/startbootstrap-${name}/dist`, dir, { recursive: true });
    const pages = globSync('**/*.html', { cwd: dir });
    for (const path of pages) {
      const html = await readFile(join(dir, path), 'utf8');
      const form = '<form name="ask" method="post"><input name="question"></form>';
      await writeFile(join(dir, path), html.replace(/<\/body>/i, `${form}</body>`));
    }
    const site = await serveFolder(t, dir, { environment: enforce });
    for (const path of pages) {
      const { headers } = await site.get(`/${path}`);
      assert.match(headers.get('content-security-policy') ?? '', /^script-src 'self'/, path);
      assert.deepEqual(await violationsOn(site.address, `/${path}`), [], path);
    }
  });
}

test('the trattoria breaks no enforced policy', async (t) => {
  const site = await serveFolder(t, 'examples/trattoria', { environment: enforce });
  for (const path of ['/', '/menu', '/menu/tagliatelle', '/book', '/contact', '/guestbook', '/it/menu']) {
    assert.deepEqual(await violationsOn(site.address, path), [], path);
  }
});

const page =
  '<!doctype html><html lang=en><title>S</title><body><script>window.own = 1;</script>' +
  '<button onclick="window.clicked = 1">Go</button>' +
  '<form name=ask method=post><input name=q></form>';

test('scripts and handlers of the file run, scripts that come in otherwise do not', async (t) => {
  const site = await serveFiles(t, { 'index.html': page }, { environment: enforce });
  const context = await started.browser.newContext();
  t.after(() => context.close());
  const tab = await context.newPage();
  const { complaints } = watch(tab, site.address);
  await tab.goto(`${site.address}/`);
  await tab.click('button');
  assert.deepEqual(await tab.evaluate('[window.own, window.clicked]'), [1, 1]);
  assert.deepEqual(complaints, []);
  // What a hole in escaping would let in, put there by hand.
  await tab.evaluate(`(() => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = 1';
    document.body.append(script);
    document.body.insertAdjacentHTML('beforeend', '<b id=b onclick="window.injected = 2">x</b>');
    document.getElementById('b').click();
  })()`);
  assert.equal(await tab.evaluate('window.injected'), undefined);
  assert.equal(complaints.length, 2);
});

test('in dev a browser’s own report names what is missing', async (t) => {
  const site = await serveFiles(t, { 'index.html': page }, { dev: true });
  const context = await started.browser.newContext();
  t.after(() => context.close());
  const tab = await context.newPage();
  await tab.route('https://third.example/**', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  const reported = tab.waitForResponse((response) => response.url().endsWith('/_backlot/policy-reports'));
  await tab.goto(`${site.address}/`);
  await tab.evaluate(
    `document.body.append(Object.assign(document.createElement('script'), { src: 'https://third.example/a.js' }))`,
  );
  assert.equal((await reported).status(), 204);
  assert.ok(
    site.notices.some((line) => line.includes('"script-src https://third.example"')),
    site.notices.join('\n'),
  );
});
