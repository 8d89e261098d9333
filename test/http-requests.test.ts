import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawConnection, rawRequest } from './raw.ts';
import { rows } from './rows.ts';
import { serveFiles } from './served.ts';

const files = {
  'index.html': '<!doctype html><title>Home</title><p>home',
  'contact.html':
    '<!doctype html><html lang=en><title>Contact</title><form name=message method=post action="/">' +
    '<input name=name required><textarea name=body></textarea></form>',
};
const form = 'application/x-www-form-urlencoded';

/** A request as text: line, headers, body. `Host` is there unless the headers name it. */
function request(line: string, headers: Record<string, string | string[]> = {}, body = ''): string {
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'host');
  const all = Object.entries(named ? headers : { Host: '127.0.0.1', ...headers });
  const lines = all.flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  return `${[line, ...lines].join('\r\n')}\r\n\r\n${body}`;
}

function posted(body: string, headers: Record<string, string> = {}, path = '/contact?form=message'): string {
  return request(
    `POST ${path} HTTP/1.1`,
    { 'Content-Type': form, 'Content-Length': String(Buffer.byteLength(body)), ...headers },
    body,
  );
}

test('exactly one Host header, well formed', async (t) => {
  const site = await serveFiles(t, files);
  for (const [text, status] of [
    ['GET / HTTP/1.1\r\n\r\n', 400],
    [request('GET / HTTP/1.1', { Host: ['a', 'a'] }), 400],
    [request('GET / HTTP/1.1', { Host: ['a', 'b'], host: 'c' }), 400],
    [request('GET / HTTP/1.1', { Host: 'user@a' }), 421],
    [request('GET / HTTP/1.1', { Host: 'a b' }), 421],
    [request('GET / HTTP/1.1', { Host: 'anything.example:80' }), 200],
    ['GET / HTTP/1.0\r\nHost: a\r\n\r\n', 200],
  ] as const) {
    assert.equal((await rawRequest(site.address, text))?.status, status, text);
  }
});

test('once an origin is configured, only its host is served; health answers under any', async (t) => {
  const site = await serveFiles(t, files, {
    environment: { BACKLOT_ORIGIN: 'https://example.org,http://localhost:4000' },
  });
  const get = async (host: string, path = '/'): Promise<number | undefined> =>
    (await rawRequest(site.address, request(`GET ${path} HTTP/1.1`, { Host: host })))?.status;
  assert.equal(await get('example.org'), 200);
  assert.equal(await get('EXAMPLE.ORG:443'), 200);
  assert.equal(await get('localhost:4000'), 200);
  for (const host of ['evil.example', 'example.org.evil.example', 'localhost', '127.0.0.1']) {
    for (const path of ['/', '/contact', '/contact', '/nothing', '/_backlot/nothing']) {
      assert.notEqual(await get(host, path), 200, host + path);
    }
    assert.equal(await get(host, '/contact'), 421);
    assert.equal(await get(host, '/_backlot/health'), 200);
  }
  // What the cache holds for the right host is not given away under a wrong one.
  assert.equal(await get('example.org', '/contact'), 200);
  assert.equal(await get('evil.example', '/contact'), 421);
});

test('a target in absolute form is the path, and says which site is meant', async (t) => {
  const site = await serveFiles(t, files, { environment: { BACKLOT_ORIGIN: 'http://example.org' } });
  const status = async (target: string): Promise<number | undefined> =>
    (await rawRequest(site.address, request(`GET ${target} HTTP/1.1`, { Host: 'example.org' })))?.status;
  assert.equal(await status('http://example.org/contact'), 200);
  assert.equal(await status('HTTP://EXAMPLE.org?x=1'), 200);
  assert.equal(await status('http://evil.example/contact'), 421);
  assert.equal(await status('ftp://example.org/contact'), 400);
  assert.equal(await status('contact'), 400);
  assert.equal(await status('*'), 400);
});

