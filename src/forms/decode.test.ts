import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeBody, defaultFormLimits } from './index.ts';
import type { DecodedBody, FormLimits, Upload, UploadSink } from './index.ts';

/** A sink in memory that knows what it still holds. */
function memorySink(): UploadSink & { readonly held: Map<string, Buffer> } {
  const held = new Map<string, Buffer>();
  let count = 0;
  return {
    held,
    async store({ filename, mediaType }, content) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const path = `/kept/${count++}`;
      held.set(path, bytes);
      return { path, filename, mediaType, size: bytes.length };
    },
    async discard(paths) {
      for (const path of paths) held.delete(path);
    },
  };
}

interface Posted {
  readonly type: string;
  readonly body: string | Buffer;
  readonly limits?: Partial<FormLimits>;
  readonly chunkBytes?: number;
  readonly length?: number;
  readonly encoding?: string;
}

async function decode(posted: Posted, sink: UploadSink = memorySink()): Promise<DecodedBody> {
  const bytes = Buffer.from(posted.body);
  const request = {
    contentType: posted.type,
    contentLength: posted.length,
    encoding: posted.encoding,
    body: Readable.from(piecesOf(bytes, posted.chunkBytes ?? 65_536)),
  };
  return await decodeBody(request, { ...defaultFormLimits, ...posted.limits }, sink);
}

