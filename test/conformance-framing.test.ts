// Where a message ends: lengths, chunks, and the shapes that make two readers disagree (RFC 9112, sections 6, 7, 11).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertConformance, bothLanes, cases, message, postedWith } from './conformance.ts';
import { rawConnection } from './raw.ts';
import { rows } from './rows.ts';

const chunked = 'Transfer-Encoding: chunked';
const body = 'name=A';
const chunks = `6\r\n${body}\r\n0\r\n\r\n`;

function withLength(...lengths: string[]): string {
  return postedWith(
    lengths.map((length) => `Content-Length:${length}`),
    body,
  );
}

function withCoding(...codings: string[]): string {
  return postedWith(
    codings.map((coding) => `Transfer-Encoding:${coding}`),
    chunks,
  );
}

function inChunks(text: string): string {
  return postedWith([chunked], text);
}

test('a length is one number, in digits', async (t) => {
  await assertConformance(t, [
    ...cases(
      [303, 'last'],
      [
        ['a length', '9110 8.6', withLength(' 6')],
        ['white space around it', '9112 5', withLength('\t6 \t')],
        ['zeros before it', '9110 8.6', withLength(' 0006')],
      ],
    ),
    ...cases(
      [400],
      [
        ['two that differ', '9112 6.3', withLength(' 6', ' 7')],
        ['two that agree: refused, not merged', '9112 6.3', withLength(' 6', ' 6')],
        ['a list', '9112 6.3', withLength(' 6, 6')],
        ['a sign', '9110 8.6', withLength(' +6')],
        ['below nothing', '9110 8.6', withLength(' -6')],
        ['hexadecimal', '9110 8.6', withLength(' 0x6')],
        ['a fraction', '9110 8.6', withLength(' 6.0')],
        ['two words', '9110 8.6', withLength(' 6 6')],
        ['empty', '9110 8.6', withLength('')],
        ['more than 64 bits', '9110 8.6', withLength(' 18446744073709551622')],
        ['white space before the colon', '9112 5.1', postedWith(['Content-Length : 6'], body)],
      ],
    ),
    // Without a length and without chunks there is no body; a name with an underscore is another name.
    ...cases(
      [422, 'last'],
      [
        ['none', '9112 6.3', postedWith([], '')],
        ['an underscore', '9112 5', postedWith(['Content_Length: 6'], '')],
      ],
    ),
  ]);
});

test('chunks are the one coding, said once', async (t) => {
  await assertConformance(t, [
    ...cases(
      [303, 'last'],
      [
        ['chunked', '9112 7.1', withCoding(' chunked')],
        ['in capitals', '9112 7', withCoding(' CHUNKED')],
        ['after a tab', '9112 5', withCoding('\tchunked')],
      ],
    ),
    ...cases(
      [400],
      [
        ['with a length', '9112 6.3', postedWith(['Content-Length: 4', chunked], chunks)],
        ['with a length after it', '9112 6.3', postedWith([chunked, 'Content-Length: 4'], chunks)],
        ['with a length of nothing', '9112 6.3', postedWith([chunked, 'Content-Length: 0'], chunks)],
        [
          'with a length on a page',
          '9112 6.3',
          message(['GET /menu HTTP/1.1', 'Host: a', 'Content-Length: 0', chunked], chunks),
        ],
        ['not the last coding', '9112 6.3', withCoding(' chunked, identity')],
        ['not the last of two fields', '9112 6.3', withCoding(' chunked', ' identity')],
        ['twice', '9112 7', withCoding(' chunked, chunked')],
        ['twice, in two fields', '9112 7', withCoding(' chunked', ' chunked')],
        ['identity', '9112 6.3', withCoding(' identity')],
        ['a name that ends alike', '9112 6.3', withCoding(' xchunked')],
        ['a name that begins alike', '9112 6.3', withCoding(' chunkedx')],
        ['in quotes', '9112 6.3', withCoding(' "chunked"')],
        ['with a parameter', '9112 7', withCoding(' chunked;q=1')],
        ['empty', '9112 6.3', withCoding('')],
        ['after a vertical tab', '9112 5', withCoding(' \u000bchunked')],
        ['after NUL', '9110 5.5', withCoding(' \0chunked')],
        ['in a folded line', '9112 5.2', postedWith(['Transfer-Encoding:', ' chunked'], chunks)],
        ['white space before the colon', '9112 5.1', postedWith(['Transfer-Encoding : chunked'], chunks)],
        ['under HTTP/1.0', '9112 6.1', postedWith([chunked], chunks, 'HTTP/1.0')],
      ],
    ),
    ...cases(
      [501],
      [
        ['after a coding that nobody undoes', '9112 6.1', withCoding(' gzip, chunked')],
        ['after identity', '9112 6.1', withCoding(' identity, chunked')],
        ['after identity in another field', '9112 6.1', withCoding(' identity', ' chunked')],
      ],
    ),
  ]);
});

