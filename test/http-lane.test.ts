import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rawConnection } from './raw.ts';
import type { RawAnswer } from './raw.ts';
import { serveFiles, serveFolder } from './served.ts';
import type { Served } from './served.ts';

/*
 * The fast lane never answers differently from the server behind it: the same bytes go to a server with the lane and to
 * one without, over one connection each, and everything that comes back is compared but for the date, the id of a
 * request, and what is said of the connection. What is unusual comes last on its connection: the server itself answers
 * in no certain way when a connection breaks while answers are under way.
 */

const paths = [
  '/',
  '/menu',
  '/menu.html',
  '/menu?price.max=15',
  '/menu/tagliatelle',
  '/contact',
  '/guestbook',
  '/it/menu',
];

/** Answers to requests sent one after the other on one connection, as far as they can be compared. */
async function talk(address: string, { simple, last }: Conversation): Promise<readonly unknown[]> {
  const connection = await rawConnection(address);
  const answers: unknown[] = [];
  try {
    for (const text of simple) {
      connection.write(text);
      answers.push(comparable(await connection.answer(methodOf(text))));
    }
    for (const piece of last) {
      if (piece.length === 0 || connection.socket.writableEnded) continue;
      await new Promise((written) => connection.socket.write(piece, written));
    }
    if (last.length > 0) answers.push(comparable(await connection.answer(methodOf(last.map(String).join('')))));
    return answers;
  } finally {
    connection.socket.destroy();
  }
}

function methodOf(text: string): 'HEAD' | undefined {
  return text.startsWith('HEAD') ? 'HEAD' : undefined;
}

function comparable(answer: RawAnswer | undefined): unknown {
  if (!answer) return 'no answer';
  const { date: _date, connection: _connection, 'keep-alive': _keep, 'x-request-id': _id, ...headers } = answer.headers;
  const body = answer.body.replaceAll(/[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g, 'ID');
  return { status: answer.status, headers: Object.entries(headers), body };
}

async function warm(site: Served, tags: Set<string>): Promise<void> {
  for (const path of paths) {
    for (const coding of ['identity', 'gzip', 'br']) {
      const answer = await site.get(path, { 'accept-encoding': coding });
      assert.equal(answer.status, 200, path);
      await answer.arrayBuffer();
      tags.add(answer.headers.get('etag') ?? '');
    }
  }
}

function fieldLine(tags: readonly string[]): fc.Arbitrary<string> {
  const tag = fc.constantFrom(...tags, '*', '"nothing"', 'nothing', '');
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('Accept: text/html,*/*;q=0.8', 'User-Agent: A/1.0 (B; C)', 'DNT: 1') },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom(
          'gzip',
          'br',
          'gzip, deflate, br',
          'br;q=0, gzip',
          '*;q=0.1',
          'identity;q=0, *;q=0',
          'GZIP',
          ' ',
          'br;q=x',
        )
        .map((value) => `Accept-Encoding: ${value}`),
    },
    {
      weight: 4,
      arbitrary: fc.array(tag, { minLength: 1, maxLength: 3 }).map((all) => `If-None-Match: ${all.join(', ')}`),
    },
    { weight: 1, arbitrary: tag.map((one) => `if-none-match: W/${one}`) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'Cookie: theme=dark; _ga=1',
        'Cookie: backlot_session=abc',
        'Cookie: a=1; __Host-backlot_session=abc',
        'Authorization: Basic YTpi',
        'Range: bytes=0-9',
        'If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT',
        'If-Match: "x"',
        'If-Range: "x"',
        'Expect: 100-continue',
        'Expect: nothing',
        'Upgrade: h2c',
        'Content-Length: 0',
        'Content-Length: x',
        'Content-Length: 0\r\nTransfer-Encoding: chunked',
        'TE: trailers',
        'X-Forwarded-For: 1.2.3.4',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ' folded: x',
        'no colon',
        'space : x',
        'x:',
        ':x',
        'tab:\tx\t',
        'high: \u00e9',
        'nul: \0',
        'bare: \n x',
        'cr: \r x',
      ),
    },
  );
}

/** What the lane is for. */
function simpleRequest(tags: readonly string[]): fc.Arbitrary<string> {
  const lines = fc.record(
    {
      'Accept-Encoding': fc.constantFrom('gzip', 'br', 'gzip, deflate, br;q=0.5', 'identity', ''),
      'If-None-Match': fc.constantFrom(...tags, '"nothing"'),
      'User-Agent': fc.constant('A/1.0 (B; C)'),
      Cookie: fc.constant('theme=dark'),
      Connection: fc.constantFrom('keep-alive', 'Keep-Alive'),
    },
    { requiredKeys: [] },
  );
  return fc.tuple(fc.constantFrom('GET', 'HEAD'), fc.constantFrom(...paths), lines).map(([method, path, fields]) => {
    const written = Object.entries({ Host: '127.0.0.1', ...fields }).map(([name, value]) => `${name}: ${value}`);
    return [`${method} ${path} HTTP/1.1`, ...written, '', ''].join('\r\n');
  });
}