function* piecesOf(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function shown(value: string | Upload): string {
  return typeof value === 'string' ? value : `<${value.refused ?? value.filename} ${value.mediaType} ${value.size}>`;
}

/** Entries in short: `name=value`, files as `name=<filename type size>`. */
function told(decoded: DecodedBody): string[] | string {
  if (!decoded.ok) return `${decoded.status} ${decoded.code}`;
  return decoded.entries.map(({ name, value }) => `${name}=${shown(value)}`);
}

const urlEncoded = 'application/x-www-form-urlencoded';

/* The topics of the URL standard's parser, and what browsers send. */
for (const [body, expected] of [
  ['', []],
  ['a=1&b=2', ['a=1', 'b=2']],
  ['a=1&&b=2&', ['a=1', 'b=2']],
  ['a', ['a=']],
  ['=a', ['=a']],
  ['a=b=c', ['a=b=c']],
  ['a=1&a=2', ['a=1', 'a=2']],
  ['?a=1', ['?a=1']],
  ['a+b=c+d', ['a b=c d']],
  ['a%20b=c%2Bd', ['a b=c+d']],
  ['a=%', ['a=%']],
  ['a=%4', ['a=%4']],
  ['a=%zz', ['a=%zz']],
  ['a=%4z1', ['a=%4z1']],
  ['a=%e2%82%AC', ['a=€']],
  ['a=€', ['a=€']],
  ['a=%ff', ['a=\ufffd']],
  ['a=%EF%BB%BFx', ['a=\ufeffx']],
  ['a=x%0D%0Ay', ['a=x\r\ny']],
  ['a=%00', ['a=\0']],
  ['a=1;b=2', ['a=1;b=2']],
  ['_charset_=UTF-8&a=1', ['_charset_=UTF-8', 'a=1']],
  ['%5F%5Fproto%5F%5F=1', '400 forms/bad-name'],
] as const) {
  void test(`urlencoded: ${JSON.stringify(body)}`, async () => {
    assert.deepEqual(told(await decode({ type: urlEncoded, body, chunkBytes: 1 })), expected);
  });
}

void test('urlencoded texts of a page in another encoding are read in that encoding', async () => {
  assert.deepEqual(told(await decode({ type: urlEncoded, body: 'a=%80%FC', encoding: 'windows-1252' })), ['a=€ü']);
  assert.deepEqual(told(await decode({ type: urlEncoded, body: 'a=%C3%BC', encoding: 'klingon' })), ['a=ü']);
});

const multipartType = 'multipart/form-data; boundary=b';

function part(headers: string, content = 'x'): string {
  return `--b\r\n${headers}\r\n\r\n${content}\r\n`;
}

for (const [name, body, expected] of [
  ['one text', `${part('Content-Disposition: form-data; name="a"')}--b--\r\n`, ['a=x']],
  ['no part', '--b--', []],
  ['lower case, no space', `${part('content-disposition:form-data;name=a')}--b--`, ['a=x']],
  ['an empty name', `${part('Content-Disposition: form-data; name=""')}--b--`, ['=x']],
  ['escaped quote and line end', `${part('Content-Disposition: form-data; name="a%22%0D%0Ab"')}--b--`, ['a"\r\nb=x']],
  ['other escapes stay', `${part('Content-Disposition: form-data; name="a%41"')}--b--`, ['a%41=x']],
  ['a backslash is itself', `${part('Content-Disposition: form-data; name="a\\"')}--b--`, ['a\\=x']],
  ['a semicolon in a name', `${part('Content-Disposition: form-data; name="a;b"')}--b--`, ['a;b=x']],
  ['UTF-8 in a name', `${part('Content-Disposition: form-data; name="ü€"')}--b--`, ['ü€=x']],
  ['dashes in the text', `${part('Content-Disposition: form-data; name="a"', 'x--b\n--b')}--b--`, ['a=x--b\n--b']],
  [
    'a file',
    `${part('Content-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain', 'four')}--b--`,
    ['f=<a.txt text/plain 4>'],
  ],
  [
    'a file with a path',
    `${part('Content-Disposition: form-data; name="f"; filename="C:\\x\\..\\a.txt"')}--b--`,
    ['f=<a.txt application/octet-stream 1>'],
  ],
  ['no file chosen', `${part('Content-Disposition: form-data; name="f"; filename=""', '')}--b--`, ['f=']],
  [
    'binary text without a file name is text',
    `${part('Content-Disposition: form-data; name="a"\r\nContent-Type: application/octet-stream')}--b--`,
    ['a=x'],
  ],
  [
    'a preamble and an epilogue',
    `before\r\n${part('Content-Disposition: form-data; name="a"')}--b--\r\nafter`,
    ['a=x'],
  ],
  ['a part after the end', `--b--\r\n${part('Content-Disposition: form-data; name="a"')}`, []],
  ['no closing delimiter', part('Content-Disposition: form-data; name="a"'), '400 forms/malformed'],
  ['nothing at all', '', '400 forms/malformed'],
  ['no delimiter', 'hello', '400 forms/malformed'],
  ['no disposition', `${part('Content-Type: text/plain')}--b--`, '400 forms/malformed'],
  ['an attachment', `${part('Content-Disposition: attachment; name="a"')}--b--`, '400 forms/malformed'],
  ['no name', `${part('Content-Disposition: form-data')}--b--`, '400 forms/malformed'],
  ['an open quote', `${part('Content-Disposition: form-data; name="a')}--b--`, '400 forms/malformed'],
  ['a bare line feed', `${part('Content-Disposition: form-data; name="a\nb"')}--b--`, '400 forms/malformed'],
  ['headers without end', '--b\r\nContent-Disposition: form-data; name="a"\r\n--b--', '400 forms/malformed'],
  [
    'headers too long',
    `${part(`X: ${'y'.repeat(9000)}\r\nContent-Disposition: form-data; name="a"`)}--b--`,
    '400 forms/malformed',
  ],
  ['__proto__', `${part('Content-Disposition: form-data; name="__proto__"')}--b--`, '400 forms/bad-name'],
] as const) {
  void test(`multipart: ${name}`, async () => {
    for (const chunkBytes of [1, 3, 65_536]) {
      assert.deepEqual(
        told(await decode({ type: multipartType, body, chunkBytes })),
        expected,
        `in pieces of ${chunkBytes}`,
      );
    }
  });
}

for (const [name, posted, expected] of [
  ['text/plain', { type: 'text/plain', body: 'a=1' }, '415 forms/unsupported-type'],
  ['JSON', { type: 'application/json', body: '{}' }, '415 forms/unsupported-type'],
  ['no type', { type: '', body: 'a=1' }, '415 forms/unsupported-type'],
  ['a boundary is missing', { type: 'multipart/form-data', body: '--b--' }, '400 forms/malformed'],
  ['shorter than announced', { type: urlEncoded, body: 'a=1', length: 9 }, '400 forms/incomplete'],
  ['announced too large', { type: urlEncoded, body: 'a=1', length: 1e12 }, '413 forms/too-large'],
  ['1,001 fields', { type: urlEncoded, body: 'a=&'.repeat(1001) }, '413 forms/too-many-fields'],
  ['1,000 fields and a little text', { type: urlEncoded, body: `a=${'x'.repeat(102_400)}` }, '413 forms/too-much-text'],
  ['endless text', { type: urlEncoded, body: `a=${'x'.repeat(2_000_000)}` }, '413 forms/too-much-text'],
  ['a long name', { type: urlEncoded, body: `${'x'.repeat(501)}=1` }, '400 forms/bad-name'],
  [
    'text over two parts',
    {
      type: multipartType,
      body: `${part('Content-Disposition: form-data; name="a"', 'x'.repeat(600)).repeat(2)}--b--`,
      limits: { textBytesMax: 1000 },
    },
    '413 forms/too-much-text',
  ],
  [
    'files',
    {
      type: multipartType,
      body: `${part('Content-Disposition: form-data; name="f"; filename="a"').repeat(3)}--b--`,
      limits: { filesMax: 2 },
    },
    '413 forms/too-many-files',
  ],
  [
    'the whole body',
    {
      type: multipartType,
      body: `${part('Content-Disposition: form-data; name="f"; filename="a"', 'x'.repeat(5000))}--b--`,
      limits: { bodyBytesMax: 1000 },
      chunkBytes: 100,
    },
    '413 forms/too-large',
  ],
] as const) {
  void test(`limits and types: ${name}`, async () => {
    const sink = memorySink();
    assert.equal(told(await decode(posted, sink)), expected);
    assert.equal(sink.held.size, 0, 'a file was left behind');
  });
}

void test('a Content-Encoding is refused before anything is read', async () => {
  const body = Readable.from([Buffer.from('a=1')]);
  const request = { contentType: urlEncoded, contentEncoding: 'gzip', body };
  assert.equal(told(await decodeBody(request, defaultFormLimits, memorySink())), '415 forms/encoded-body');
  assert.equal(body.readableDidRead, false);
});

void test('a file that is too large is refused in its field and not kept; the rest of the form is read', async () => {
  const sink = memorySink();
  const body = `${part('Content-Disposition: form-data; name="f"; filename="a.bin"', 'x'.repeat(5000))}${part('Content-Disposition: form-data; name="a"')}--b--`;
  const decoded = await decode({ type: multipartType, body, limits: { fileBytesMax: 1000 }, chunkBytes: 200 }, sink);
  assert.deepEqual(told(decoded), ['f=<size application/octet-stream 5000>', 'a=x']);
  assert.equal(sink.held.size, 0);
});

void test('files under names that nobody wants are read and dropped', async () => {
  const sink = memorySink();
  const body = `${part('Content-Disposition: form-data; name="f"; filename="a"')}${part('Content-Disposition: form-data; name="a"')}--b--`;
  const request = { contentType: multipartType, body: Readable.from([Buffer.from(body)]), wantsFile: () => false };
  assert.deepEqual(told(await decodeBody(request, defaultFormLimits, sink)), ['a=x']);
  assert.equal(sink.held.size, 0);
});

void test('a sender that breaks off, or is too slow, is refused; what it sent is not kept', async () => {
  for (const [name, expected] of [
    ['AbortError', '400 forms/incomplete'],
    ['TimeoutError', '408 forms/timeout'],
  ] as const) {
    const sink = memorySink();
    const whole = part('Content-Disposition: form-data; name="f"; filename="a"');
    const half = '--b\r\nContent-Disposition: form-data; name="g"; filename="b"\r\n\r\nhal';
    const body = failing([whole, half], name);
    assert.equal(told(await decodeBody({ contentType: multipartType, body }, defaultFormLimits, sink)), expected);
    assert.equal(sink.held.size, 0);
  }
});

async function* failing(pieces: readonly string[], name: string): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
  throw Object.assign(new Error('gone'), { name });
}