test('length and chunks together are refused, and the connection is closed', async (t) => {
  const site = await serveFiles(t, files);
  for (const headers of [
    { 'Content-Length': '6', 'Transfer-Encoding': 'chunked' },
    { 'Transfer-Encoding': 'chunked', 'Content-Length': '6' },
    { 'Content-Length': ['6', '7'] },
    { 'Transfer-Encoding': 'chunked, identity' },
    { 'Content-Length': '-1' },
    { 'Content-Length': '6x' },
  ]) {
    const connection = await rawConnection(site.address);
    connection.write(
      request(
        'POST /contact?form=message HTTP/1.1',
        { 'Content-Type': form, ...headers },
        '0\r\n\r\nGET / HTTP/1.1\r\n',
      ),
    );
    assert.equal((await connection.answer())?.status, 400, JSON.stringify(headers));
    await connection.closed;
    connection.socket.destroy();
  }
  assert.deepEqual(await rows(site, 'message', ['id']), []);
});

test('more than 16 KB of headers is too much', async (t) => {
  const site = await serveFiles(t, files);
  const small = await rawRequest(site.address, request('GET / HTTP/1.1', { 'X-A': 'a'.repeat(12_000) }));
  assert.equal(small?.status, 200);
  const large = await rawRequest(site.address, request('GET / HTTP/1.1', { 'X-A': 'a'.repeat(17_000) }));
  assert.equal(large?.status, 431);
  const longPath = await rawRequest(site.address, request(`GET /${'a'.repeat(17_000)} HTTP/1.1`));
  assert.equal(longPath?.status, 431);
  assert.equal((await site.get('/')).status, 200);
});

test('what is no HTTP is refused', async (t) => {
  const site = await serveFiles(t, files);
  for (const text of [
    'hello\r\n\r\n',
    'get / HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n',
  ]) {
    assert.equal((await rawRequest(site.address, text))?.status, 400, text);
  }
  const connect = await rawRequest(site.address, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.equal(connect?.status, 405);
});

test('methods that are not taken say which are', async (t) => {
  const site = await serveFiles(t, files);
  for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'PURGE']) {
    for (const path of ['/', '/contact', '/nothing']) {
      const answer = await rawRequest(site.address, request(`${method} ${path} HTTP/1.1`));
      assert.equal(answer?.status, 405, method + path);
      assert.equal(answer?.headers['allow'], 'GET, HEAD, POST, OPTIONS');
    }
  }
  for (const target of ['/', '/nothing', '*']) {
    const options = await rawRequest(site.address, request(`OPTIONS ${target} HTTP/1.1`));
    assert.equal(options?.status, 204);
    assert.equal(options?.headers['allow'], 'GET, HEAD, POST, OPTIONS');
    assert.equal(options?.headers['access-control-allow-origin'], undefined);
  }
});