function lastRequest(tags: readonly string[]): fc.Arbitrary<string> {
  const method = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('GET', 'HEAD') },
    { weight: 1, arbitrary: fc.constantFrom('OPTIONS', 'PUT', 'get', '') },
  );
  const target = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...paths) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '/nowhere',
        '/menu#x',
        'http://127.0.0.1/menu',
        '*',
        '/menu?utm=1',
        '//',
        '',
        '/m enu',
        '/menü',
      ),
    },
  );
  const version = fc.oneof(
    { weight: 12, arbitrary: fc.constant('HTTP/1.1') },
    { weight: 1, arbitrary: fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'http/1.1', 'HTTP/1.1 ', '') },
  );
  const host = fc.oneof(
    { weight: 9, arbitrary: fc.constant(['Host: 127.0.0.1']) },
    {
      weight: 1,
      arbitrary: fc.constantFrom([], ['Host: a', 'Host: b'], ['Host: a b'], ['Host:'], ['hOST: localhost:80']),
    },
  );
  const connection = fc.oneof(
    { weight: 9, arbitrary: fc.constant('Connection: close') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('Connection: keep-alive, close', 'Connection: close\r\nConnection: keep-alive'),
    },
  );
  const damage = fc.option(fc.tuple(fc.nat(), fc.constantFrom('\r', '\n', '\0', ' ', ':', '\u00ff', 'A', '')), {
    freq: 3,
  });
  return fc
    .tuple(method, target, version, host, fc.array(fieldLine(tags), { maxLength: 5 }), connection, damage)
    .map(([verb, path, protocol, hosts, lines, closing, damaged]) => {
      const text = [`${verb} ${path} ${protocol}`, ...lines, ...hosts, closing, '', ''].join('\r\n');
      if (!damaged) return text;
      const at = damaged[0] % (text.length - 4);
      return text.slice(0, at) + damaged[1] + text.slice(at + 1);
    });
}

interface Conversation {
  readonly simple: readonly string[];
  /** One more request, in the pieces that it arrives in. */
  readonly last: readonly Buffer[];
}

function conversation(tags: readonly string[]): fc.Arbitrary<Conversation> {
  return fc
    .tuple(fc.array(simpleRequest(tags), { maxLength: 2 }), lastRequest(tags), fc.array(fc.nat(), { maxLength: 3 }))
    .map(([simple, last, cuts]) => {
      const bytes = Buffer.from(last, 'latin1');
      const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
      return { simple, last: places.slice(1).map((end, index) => bytes.subarray(places[index], end)) };
    });
}

test('the lane answers as the server behind it does, whatever is sent', async (t) => {
  const withLane = await serveFolder(t, 'examples/trattoria');
  const without = await serveFolder(t, 'examples/trattoria', { environment: { BACKLOT_FAST_LANE: 'off' } });
  const tags = new Set<string>();
  await warm(withLane, tags);
  await warm(without, tags);
  await fc.assert(
    fc.asyncProperty(conversation([...tags]), async (sent) => {
      const [fast, slow] = await Promise.all([talk(withLane.address, sent), talk(without.address, sent)]);
      assert.deepEqual(fast, slow);
    }),
    { numRuns: 200, seed: 20_261_122 },
  );
  assert.deepEqual([...withLane.log.lines, ...without.log.lines], []);
});

test('requests sent at once are answered in their order', async (t) => {
  const withLane = await serveFolder(t, 'examples/trattoria');
  const tags = new Set<string>();
  await warm(withLane, tags);
  await fc.assert(
    fc.asyncProperty(fc.array(simpleRequest([...tags]), { minLength: 2, maxLength: 20 }), async (requests) => {
      const together = await rawConnection(withLane.address);
      together.write(requests.join(''));
      for (const text of requests) {
        const [alone] = await talk(withLane.address, { simple: [text], last: [] });
        assert.deepEqual(comparable(await together.answer(methodOf(text))), alone);
      }
      together.socket.destroy();
    }),
    { numRuns: 20, seed: 20_261_122 },
  );
});

test('a page that changes is new in the lane at once', async (t) => {
  const site = await serveFiles(t, {
    'index.html':
      '<ul data-list="entry?sort=-created_at" data-as="anyone"><li itemscope><b itemprop="name">First</b></li></ul><form method="post" data-save="entry"><input name="name" required></form>',
  });
  for (let turn = 0; turn < 5; turn++) {
    for (let again = 0; again < 2; again++) await (await site.get('/')).text();
    assert.equal((await site.post('/?form=entry', { name: `Entry ${turn}` })).status, 303);
    assert.match(await (await site.get('/')).text(), new RegExp(`<b itemprop="name">Entry ${turn}</b>`));
  }
});