test('a chunk is as long as it says', async (t) => {
  await assertConformance(t, [
    ...cases(
      [303, 'last'],
      [
        ['several', '9112 7.1', inChunks('3\r\nnam\r\n3\r\ne=A\r\n0\r\n\r\n')],
        ['zeros before its size', '9112 7.1', inChunks(`0006\r\n${body}\r\n000\r\n\r\n`)],
        ['extensions, ignored', '9112 7.1.1', inChunks(`6;a=b;c="d e"\r\n${body}\r\n0;f\r\n\r\n`)],
        [
          'one for every byte',
          '9112 7.1',
          inChunks(
            `${body
              .split('')
              .map((byte) => `1\r\n${byte}\r\n`)
              .join('')}0\r\n\r\n`,
          ),
        ],
        ['a trailer, ignored', '9112 7.1.2', inChunks(`6\r\n${body}\r\n0\r\nX-Sum: 1\r\n\r\n`)],
      ],
    ),
    ...cases([422, 'last'], [['none but the last', '9112 7.1', inChunks('0\r\n\r\n')]]),
    ...cases(
      [400],
      [
        ['a size of more than 64 bits', '9112 7.1', inChunks(`10000000000000006\r\n${body}\r\n0\r\n\r\n`)],
        ['a size below nothing', '9112 7.1', inChunks(`-6\r\n${body}\r\n0\r\n\r\n`)],
        ['a size with a prefix', '9112 7.1', inChunks(`0x6\r\n${body}\r\n0\r\n\r\n`)],
        ['white space after its size', '9112 7.1', inChunks(`6 \r\n${body}\r\n0\r\n\r\n`)],
        ['no size', '9112 7.1', inChunks(`\r\n${body}\r\n0\r\n\r\n`)],
        ['data that goes on', '9112 7.1', inChunks(`6\r\n${body}BC\r\n0\r\n\r\n`)],
        ['data without its line end', '9112 7.1', inChunks(`6\r\n${body}0\r\n\r\n`)],
        ['lines that end with LF', '9112 2.2', inChunks(`6\n${body}\n0\n\n`)],
        ['lines that end with CR', '9112 2.2', inChunks(`6\r${body}\r0\r\r`)],
        ['LF inside an extension', '9112 7.1.1', inChunks(`6;a\n${body}\r\n0\r\n\r\n`)],
        ['a trailer that is no field', '9112 7.1.2', inChunks(`6\r\n${body}\r\n0\r\nX Sum: 1\r\n\r\n`)],
        ['a length in the trailer', '9110 6.5.1', inChunks(`6\r\n${body}\r\n0\r\nContent-Length: 6\r\n\r\n`)],
      ],
    ),
    ...cases(
      [413],
      [['extensions of more than 16 KB', '9112 7.1.1', inChunks(`6;${'a'.repeat(17_000)}\r\n${body}\r\n0\r\n\r\n`)]],
    ),
    ...cases(
      [431],
      [['a trailer of more than 16 KB', '6585 5', inChunks(`6\r\n${body}\r\n0\r\nX: ${'b'.repeat(17_000)}\r\n\r\n`)]],
    ),
  ]);
});

test('a body that nobody asked for is no request', async (t) => {
  const length = ['Host: a', 'Content-Length: 5'];
  const five = '5\r\nhello\r\n0\r\n\r\n';
  await assertConformance(t, [
    // Pages in the cache are answered at once; the body is thrown away, and the connection with it.
    ...cases(
      [200],
      [
        ['GET with a length', '9110 9.3.1', message(['GET /menu HTTP/1.1', ...length], 'hello')],
        ['GET with chunks', '9110 9.3.1', message(['GET /menu HTTP/1.1', 'Host: a', chunked], five)],
        ['HEAD with a length', '9110 9.3.2', message(['HEAD /menu HTTP/1.1', ...length], 'hello')],
        ['HEAD with chunks', '9110 9.3.2', message(['HEAD /menu HTTP/1.1', 'Host: a', chunked], five)],
      ],
    ),
    ...cases(
      [204, 'last'],
      [['OPTIONS with a length', '9110 9.3.7', message(['OPTIONS / HTTP/1.1', ...length], 'hello')]],
    ),
  ]);
});

test('what follows a message that is refused for its framing is never taken for a request', async (t) => {
  const second = postedWith(['Content-Length: 11'], 'name=second');
  for (const [lane, site] of await bothLanes(t)) {
    for (const sent of [
      postedWith(['Content-Length: 4', chunked], '0\r\n\r\n'),
      withCoding(' gzip, chunked'),
      withCoding(' identity', ' chunked'),
      postedWith([chunked], chunks, 'HTTP/1.0'),
      message(['GET ftp://a/ HTTP/1.1', 'Host: a']),
      message(['GET / HTTP/2.0', 'Host: a']),
      postedWith(['Content-Length: 6', 'Expect: gold'], ''),
      message(['CONNECT a:443 HTTP/1.1', 'Host: a']),
      message(['GET /menu HTTP/1.1', 'Host: a', 'Connection: close']),
      message(['GET /menu HTTP/1.1', 'Host: a', 'Content-Length: 5'], 'hello'),
      message(['GET /menu HTTP/1.1', 'Host: a', 'Connection: upgrade', 'Upgrade: websocket']),
    ]) {
      const connection = await rawConnection(site.address);
      connection.write(sent + second);
      assert.ok(await connection.answer(), sent);
      assert.equal(await connection.answer(), undefined, `lane ${lane}: ${sent}`);
      connection.socket.destroy();
    }
    assert.deepEqual(await rows(site, 'message', ['name']), [], `lane ${lane}`);
  }
});

test('what came before a broken message is answered first', async (t) => {
  for (const [lane, site] of await bothLanes(t)) {
    const connection = await rawConnection(site.address);
    const page = message(['GET /menu HTTP/1.1', 'Host: a']);
    connection.write(`${page}${withLength(' 6')}${message(['GET /no HTTP/1.1', 'Host: a'])}nonsense\r\n\r\n`);
    for (const status of [200, 303, 404, 400])
      assert.equal((await connection.answer())?.status, status, `lane ${lane}`);
    await connection.closed;
    connection.socket.destroy();
    assert.equal((await rows(site, 'message', ['name'])).length, 1);
  }
});