test('headers that dawdle are cut off', async (t) => {
  const site = await serveFiles(t, files, { timeouts: { headersMs: 60, checkMs: 20 } });
  const connection = await rawConnection(site.address);
  connection.write('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
  assert.equal((await connection.answer())?.status, 408);
  await connection.closed;
});

test('a body that dawdles is answered with 408 in words, and nothing is stored', async (t) => {
  const site = await serveFiles(t, files, { timeouts: { bodyMs: 60, uploadMs: 120, checkMs: 20 } });
  for (const type of [form, 'multipart/form-data; boundary=b']) {
    const connection = await rawConnection(site.address);
    connection.write(
      request('POST /contact?form=message HTTP/1.1', { 'Content-Type': type, 'Content-Length': '1000' }, 'name=A'),
    );
    const answer = await connection.answer();
    assert.equal(answer?.status, 408);
    assert.match(answer?.body ?? '', /too long/);
    assert.equal(answer?.headers['connection'], 'close');
    connection.socket.destroy();
  }
  assert.deepEqual(await rows(site, 'message', ['id']), []);
  assert.deepEqual(site.log.lines, []);
});

test('a client that goes away in the middle of its form stores nothing and troubles nobody', async (t) => {
  const site = await serveFiles(t, files);
  for (const type of [form, 'multipart/form-data; boundary=b']) {
    const connection = await rawConnection(site.address);
    connection.write(
      request('POST /contact?form=message HTTP/1.1', { 'Content-Type': type, 'Content-Length': '1000' }, 'name=A'),
    );
    connection.socket.end();
    await connection.closed;
  }
  assert.equal((await site.post('/contact?form=message', { name: 'Ada' })).status, 303);
  assert.equal((await rows(site, 'message', ['id'])).length, 1);
  assert.deepEqual(site.log.lines, []);
});

test('bodies that are coded, of other types or without one are refused', async (t) => {
  const site = await serveFiles(t, files);
  for (const [headers, status] of [
    [{ 'Content-Encoding': 'gzip' }, 415],
    [{ 'Content-Encoding': 'identity, gzip' }, 415],
    [{ 'Content-Type': 'text/plain' }, 415],
    [{ 'Content-Type': 'application/json' }, 415],
    [{ 'Content-Type': 'nonsense' }, 415],
    [{ 'Content-Type': 'multipart/form-data' }, 400],
    [{ 'Content-Encoding': 'identity' }, 303],
  ] as [Record<string, string>, number][]) {
    const answer = await rawRequest(site.address, posted('name=Ada', headers));
    assert.equal(answer?.status, status, JSON.stringify(headers));
  }
  assert.equal((await rawRequest(site.address, request('POST /contact?form=message HTTP/1.1')))?.status, 415);
});

test('too large a body gets a page that says what to do, and the client can read it while it still sends', async (t) => {
  const site = await serveFiles(t, files);
  const announced = await rawConnection(site.address);
  announced.write(
    request('POST /contact?form=message HTTP/1.1', {
      'Content-Type': 'multipart/form-data; boundary=b',
      'Content-Length': String(200 * 1024 * 1024),
    }),
  );
  const refused = await announced.answer();
  assert.equal(refused?.status, 413);
  assert.match(refused?.body ?? '', /choose smaller files or write less/);
  announced.socket.destroy();

  // The connection is open for reading until the client has sent everything: no reset takes the answer away.
  const body = `name=Ada&body=${'a'.repeat(8 * 1024 * 1024)}`;
  const answer = await fetch(`${site.address}/contact?form=message`, {
    method: 'POST',
    body,
    headers: { 'content-type': form },
  });
  assert.equal(answer.status, 413);
  assert.match(await answer.text(), /too large/i);
  for (let attempt = 0; attempt < 3; attempt++) {
    const connection = await rawConnection(site.address);
    connection.write(posted(body));
    assert.equal((await connection.answer())?.status, 413);
    await connection.closed;
  }
  assert.deepEqual(site.log.lines, []);
});

test('Expect: 100-continue is answered before a body that is wanted, never before one that is refused', async (t) => {
  const site = await serveFiles(t, files);
  const wanted = await rawConnection(site.address);
  const headers = { 'Content-Type': form, 'Content-Length': '8', Expect: '100-continue' };
  wanted.write(request('POST /contact?form=message HTTP/1.1', headers));
  const invitation = await new Promise<string>((resolve) =>
    wanted.socket.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  assert.match(invitation, /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
  wanted.write('name=Ada');
  assert.equal((await wanted.answer())?.status, 303);
  wanted.socket.destroy();

  const refused = await rawConnection(site.address);
  refused.write(request('POST /contact?form=message HTTP/1.1', { ...headers, Origin: 'https://evil.example' }));
  const first = await new Promise<string>((resolve) =>
    refused.socket.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  assert.match(first, /^HTTP\/1\.1 403 /);
  await refused.closed;
  const odd = await rawRequest(site.address, posted('name=Ada', { Expect: 'the unexpected' }));
  assert.equal(odd?.status, 417);
});

test('more than 1,000 fields, hostile names and broken multipart are 4xx, never a crash', async (t) => {
  const site = await serveFiles(t, files);
  const many = Array.from({ length: 1001 }, (_, index) => `f${index}=`).join('&');
  const multipart = (body: string): string => posted(body, { 'Content-Type': 'multipart/form-data; boundary=b' });
  for (const text of [
    posted(many),
    posted('__proto__=x&name=Ada'),
    posted('__proto__%5Badmin%5D=x'.replace('%5Badmin%5D', '')),
    multipart('no boundary at all'),
    multipart('--b\r\n\r\nno name\r\n--b--\r\n'),
    multipart('--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nnever ends'),
    multipart('--b\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\nx\r\n--b--\r\n'),
    multipart(`--b\r\nContent-Disposition: form-data; name="${'n'.repeat(5000)}"\r\n\r\nx\r\n--b--\r\n`),
    multipart(`--b\r\n${'X: y\r\n'.repeat(5000)}\r\nx\r\n--b--\r\n`),
  ]) {
    const status = (await rawRequest(site.address, text))?.status ?? 0;
    assert.ok(status >= 400 && status < 500, `${status}: ${text.slice(0, 300)}`);
  }
  assert.equal((await rawRequest(site.address, posted(many)))?.status, 413);
  // Odd names that nothing declares are dropped like any other.
  for (const name of ['constructor', 'a[b][c][d]', 'a.b.c.d.e.f', 'toString', '', '%00', 'id', 'version']) {
    const answer = await rawRequest(site.address, posted(`name=Ada&body=${name}&${name}=x`));
    assert.equal(answer?.status, 303, name);
  }
  assert.equal(({} as Record<string, unknown>)['admin'], undefined);
  assert.deepEqual(site.log.lines, []);
});

test('a post from elsewhere is refused at every path, before its body is read', async (t) => {
  const site = await serveFiles(t, files);
  for (const path of ['/contact?form=message', '/contact', '/', '/nothing', '/index.html']) {
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: 'not an origin' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'cross-site', Origin: site.address },
      { Cookie: 'a=b; backlot_session=x' },
      { Cookie: '__Host-backlot_session=x' },
    ] as Record<string, string>[]) {
      const connection = await rawConnection(site.address);
      connection.write(request(`POST ${path} HTTP/1.1`, { 'Content-Type': form, 'Content-Length': '100', ...headers }));
      const answer = await connection.answer();
      assert.equal(answer?.status, 403, path + JSON.stringify(headers));
      connection.socket.destroy();
    }
  }
  assert.deepEqual(await rows(site, 'message', ['id']), []);
});

test('a post from here is taken, with or without the headers of browsers', async (t) => {
  const site = await serveFiles(t, files);
  const host = site.address.slice('http://'.length);
  for (const [index, headers] of (
    [
      {},
      { Origin: site.address, Host: host },
      { 'Sec-Fetch-Site': 'same-origin' },
      { 'Sec-Fetch-Site': 'none' },
      { 'Sec-Fetch-Site': 'same-origin', Cookie: 'backlot_session=x' },
    ] as Record<string, string>[]
  ).entries()) {
    const body = `name=Ada${index}`;
    const text = request(
      'POST /contact?form=message HTTP/1.1',
      { 'Content-Type': form, 'Content-Length': String(body.length), ...headers },
      body,
    );
    assert.equal((await rawRequest(site.address, text))?.status, 303, JSON.stringify(headers));
  }
});

test('with an origin configured, only it may post', async (t) => {
  const site = await serveFiles(t, files, { environment: { BACKLOT_ORIGIN: 'https://example.org' } });
  const post = async (headers: Record<string, string>): Promise<number | undefined> =>
    (await rawRequest(site.address, posted('name=Ada', { Host: 'example.org', ...headers })))?.status;
  assert.equal(await post({ Origin: 'https://example.org' }), 303);
  assert.equal(await post({ Origin: 'http://example.org' }), 403);
  assert.equal(await post({ Origin: site.address }), 403);
  assert.equal(await post({ Origin: 'https://evil.example' }), 403);
});

test('GET, HEAD and OPTIONS change nothing', async (t) => {
  const site = await serveFiles(t, files);
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    const body = 'name=Ada';
    const connection = await rawConnection(site.address);
    connection.write(
      request(
        `${method} /contact?form=message&name=Ada&delete HTTP/1.1`,
        { 'Content-Type': form, 'Content-Length': String(body.length) },
        body,
      ),
    );
    const answer = await connection.answer(method === 'HEAD' ? 'HEAD' : undefined);
    assert.equal(answer?.status, method === 'OPTIONS' ? 204 : 200);
    connection.socket.destroy();
  }
  assert.deepEqual(await rows(site, 'message', ['id']), []);
});

