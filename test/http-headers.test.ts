import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderOf, serveFiles, serveFolder } from './served.ts';

const files = {
  'index.html': '<!doctype html><title>Home</title><p>home',
  'contact.html': '<!doctype html><title>C</title><form name=message method=post><input name=name required></form>',
  'style.css': 'body{}',
  _redirects: '/old /contact',
};
const everywhere = [
  '/',
  '/contact',
  '/style.css',
  '/nothing',
  '/old',
  '/_backlot/health',
  '/_backlot/nothing',
  '/admin',
];

test('every answer forbids sniffing and trims the referrer', async (t) => {
  const site = await serveFiles(t, files);
  for (const path of everywhere) {
    const { headers } = await site.get(path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    if (path !== '/_backlot/health') {
      assert.equal(headers.get('referrer-policy'), 'strict-origin-when-cross-origin', path);
    }
    assert.equal(headers.get('strict-transport-security'), null, path);
  }
  const answers = [
    await site.post('/contact?form=message', { name: 'Ada' }),
    await site.post('/contact?form=message', { name: '' }),
    await site.post('/contact?form=message', { name: '' }, { accept: 'application/json' }),
    await site.post('/contact?form=other', {}),
    await site.post('/contact', {}, { origin: 'https://evil.example' }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [303, 422, 422, 400, 403],
  );
  for (const { headers } of answers) {
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'strict-origin-when-cross-origin');
    assert.equal(headers.get('cache-control'), 'no-store');
  }
});

test('browsers are told to stay on https once every origin is https', async (t) => {
  for (const [origin, told] of [
    ['https://example.org', true],
    ['https://example.org,https://www.example.org', true],
    ['https://example.org,http://localhost', false],
  ] as const) {
    const site = await serveFiles(t, files, { environment: { BACKLOT_ORIGIN: origin } });
    for (const path of ['/', '/contact', '/style.css', '/nothing']) {
      const { headers } = await site.get(path, { host: 'example.org' });
      assert.equal(headers.get('strict-transport-security') !== null, told, origin + path);
    }
  }
});

test('our own pages are closed to everything they do not need', async (t) => {
  const site = await serveFiles(t, files);
  const { headers } = await site.get('/nothing');
  assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/);
  assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
  assert.match(headers.get('permissions-policy') ?? '', /camera=\(\)/);
  for (const path of ['/', '/contact']) {
    const own = (await site.get(path)).headers;
    assert.equal(own.get('cross-origin-opener-policy'), null, 'the author’s pages keep their pop-ups and embeds');
    assert.equal(own.get('permissions-policy'), null);
  }
});

const scripted =
  '<!doctype html><title>S</title><script>let a = 1;</script><script src="https://cdn.example.net/x.js"></script>' +
  '<button onclick="go()">Go</button><form name=m method=post><input name=n></form>';

