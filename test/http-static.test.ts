import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { rename, symlink, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { rawConnection, rawRequest } from './raw.ts';
import { folderOf, serveFiles, serveFolder } from './served.ts';

const style = `body { color: #222 }\n`.repeat(100);
const image = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));

/** What a server says about a path, without what differs from run to run. */
async function bytesOf(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}

test('every file is sent with its type, and never sniffed', async (t) => {
  const types = {
    'page.html': 'text/html; charset=utf-8',
    'style.css': 'text/css; charset=utf-8',
    'code.mjs': 'text/javascript; charset=utf-8',
    'data.json': 'application/json; charset=utf-8',
    'drawing.svg': 'image/svg+xml; charset=utf-8',
    'photo.JPG': 'image/jpeg',
    'font.woff2': 'font/woff2',
    'film.mp4': 'video/mp4',
    'paper.pdf': 'application/pdf',
    'thing.unknown': 'application/octet-stream',
    LICENSE: 'application/octet-stream',
  };
  const site = await serveFiles(t, Object.fromEntries(Object.keys(types).map((path) => [path, 'x'])));
  for (const [path, type] of Object.entries(types)) {
    const answer = await site.get(`/${path}`);
    assert.equal(answer.headers.get('content-type'), type, path);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(await answer.text(), 'x');
  }
});

test('text is coded as the client likes, media never', async (t) => {
  const site = await serveFiles(t, { 'style.css': style, 'photo.jpg': image });
  for (const [accepted, coding] of [
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['identity', null],
  ] as const) {
    const answer = await site.get('/style.css', { 'accept-encoding': accepted });
    assert.equal(answer.headers.get('content-encoding'), coding);
    assert.equal(answer.headers.get('vary'), 'Accept-Encoding');
    assert.equal(await answer.text(), style);
  }
  const photo = await site.get('/photo.jpg', { 'accept-encoding': 'br, gzip' });
  assert.equal(photo.headers.get('content-encoding'), null);
  assert.deepEqual(await bytesOf(photo), image);
});

test('a coding that lies beside the file is used, unless it is older', async (t) => {
  const dir = await folderOf(t, {
    'style.css': style,
    'style.css.gz': gzipSync('/* prepared */'),
    'app.wasm': image,
    'app.wasm.gz': gzipSync(image),
    'old.css': style,
    'old.css.gz': gzipSync('/* of last year */'),
  });
  await utimes(join(dir, 'old.css.gz'), 1, 1);
  const site = await serveFolder(t, dir);
  const gzip = { 'accept-encoding': 'gzip' };
  assert.equal(await (await site.get('/style.css', gzip)).text(), '/* prepared */');
  assert.equal(await (await site.get('/old.css', gzip)).text(), style);
  const wasm = await site.get('/app.wasm', gzip);
  assert.equal(wasm.headers.get('content-encoding'), 'gzip');
  assert.equal(wasm.headers.get('content-type'), 'application/wasm');
  assert.deepEqual(await bytesOf(wasm), image);
  const plain = await site.get('/app.wasm', { 'accept-encoding': 'identity' });
  assert.equal(plain.headers.get('content-encoding'), null);
  assert.equal(plain.headers.get('vary'), 'Accept-Encoding');
  const itself = await site.get('/app.wasm.gz', gzip);
  assert.equal(itself.headers.get('content-type'), 'application/gzip');
  assert.deepEqual(await bytesOf(itself), gzipSync(image));
});