void test('a failure of the store is thrown, not blamed on the sender', async () => {
  const full: UploadSink = { ...memorySink(), store: async () => await Promise.reject(new Error('disk full')) };
  const body = `${part('Content-Disposition: form-data; name="f"; filename="a"', 'x'.repeat(200_000))}--b--`;
  await assert.rejects(decode({ type: multipartType, body, chunkBytes: 1000 }, full), /disk full/);
});

void test('a store that stops reading early does not stop the form', async () => {
  const picky: UploadSink = {
    ...memorySink(),
    async store({ filename, mediaType }, content) {
      for await (const chunk of content) return { path: '', filename, mediaType, size: chunk.length, refused: 'type' };
      return { path: '', filename, mediaType, size: 0 };
    },
  };
  const body = `${part('Content-Disposition: form-data; name="f"; filename="a"', 'x'.repeat(300_000))}${part('Content-Disposition: form-data; name="a"')}--b--`;
  const decoded = await decode({ type: multipartType, body, chunkBytes: 5000 }, picky);
  assert.equal(decoded.ok && decoded.entries.length, 2);
});

void test('a slow store slows the sender down: what is in memory stays small', async () => {
  const chunk = Buffer.alloc(16_384, 0x78);
  let sent = 0;
  let waitingMost = 0;
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n');
    for (; sent < 20_000_000; sent += chunk.length) yield chunk;
    yield Buffer.from('\r\n--b--');
  }
  const slow: UploadSink = {
    ...memorySink(),
    async store({ filename, mediaType }, content) {
      let size = 0;
      for await (const piece of content) {
        size += piece.length;
        waitingMost = Math.max(waitingMost, sent - size);
        await new Promise((turn) => setImmediate(turn));
      }
      return { path: '/kept/0', filename, mediaType, size };
    },
  };
  const decoded = await decodeBody({ contentType: multipartType, body: body() }, defaultFormLimits, slow);
  assert.deepEqual(told(decoded), [`f=<a application/octet-stream ${sent}>`]);
  assert.ok(waitingMost < 300_000, `${waitingMost} bytes were waiting`);
});