/** Posts through a proxy that says who the visitor is. */
async function postFrom(address: string, visitor: string, name: string): Promise<number | undefined> {
  return (await rawRequest(address, posted(`name=${name}`, { 'X-Forwarded-For': visitor })))?.status;
}

test('X-Forwarded-For is believed from configured proxies only', async (t) => {
  const environment = { BACKLOT_RATE_LIMIT: 'on', BACKLOT_FORMS_PER_MINUTE: '1', BACKLOT_FORM_TRAP_MS: '0' };
  const direct = await serveFiles(t, files, { environment });
  assert.equal(await postFrom(direct.address, '192.0.2.1', 'a'), 303);
  assert.equal(await postFrom(direct.address, '192.0.2.2', 'b'), 429);
  const proxied = await serveFiles(t, files, { environment: { ...environment, BACKLOT_PROXIES: '127.0.0.0/8' } });
  assert.equal(await postFrom(proxied.address, '192.0.2.1', 'a'), 303);
  assert.equal(await postFrom(proxied.address, '192.0.2.2', 'b'), 303);
  // What the client wrote itself stands further left and is not believed.
  assert.equal(await postFrom(proxied.address, '192.0.2.9, 192.0.2.1', 'c'), 429);
});

test('too many forms are refused with the time to wait, and the connection can still be read', async (t) => {
  const site = await serveFiles(t, files, {
    environment: { BACKLOT_RATE_LIMIT: 'on', BACKLOT_FORMS_PER_MINUTE: '1' },
  });
  assert.equal((await rawRequest(site.address, posted('name=a')))?.status, 303);
  const connection = await rawConnection(site.address);
  connection.write(posted(`name=b&body=${'b'.repeat(500_000)}`));
  const answer = await connection.answer();
  assert.equal(answer?.status, 429);
  assert.ok(Number(answer?.headers['retry-after']) > 0);
  assert.match(answer?.body ?? '', /Wait a minute/);
  await connection.closed;
  assert.equal((await rows(site, 'message', ['id'])).length, 1);
});