for (const [path, kind] of [
  ['/style.css', 'text from memory'],
  ['/photo.jpg', 'media from disk'],
] as const) {
  test(`parts of ${kind}`, async (t) => {
    const files = { 'style.css': style, 'photo.jpg': image };
    const whole = Buffer.from(files[path.slice(1) as keyof typeof files]);
    const site = await serveFiles(t, files);
    for (const [range, from, to] of [
      ['bytes=0-9', 0, 10],
      ['bytes=990-', 990, whole.length],
      ['bytes=-7', whole.length - 7, whole.length],
      ['bytes=5-99999', 5, whole.length],
      ['bytes=-99999', 0, whole.length],
    ] as const) {
      const answer = await site.get(path, { range, 'accept-encoding': 'br' });
      assert.equal(answer.status, 206, range);
      assert.equal(answer.headers.get('content-range'), `bytes ${from}-${to - 1}/${whole.length}`);
      assert.equal(answer.headers.get('content-encoding'), null);
      assert.deepEqual(await bytesOf(answer), whole.subarray(from, to), range);
    }
    for (const range of ['bytes=99999-', 'bytes=-0']) {
      const answer = await site.get(path, { range });
      assert.equal(answer.status, 416, range);
      assert.equal(answer.headers.get('content-range'), `bytes */${whole.length}`);
    }
    for (const range of ['bytes=9-1', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=', 'bytes=a-b']) {
      assert.equal((await site.get(path, { range })).status, 200, range);
    }
    const { headers } = await site.get(path, { range: 'bytes=0-0' });
    const known = { etag: headers.get('etag') ?? '', modified: headers.get('last-modified') ?? '' };
    for (const [condition, status] of [
      [known.etag, 206],
      [known.modified, 206],
      ['"other"', 200],
      [`W/${known.etag}`, 200],
      [new Date(0).toUTCString(), 200],
    ] as const) {
      assert.equal((await site.get(path, { range: 'bytes=0-0', 'if-range': condition })).status, status, condition);
    }
  });

  test(`conditions on ${kind}`, async (t) => {
    const site = await serveFiles(t, { 'style.css': style, 'photo.jpg': image });
    const first = await site.get(path);
    const etag = first.headers.get('etag') ?? '';
    const modified = first.headers.get('last-modified') ?? '';
    assert.match(etag, /^"[^"]+"$/);
    const later = new Date(Date.parse(modified) + 60_000).toUTCString();
    const earlier = new Date(Date.parse(modified) - 60_000).toUTCString();
    for (const [headers, status] of [
      [{ 'if-none-match': etag }, 304],
      [{ 'if-none-match': `"x", W/${etag}` }, 304],
      [{ 'if-none-match': '*' }, 304],
      [{ 'if-none-match': '"x"' }, 200],
      [{ 'if-modified-since': modified }, 304],
      [{ 'if-modified-since': later }, 304],
      [{ 'if-modified-since': earlier }, 200],
      [{ 'if-modified-since': 'yesterday' }, 200],
      // RFC 9110, 13.1.3: the tag decides where there is one.
      [{ 'if-none-match': '"x"', 'if-modified-since': later }, 200],
      [{ 'if-match': etag }, 200],
      [{ 'if-match': '*' }, 200],
      [{ 'if-match': '"x"' }, 412],
      [{ 'if-unmodified-since': earlier }, 412],
      [{ 'if-unmodified-since': later }, 200],
    ] as [Record<string, string>, number][]) {
      const answer = await site.get(path, headers);
      assert.equal(answer.status, status, JSON.stringify(headers));
      if (status === 304) {
        assert.equal(answer.headers.get('etag'), etag);
        assert.equal(answer.headers.get('content-type'), null);
      }
      if (status !== 200) assert.equal((await bytesOf(answer)).length, 0);
    }
  });
}

test('HEAD says what GET would, without the bytes', async (t) => {
  const site = await serveFiles(t, { 'style.css': style, 'photo.jpg': image, 'index.html': '<p>x' });
  for (const path of ['/style.css', '/photo.jpg', '/', '/nothing']) {
    const get = await rawRequest(site.address, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const connection = await rawConnection(site.address);
    t.after(() => connection.socket.destroy());
    connection.write(`HEAD ${path} HTTP/1.1\r\nHost: x\r\n\r\nGET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const head = await connection.answer('HEAD');
    const { date: _a, ...expected } = get?.headers ?? {};
    const { date: _b, ...found } = head?.headers ?? {};
    assert.deepEqual([head?.status, found], [get?.status, expected], path);
    // Bytes after a HEAD would be taken for the next answer.
    assert.equal((await connection.answer())?.body, get?.body, path);
  }
});

test('nothing outside the folder and nothing hidden in it is served', async (t) => {
  const outside = await folderOf(t, { 'secret.txt': 'secret', 'deep/secret.txt': 'secret' });
  const secret = 'secret';
  const dir = await folderOf(t, {
    'index.html': '<p>home',
    'inside.txt': 'inside',
    '.env': secret,
    '.git/config': secret,
    'sub/.htpasswd': secret,
    'backlot.config.ts': 'export default {} // secret',
    'backlot.config.json': secret,
    'data.db': secret,
    'data.sqlite3-wal': secret,
    'node_modules/a/index.js': secret,
    _redirects: '# secret',
    _headers: secret,
    'folder/file.txt': 'in a folder',
    '.well-known/security.txt': 'Contact: mailto:a@example.org',
  });
  await symlink(join(outside, 'secret.txt'), join(dir, 'link.txt'));
  await symlink(join(outside, 'deep'), join(dir, 'linked'));
  await symlink(join(dir, 'inside.txt'), join(dir, 'inner.txt'));
  const site = await serveFolder(t, dir);
  for (const path of [
    '/.env',
    '/.git/config',
    '/sub/.htpasswd',
    '/backlot.config.ts',
    '/backlot.config.json',
    '/data.db',
    '/data.sqlite3-wal',
    '/node_modules/a/index.js',
    '/_redirects',
    '/_headers',
    '/link.txt',
    '/linked/secret.txt',
    '/folder',
    '/folder/',
    '/../secret.txt',
    '/folder/../inside.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/%252e%252e/secret.txt',
    '/folder%2ffile.txt',
    '/folder//file.txt',
    '/inside.txt%00.html',
    '/inside.txt%00',
    '/%2Eenv',
    '/%zz',
    '/%c0%ae%c0%ae/secret.txt',
    '//inside.txt',
    '/./inside.txt',
    '/INSIDE.TXT',
    `/${'a'.repeat(6000)}`,
  ]) {
    const answer = await rawRequest(site.address, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.equal(answer?.status, 404, path);
    assert.doesNotMatch(answer?.body ?? '', /secret|file\.txt/, path);
  }
  assert.equal(await (await site.get('/inner.txt')).text(), 'inside');
  assert.equal((await site.get('/.well-known/security.txt')).status, 200);
  assert.deepEqual(site.log.lines, []);
});

test('a link that takes a file’s place while it is served is not followed', async (t) => {
  const outside = await folderOf(t, { 'secret.txt': 'secret' });
  const dir = await folderOf(t, { 'note.txt': 'note', 'photo.jpg': image });
  const site = await serveFolder(t, dir);
  for (const name of ['note.txt', 'photo.jpg']) {
    assert.equal((await site.get(`/${name}`)).status, 200);
    await unlink(join(dir, name));
    assert.equal((await site.get(`/${name}`)).status, 404);
    await symlink(join(outside, 'secret.txt'), join(dir, name));
    assert.equal((await site.get(`/${name}`)).status, 404);
  }
  assert.deepEqual(site.log.lines, []);
});

test('a file that changes is sent as it is now', async (t) => {
  const dir = await folderOf(t, { 'note.txt': 'before', 'photo.jpg': image });
  const site = await serveFolder(t, dir);
  const before = await site.get('/note.txt');
  await writeFile(join(dir, 'new'), 'after!');
  await utimes(join(dir, 'new'), 2_000_000_000, 2_000_000_000);
  await rename(join(dir, 'new'), join(dir, 'note.txt'));
  const after = await site.get('/note.txt', { 'if-none-match': before.headers.get('etag') ?? '' });
  assert.equal(after.status, 200);
  assert.equal(await after.text(), 'after!');
  await truncate(join(dir, 'photo.jpg'), 10);
  assert.equal((await bytesOf(await site.get('/photo.jpg'))).length, 10);
});

test('pages in other encodings go out byte for byte without a false charset', async (t) => {
  const pages: Record<string, Uint8Array> = {
    'latin.html': Buffer.from('<meta charset=iso-8859-1><p>caff\xe8', 'latin1'),
    'utf16.html': Buffer.from('\ufeff<p>caffè', 'utf16le'),
    'japanese.html': Buffer.from('<meta charset=iso-2022-jp>\u001b$B$3\u001b(B', 'latin1'),
    'bom.html': Buffer.from('\ufeff<p>caffè'),
  };
  for (const dev of [false, true]) {
    const site = await serveFiles(t, pages, { dev });
    for (const [path, bytes] of Object.entries(pages)) {
      const answer = await site.get(`/${path}`);
      const type = path === 'bom.html' ? 'text/html; charset=utf-8' : 'text/html';
      assert.equal(answer.headers.get('content-type'), type, path);
      const received = await bytesOf(answer);
      if (dev) assert.deepEqual(received.subarray(0, bytes.length), bytes, path);
      else assert.deepEqual(received, bytes, path);
    }
  }
});

test('empty files, spaces, umlauts and other scripts in names', async (t) => {
  const names = [
    'empty.html',
    'empty.bin',
    'a b.txt',
    'Grüße.txt',
    'Gru\u0308n.txt',
    '日本/語.html',
    '100%.txt',
    "o'k&(1).txt",
  ];
  const site = await serveFiles(
    t,
    Object.fromEntries(names.map((name) => [name, name.startsWith('empty') ? '' : name])),
  );
  for (const name of names) {
    const answer = await site.get(`/${name.split('/').map(encodeURIComponent).join('/')}`);
    assert.equal(answer.status, 200, name);
    assert.equal(await answer.text(), name.startsWith('empty') ? '' : name);
  }
  assert.equal((await site.get('/empty.bin', { range: 'bytes=0-' })).status, 416);
});

test('a large file is streamed, and a client that goes away leaves nothing open', async (t) => {
  const size = 256 * 1024 * 1024;
  const dir = await folderOf(t, { 'film.mp4': '' });
  const film = join(dir, 'film.mp4');
  await truncate(film, size);
  const site = await serveFolder(t, dir);
  const connection = await rawConnection(site.address);
  connection.write('GET /film.mp4 HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => connection.socket.once('data', resolve));
  connection.socket.destroy();
  const before = process.memoryUsage().arrayBuffers;
  const answer = await site.get('/film.mp4');
  let received = 0;
  let most = 0;
  for await (const chunk of answer.body ?? []) {
    received += (chunk as Uint8Array).byteLength;
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  assert.equal(received, size);
  assert.ok(most < size / 2, `${most} bytes held`);
  await site.stop();
  assert.deepEqual(
    openFiles().filter((path) => path.includes(film)),
    [],
  );
  assert.deepEqual(site.log.lines, []);
});

/** Paths of the files that this process has open, where the system says so. */
function openFiles(): readonly string[] {
  if (!existsSync('/proc/self/fd')) return [];
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      return [];
    }
  });
}

test('clean addresses, folders, slashes and canonical links', async (t) => {
  const site = await serveFiles(t, {
    'index.html': '<p>home',
    'about.html': '<p>about',
    'blog/index.html': '<p>blog',
    'blog/post.htm': '<p>post',
    'data.html.txt': 'text',
  });
  for (const [path, status, to, canonical] of [
    ['/', 200],
    ['/index.html', 200, undefined, '/'],
    ['/index', 200, undefined, '/'],
    ['/about', 200],
    ['/about.html', 200, undefined, '/about'],
    ['/about/', 301, '/about'],
    ['/about/?a=1', 301, '/about?a=1'],
    ['/blog/', 200],
    ['/blog', 301, '/blog/'],
    ['/blog/post', 200],
    ['/blog/post.htm', 200, undefined, '/blog/post'],
    ['/data.html.txt', 200],
    ['/data.html', 404],
  ] as [string, number, string?, string?][]) {
    const answer = await site.get(path);
    assert.equal(answer.status, status, path);
    assert.equal(answer.headers.get('location'), to ?? null, path);
    const link = canonical === undefined ? null : `<${canonical}>; rel="canonical"`;
    assert.equal(answer.headers.get('link'), link, path);
  }
});

for (const [kind, page] of [
  ['without marks', '<!doctype html><title>Lost</title><p>Not here.'],
  ['with a form', '<!doctype html><title>Lost</title><form name=tell method=post><input name=a></form><p>Not here.'],
]) {
  test(`the author’s 404 page ${kind} answers with 404, whatever is asked for`, async (t) => {
    const site = await serveFiles(t, { '404.html': page ?? '', 'index.html': '<p>home' });
    for (const headers of [
      {},
      { range: 'bytes=0-3' },
      { 'if-modified-since': new Date(4e12).toUTCString() },
      { 'if-none-match': '*' },
    ]) {
      for (const path of ['/nothing', '/a/b', '/404', '/404.html']) {
        const answer = await site.get(path, headers);
        assert.equal(answer.status, 404, path);
        assert.match(await answer.text(), /Not here/);
        assert.equal(answer.headers.get('cache-control'), 'no-cache');
      }
    }
  });
}

test('_redirects lead where the author says and nowhere else', async (t) => {
  const site = await serveFiles(t, {
    'index.html': '<p>home',
    'new.html': '<p>new',
    _redirects: [
      '/old /new',
      '/away https://example.org/there 302',
      '/p/* /:splat',
      '/out/* /new/:splat 307',
      '/gone / 410',
      '/in-place /new 200',
      '/_backlot/* /new 200',
      '/admin/* /new 200',
    ].join('\n'),
  });
  for (const [path, status, to] of [
    ['/old', 301, '/new'],
    ['/old?x=1', 301, '/new?x=1'],
    ['/away', 302, 'https://example.org/there'],
    ['/p/%2Fevil.example', 404],
    ['/p//evil.example/a', 404],
    ['/p/%5Cevil.example', 404],
    ['/p/evil.example', 301, '/evil.example'],
    ['/out/a%0d%0aSet-Cookie:x=1', 307, '/new/a%0D%0ASet-Cookie%3Ax%3D1'],
    ['/gone', 410],
    ['/in-place', 200],
    // Ours, whatever the author redirects.
    ['/_backlot/nothing', 404],
    ['/admin/nothing', 404],
  ] as [string, number, string?][]) {
    const answer = await rawRequest(site.address, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    assert.equal(answer?.status, status, path);
    assert.equal(answer?.headers['location'], to, path);
    assert.equal(answer?.headers['set-cookie'], undefined);
  }
});