void test('after a refusal the stream is left open, so that the answer can be sent', async () => {
  const body = Readable.from(piecesOf(Buffer.alloc(2_000_000, 0x78), 1000));
  await decodeBody({ contentType: urlEncoded, body }, defaultFormLimits, memorySink());
  assert.equal(body.destroyed, false);
});

/* ---- laws ---- */

const text = fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.toWellFormed());
const lineText = text.map((value) => value.replace(/\r\n|\r|\n/g, '\r\n'));
const fieldName = lineText.filter((name) => name !== '__proto__');

void test('law: what the URL standard serialises is read back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fieldName, text), { maxLength: 20 }),
      fc.integer({ min: 1, max: 50 }),
      async (pairs, chunkBytes) => {
        const body = new URLSearchParams(pairs).toString();
        const decoded = await decode({ type: urlEncoded, body, chunkBytes });
        assert.deepEqual(decoded, { ok: true, entries: pairs.map(([name, value]) => ({ name, value })) });
      },
    ),
    { numRuns: 300 },
  );
});

const formPart = fc.oneof(
  fc.record({ name: fieldName, value: lineText }),
  fc.record({
    name: fieldName,
    file: fc.uint8Array({ maxLength: 300 }),
    filename: fc.stringMatching(/^[a-z][a-zä ".;=-]{0,9}$/),
  }),
);

async function formBody(parts: readonly FormPart[]): Promise<{ type: string; body: Buffer }> {
  const form = new FormData();
  for (const one of parts) {
    if ('value' in one) form.append(one.name, one.value);
    else form.append(one.name, new File([Buffer.from(one.file)], one.filename));
  }
  const response = new Response(form);
  return { type: response.headers.get('content-type') ?? '', body: Buffer.from(await response.arrayBuffer()) };
}

type FormPart = typeof formPart extends fc.Arbitrary<infer T> ? T : never;

void test('law: what a browser serialises as multipart is read back, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(formPart, { maxLength: 8 }),
      fc.integer({ min: 1, max: 200 }),
      async (parts, chunkBytes) => {
        const sink = memorySink();
        const decoded = await decode({ ...(await formBody(parts)), chunkBytes }, sink);
        assert.ok(decoded.ok, JSON.stringify(decoded));
        assert.deepEqual(
          decoded.entries.map(({ name, value }) => ({
            name,
            value: typeof value === 'string' ? value : [...sink.held.get(value.path)!],
          })),
          parts.map((one) => ({ name: one.name, value: 'value' in one ? one.value : [...one.file] })),
        );
      },
    ),
    { numRuns: 300 },
  );
});