test('BACKLOT_RATE_LIMIT=off lifts limit and trap', async (t) => {
  const site = await serveFiles(t, files, {
    environment: { BACKLOT_RATE_LIMIT: 'off', BACKLOT_FORMS_PER_MINUTE: '1', BACKLOT_PROXIES: '127.0.0.1' },
  });
  const visitor = { 'x-forwarded-for': '192.0.2.7' };
  await site.get('/contact', visitor);
  for (const name of ['a', 'b', 'c']) {
    assert.equal((await site.post('/contact?form=message', { name }, visitor)).status, 303);
  }
  assert.equal((await rows(site, 'message', ['id'])).length, 3);
});

test('no answer says what made it', async (t) => {
  const site = await serveFiles(t, files);
  for (const path of ['/', '/contact', '/contact', '/nothing', '/_backlot/health', '/_backlot/nothing']) {
    const { headers } = await site.get(path);
    for (const name of ['server', 'x-powered-by', 'via', 'x-generator']) assert.equal(headers.get(name), null);
  }
});

test('one connection serves many requests, also after refusals whose body was read', async (t) => {
  const site = await serveFiles(t, files);
  const connection = await rawConnection(site.address);
  connection.write(
    request('GET / HTTP/1.1') + posted('name=') + request('GET /nothing HTTP/1.1') + request('GET /contact HTTP/1.1'),
  );
  const statuses = [];
  for (let index = 0; index < 4; index++) statuses.push((await connection.answer())?.status);
  assert.deepEqual(statuses, [200, 422, 404, 200]);
  connection.socket.destroy();
});
