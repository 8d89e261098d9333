import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawConnection } from './raw.ts';
import type { RawAnswer } from './raw.ts';
import { serveFiles, serveFolder } from './served.ts';
import type { Served } from './served.ts';

/** Asks for a page as written and gives what can be compared: all but the date. */
async function asked(site: Served, path: string, headers: Record<string, string>, method = 'GET'): Promise<RawAnswer> {
  const connection = await rawConnection(site.address);
  try {
    const lines = Object.entries({ Host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}`);
    connection.write(`${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
    const answer = await connection.answer(method === 'HEAD' ? 'HEAD' : undefined);
    assert.ok(answer, path);
    const { date: _date, ...kept } = answer.headers;
    return { ...answer, headers: kept };
  } finally {
    connection.socket.destroy();
  }
}

const paths = [
  '/',
  '/index.html',
  '/menu',
  '/menu.html',
  '/menu?utm_source=x',
  '/menu?price.max=15',
  '/menu?price.max=7',
  '/menu/tagliatelle',
  '/menu/tagliatelle.html',
  '/menu/nothing-of-the-kind',
  '/book',
  '/contact',
  '/contact?saved=message',
  '/it/',
  '/guestbook',
];

const requests: readonly (readonly [string, Record<string, string>])[] = [
  ['GET', {}],
  ['GET', { 'Accept-Encoding': 'br, gzip' }],
  ['GET', { 'Accept-Encoding': 'gzip' }],
  ['HEAD', {}],
  ['HEAD', { 'Accept-Encoding': 'br' }],
  ['GET', { 'If-None-Match': '*' }],
  ['GET', { 'If-None-Match': '"other"' }],
  ['GET', { 'If-Match': '"other"' }],
  ['GET', { Range: 'bytes=0-3' }],
  ['GET', { Cookie: 'a=b' }],
  ['GET', { Accept: 'application/json' }],
  ['GET', { 'If-Modified-Since': 'Sat, 01 Jan 2050 00:00:00 GMT' }],
];

test('the cache in front answers exactly as the route behind it', async (t) => {
  const dir = 'examples/trattoria';
  // A request log sends every request through the framework.
  const [fast, slow] = await Promise.all([
    serveFolder(t, dir, { environment: { BACKLOT_RATE_LIMIT: 'on' } }),
    serveFolder(t, dir, { environment: { BACKLOT_RATE_LIMIT: 'on', BACKLOT_LOG: 'requests' } }),
  ]);
  for (const path of paths) {
    for (const [method, headers] of requests) {
      const name = `${method} ${path} ${JSON.stringify(headers)}`;
      const first = await asked(fast, path, headers, method);
      const second = await asked(fast, path, headers, method);
      const behind = await asked(slow, path, headers, method);
      assert.deepEqual(second, first, name);
      // Pages name rows by ids that each database makes for itself.
      if (!behind.body.includes('saved=')) {
        assert.equal(behind.status, second.status, name);
        assert.deepEqual(Object.keys(behind.headers).sort(), Object.keys(second.headers).sort(), name);
      }
    }
    const fresh = await asked(fast, path, { Cookie: 'backlot_session=x' });
    const cached = await asked(fast, path, {});
    assert.deepEqual(cached, fresh, path);
  }
});

test('a known ETag is answered with 304 by both ways', async (t) => {
  const site = await serveFolder(t, 'examples/trattoria');
  for (const coding of ['identity', 'gzip', 'br']) {
    const { headers } = await asked(site, '/menu', { 'Accept-Encoding': coding });
    const conditions = { 'Accept-Encoding': coding, 'If-None-Match': headers['etag'] ?? '' };
    const front = await asked(site, '/menu', conditions);
    const behind = await asked(site, '/menu', { ...conditions, Cookie: 'backlot_session=x' });
    assert.equal(front.status, 304);
    assert.deepEqual(front, behind);
    assert.equal(front.headers['vary'], 'Accept-Encoding');
    assert.equal(front.headers['etag'], headers['etag']);
    assert.equal(front.body, '');
  }
});

test('what was just posted is on the page that was in the cache', async (t) => {
  const site = await serveFiles(t, {
    'index.html':
      '<!doctype html><title>Book</title><ul data-list="entry" data-as="anyone"><li itemscope><b itemprop="name">Bob</b></li></ul>' +
      '<form method=post data-save="entry" action="#thanks"><input name=name required></form>',
  });
  for (let index = 0; index < 5; index++) {
    for (let again = 0; again < 3; again++) await asked(site, '/', {});
    const answer = await site.post('/?form=entry', { name: `Visitor ${index}` });
    assert.equal(answer.status, 303);
    const { body } = await asked(site, '/', {});
    assert.match(body, new RegExp(`Visitor ${index}`));
  }
});