const mutation = fc.record({ at: fc.nat(), remove: fc.nat({ max: 12 }), insert: fc.uint8Array({ maxLength: 12 }) });
const hostile = fc.oneof(
  fc.constantFrom(
    '\r\n',
    '--',
    '\r\n--b\r\n',
    '--b--',
    '"',
    '%',
    '&',
    '=',
    ';',
    '\0',
    'Content-Disposition: form-data; name="',
  ),
  fc.string({ maxLength: 5 }),
);

void test('law: no body, mutated or made up, throws, hangs, or leaves a file behind', { timeout: 60_000 }, async () => {
  const mutated = fc.record({
    parts: fc.array(formPart, { maxLength: 4 }),
    mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
  });
  const madeUp = fc.record({ tokens: fc.array(hostile, { maxLength: 40 }) });
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, madeUp), fc.integer({ min: 1, max: 400 }), async (source, chunkBytes) => {
      const posted = await hostileBody(source);
      for (const type of [posted.type, urlEncoded]) {
        const sink = memorySink();
        const decoded = await decode({ type, body: posted.body, chunkBytes }, sink);
        const named = decoded.ok ? decoded.entries.filter(({ value }) => typeof value !== 'string').length : 0;
        assert.equal(sink.held.size, named);
        if (!decoded.ok) assert.ok([400, 413, 415].includes(decoded.status));
      }
    }),
    { numRuns: 2000 },
  );
});

type Hostile =
  | { readonly tokens: readonly string[] }
  | {
      readonly parts: readonly FormPart[];
      readonly mutations: readonly { at: number; remove: number; insert: Uint8Array }[];
    };

async function hostileBody(source: Hostile): Promise<{ type: string; body: Buffer }> {
  if ('tokens' in source) return { type: multipartType, body: Buffer.from(`--b\r\n${source.tokens.join('')}`) };
  const { type, body } = await formBody(source.parts);
  let bytes = body;
  for (const { at, remove, insert } of source.mutations) {
    const start = at % (bytes.length + 1);
    bytes = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
  }
  return { type, body: bytes };
}

test('no file stays that was too large in a form that then breaks off', async () => {
  const sink = memorySink();
  const large = `--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n${'a'.repeat(50)}`;
  const decoded = await decode(
    { type: 'multipart/form-data; boundary=b', body: large, limits: { fileBytesMax: 10 }, chunkBytes: 20 },
    sink,
  );
  assert.equal(decoded.ok, false);
  assert.equal(sink.held.size, 0);
});
