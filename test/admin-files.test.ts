import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtAdmin } from './admin.ts';
import { serveFiles } from './served.ts';

const files = { 'index.html': '<!doctype html><title>T</title><p>home' };

test('the document is there at every page of the admin, with the strictest policy and never kept', async (t) => {
  await builtAdmin();
  const site = await serveFiles(t, files);
  for (const path of [
    '/admin',
    '/admin/',
    '/admin/setup',
    '/admin/inbox/message/1',
    '/admin/changes',
    '/admin/backups',
    '/admin/tables/dish?sort=price',
  ]) {
    const answer = await site.get(path);
    assert.equal(answer.status, 200, path);
    assert.match(await answer.text(), /<html lang="en" data-path="\/admin" data-api="\/api">/);
    assert.equal(answer.headers.get('cache-control'), 'no-cache');
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*|data:/);
    assert.equal(answer.headers.get('cross-origin-opener-policy'), 'same-origin');
  }
  assert.equal((await site.get('/admin/nothing')).status, 404);
  assert.equal((await site.post('/admin', { a: 'b' })).status, 405);
});

test('its files are kept for ever, coded, and nothing else of the machine is served', async (t) => {
  await builtAdmin();
  const site = await serveFiles(t, files);
  const html = await (await site.get('/admin')).text();
  const [script = ''] = html.match(/\/admin\/assets\/index-[\w-]+\.js/) ?? [];
  const answer = await site.get(script, { 'accept-encoding': 'br' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.equal(answer.headers.get('content-encoding'), 'br');
  assert.equal(answer.headers.get('content-type'), 'text/javascript; charset=utf-8');
  for (const path of [
    '/admin/assets/',
    '/admin/assets/nothing.js',
    '/admin/assets/..%2findex.html',
    '/admin/assets/x/y.js',
  ]) {
    assert.equal((await site.get(path)).status, 404, path);
  }
});

test('wherever the settings put the admin and the API, it finds both', async (t) => {
  await builtAdmin();
  const environment = { BACKLOT_ADMIN_PATH: '/office', BACKLOT_API_PATH: '/data' };
  const site = await serveFiles(t, files, { environment });
  const html = await (await site.get('/office/tables/x')).text();
  assert.match(html, /data-path="\/office" data-api="\/data"/);
  assert.match(html, /src="\/office\/assets\/index-/);
  assert.doesNotMatch(html, /"\.\/|\/admin/);
});

test('what is loaded before the first page is shown stays small', async () => {
  const { firstLoadBytes } = await builtAdmin();
  assert.ok(firstLoadBytes <= 250 * 1024, `${firstLoadBytes} bytes gzipped`);
});