test('a page that shows data gets a policy from its file, reported unless it is enforced', async (t) => {
  const folder = await folderOf(t, { 'index.html': '<p>no data', 'page.html': scripted });
  const hash = "'sha256-";
  for (const [setting, header, other] of [
    ['report', 'content-security-policy-report-only', 'content-security-policy'],
    ['enforce', 'content-security-policy', 'content-security-policy-report-only'],
  ] as const) {
    const site = await serveFolder(t, folder, { environment: { BACKLOT_CONTENT_SECURITY_POLICY: setting } });
    for (const answer of [await site.get('/page'), await site.post('/page?form=m', { n: 'x'.repeat(200_000) })]) {
      if (answer.status === 413) continue;
      const policy = answer.headers.get(header) ?? '';
      assert.match(policy, /^script-src 'self' 'unsafe-hashes' 'sha256-/);
      assert.equal(policy.split(hash).length - 1, 2);
      assert.match(policy, / https:\/\/cdn\.example\.net;/);
      assert.match(policy, /object-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'$/);
      assert.doesNotMatch(policy, /unsafe-inline|nonce/);
      assert.equal(answer.headers.get(other), null);
    }
    const plain = (await site.get('/')).headers;
    assert.equal(plain.get(header), null, 'nothing is spliced into it');
  }
  const off = await serveFolder(t, folder, { environment: { BACKLOT_CONTENT_SECURITY_POLICY: 'off' } });
  assert.equal((await off.get('/page')).headers.get('content-security-policy-report-only'), null);
});

test('the author adds sources by setting', async (t) => {
  const site = await serveFiles(
    t,
    { 'page.html': scripted },
    {
      environment: {
        BACKLOT_POLICY_SOURCES:
          "script-src https://maps.example.org 'unsafe-eval', form-action https://pay.example.org",
      },
    },
  );
  const policy = (await site.get('/page')).headers.get('content-security-policy-report-only') ?? '';
  assert.match(policy, /script-src [^;]* https:\/\/maps\.example\.org 'unsafe-eval';/);
  assert.match(policy, /form-action 'self' https:\/\/pay\.example\.org;/);
});

test('in dev, what a policy would have blocked is told once, as it is written into the settings', async (t) => {
  const site = await serveFiles(t, { 'page.html': scripted }, { dev: true });
  const policy = (await site.get('/page')).headers.get('content-security-policy-report-only') ?? '';
  assert.match(policy, /; report-uri \/_backlot\/policy-reports$/);
  const send = async (body: string): Promise<number> =>
    (
      await fetch(`${site.address}/_backlot/policy-reports`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/csp-report' },
      })
    ).status;
  const report = (blocked: string, directive = 'script-src-elem'): string =>
    JSON.stringify({
      'csp-report': {
        'document-uri': `${site.address}/page?q=secret`,
        'effective-directive': directive,
        'blocked-uri': blocked,
      },
    });
  const before = site.notices.length;
  assert.equal(await send(report('https://third.example/a.js')), 204);
  assert.equal(await send(report('https://third.example/b.js')), 204);
  assert.equal(await send(report('eval', 'script-src')), 204);
  assert.equal(await send(report('inline')), 204);
  const lines = site.notices.slice(before);
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? '', /^\/page: .*policySources: "script-src https:\/\/third\.example"$/);
  assert.match(lines[1] ?? '', /"script-src 'unsafe-eval'"$/);
  assert.match(lines[2] ?? '', /Put it into a file of its own/);
  for (const hostile of [
    '',
    'x',
    '[]',
    '{}',
    '{"csp-report":1}',
    '[{"body":null}]',
    report('\u001b[31m', 'x\ny'),
    'x'.repeat(60_000),
  ]) {
    assert.equal(await send(hostile), 204, hostile.slice(0, 40));
  }
  assert.equal(await send('x'.repeat(200_000)), 413);
  for (let index = 0; index < 300; index++) await send(report(`https://h${index}.example/`));
  assert.ok(site.notices.length - before <= 200);
  assert.deepEqual(site.log.lines, []);
  const served = await serveFiles(t, files);
  const none = await fetch(`${served.address}/_backlot/policy-reports`, { method: 'POST', body: report('x') });
  assert.equal(none.status, 404, 'only dev listens');
});

test('paths of our own are where the settings put them, and what is not there is 404', async (t) => {
  const moved = { BACKLOT_ADMIN_PATH: '/office', BACKLOT_API_PATH: '/data' };
  const site = await serveFiles(
    t,
    { 'index.html': '<p>x', 'admin/index.html': '<p>the author’s own', 'api.html': '<p>api' },
    { environment: moved },
  );
  assert.match(await (await site.get('/office')).text(), /data-path="\/office" data-api="\/data"/);
  assert.equal((await site.get('/office/nothing')).status, 404);
  // Of the API a visitor learns nothing, not even which tables there are.
  assert.equal((await site.get('/data/v1')).status, 401);
  for (const path of ['/_backlot', '/_backlot/', '/_backlot/x/y', '/_backlot/files/a.png']) {
    assert.equal((await site.get(path)).status, 404, path);
    assert.equal((await site.post(path, { a: 'b' })).status, 404, path);
  }
  // The API answers for itself: it tells strangers nothing, not even what there is.
  for (const path of ['/data', '/data/v1']) assert.ok([401, 404].includes((await site.get(path)).status), path);
  assert.match(await (await site.get('/admin/')).text(), /the author/);
  assert.equal((await site.get('/api')).status, 200);
  await assert.rejects(serveFiles(t, { 'office.html': '<p>x' }, { environment: moved }), {
    code: 'site/reserved-path',
    message: /office\.html .*adminPath/,
  });
  await assert.rejects(serveFiles(t, { 'admin.html': '<p>x' }), { code: 'site/reserved-path' });
});

test('the site’s currency is what a bare currency format means', async (t) => {
  const page =
    '<!doctype html><html lang=en><title>P</title><ul data-list=cake><li itemscope><data itemprop=price value=3 data-format=currency>CHF 3.00</data></li></ul>';
  const site = await serveFiles(t, { 'index.html': page }, { environment: { BACKLOT_CURRENCY: 'CHF' } });
  assert.match(await (await site.get('/')).text(), /CHF\s3\.00/);
  assert.deepEqual(site.notices, []);
});
