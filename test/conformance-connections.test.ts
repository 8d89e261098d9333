// Connections, expectations, methods and pipelining (RFC 9110, RFC 9112).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertConformance, beside, bothLanes, cases, line, message, postedWith } from './conformance.ts';
import { rawConnection, rawRequest } from './raw.ts';
import { rows } from './rows.ts';

test('connections end when they should', async (t) => {
  await assertConformance(t, [
    ...cases(
      [200, 'last'],
      [
        ['HTTP/1.1', '9112 9.3', beside()],
        ['said to be kept', '9112 9.3', beside('Connection: keep-alive')],
        ['fields named in Connection', '9110 7.6.1', beside('Connection: host, x-a')],
        [
          'HTTP/1.0 that asks to keep it',
          '9112 9.3',
          message(['GET /menu HTTP/1.0', 'Host: a', 'Connection: keep-alive']),
        ],
        ['TE', '9110 10.1.4', beside('TE: trailers, deflate;q=0.5', 'Connection: TE')],
      ],
    ),
    ...cases(
      [200],
      [
        ['close', '9112 9.6', beside('Connection: close')],
        ['close among others', '9112 9.6', beside('Connection: TE, CLOSE')],
        ['close in a second field', '9112 9.6', beside('Connection: keep-alive', 'Connection: close')],
        ['HTTP/1.0', '9112 9.3', line('GET /menu HTTP/1.0')],
        // What comes with an offer to change protocols is not read: the client asks again on another connection.
        [
          'an offer of HTTP/2',
          '9110 7.8',
          beside('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AA'),
        ],
        ['an offer of a web socket', '9110 7.8', beside('Connection: Upgrade', 'Upgrade: websocket')],
      ],
    ),
    ...cases([400], [['HTTP/1.0 without Host: one answer', '9112 3.2', message(['GET /menu HTTP/1.0'])]]),
  ]);
});

test('expectations', async (t) => {
  await assertConformance(t, [
    ...cases(
      [303, 'last'],
      [
        ['in any case of letters', '9110 10.1.1', postedWith(['Expect: 100-Continue', 'Content-Length: 6'], 'name=A')],
        [
          'of chunks',
          '9110 10.1.1',
          postedWith(['Expect: 100-continue', 'Transfer-Encoding: chunked'], '6\r\nname=A\r\n0\r\n\r\n'),
        ],
      ],
    ),
    ...cases(
      [303],
      [
        [
          'under HTTP/1.0: nothing',
          '9110 10.1.1',
          postedWith(['Expect: 100-continue', 'Content-Length: 6'], 'name=A', 'HTTP/1.0'),
        ],
      ],
    ),
    // A final answer without an invitation ends the connection: nobody knows whether the body will follow.
    ...cases([200], [['before no body', '9110 10.1.1', beside('Expect: 100-continue')]]),
    ...cases([417], [['of something else', '9110 10.1.1', beside('Expect: gold')]]),
  ]);
  for (const [lane, site] of await bothLanes(t)) {
    const connection = await rawConnection(site.address);
    connection.write(postedWith(['Expect: 100-continue', 'Content-Length: 6'], 'name=A', 'HTTP/1.0'));
    const first = await new Promise<string>((resolve) =>
      connection.socket.once('data', (data) => resolve(String(data))),
    );
    assert.match(first, /^HTTP\/1\.1 303 /, `no invitation to HTTP/1.0, lane ${lane}`);
    connection.socket.destroy();
  }
});

test('methods', async (t) => {
  await assertConformance(t, [
    ...cases([200, 'last'], [['HEAD', '9110 9.3.2', line('HEAD /menu HTTP/1.1')]]),
    ...cases(
      [204, 'last'],
      [
        ['OPTIONS of everything', '9110 9.3.7', line('OPTIONS * HTTP/1.1')],
        ['OPTIONS of a site', '9112 3.2.4', line('OPTIONS http://a HTTP/1.1')],
      ],
    ),
    ...cases(
      [405, 'last'],
      [
        [
          'TRACE, which would show cookies',
          '9110 9.3.8',
          message(['TRACE /menu HTTP/1.1', 'Host: a', 'Max-Forwards: 0']),
        ],
        ['PUT', '9110 9.3.4', line('PUT /menu HTTP/1.1')],
      ],
    ),
    ...cases([405], [['CONNECT', '9110 9.3.6', line('CONNECT a:443 HTTP/1.1')]]),
  ]);
});

test('HEAD says what GET says, and every answer but 5xx has a date', async (t) => {
  for (const [lane, site] of await bothLanes(t)) {
    for (const path of ['/menu', '/contact', '/no', '/menu/']) {
      const shown = await Promise.all(
        ['GET', 'HEAD'].map(async (method) => {
          const connection = await rawConnection(site.address);
          connection.write(line(`${method} ${path} HTTP/1.1`));
          const answer = await connection.answer(method === 'HEAD' ? 'HEAD' : undefined);
          connection.socket.destroy();
          const { date, ...headers } = answer?.headers ?? {};
          assert.equal(new Date(date ?? '').toUTCString(), date, `${method} ${path}, lane ${lane}`);
          return { status: answer?.status, headers };
        }),
      );
      assert.deepEqual(shown[1], shown[0], `${path}, lane ${lane}`);
    }
    // Also what Node refuses before anybody sees it (RFC 9110, 6.6.1).
    const { headers } = (await rawRequest(site.address, 'nonsense\r\n\r\n'))!;
    assert.equal(new Date(headers['date'] ?? '').toUTCString(), headers['date']);
  }
});

test('requests that arrive at once or byte by byte are answered in their order', async (t) => {
  const page = line('GET /menu HTTP/1.1');
  const text = (name: string): string =>
    page + postedWith(['Content-Length: 6'], `name=${name}`) + line('HEAD /no HTTP/1.1') + page + page;
  for (const [lane, site] of await bothLanes(t)) {
    for (const how of ['at once', 'byte by byte'] as const) {
      const connection = await rawConnection(site.address);
      connection.socket.setNoDelay(true);
      const pieces = how === 'at once' ? [text('A')] : text('B').split('');
      for (const piece of pieces) await new Promise((written) => connection.socket.write(piece, written));
      const statuses: (number | undefined)[] = [];
      for (const method of [undefined, undefined, 'HEAD', undefined, undefined] as const) {
        statuses.push((await connection.answer(method))?.status);
      }
      assert.deepEqual(statuses, [200, 303, 404, 200, 200], `${how}, lane ${lane}`);
      connection.socket.destroy();
    }
    assert.equal((await rows(site, 'message', ['name'])).length, 2);
  }
});

test('a client that closes its side is taken to have gone: an answer or none, and the connection ends', async (t) => {
  for (const [, site] of await bothLanes(t)) {
    for (const [sent, status] of [
      ['', undefined],
      ['G', 400],
      ['GET /menu HTTP/1.1\r\nHost: a', 400],
      [postedWith(['Content-Length: 100'], 'name=A'), 400],
      [line('GET /menu HTTP/1.1'), 200],
      [line('GET /no HTTP/1.1'), 404],
    ] as const) {
      const connection = await rawConnection(site.address);
      connection.socket.end(sent);
      const answer = await connection.answer();
      assert.ok(answer === undefined || answer.status === status, sent);
      await connection.closed;
    }
    assert.deepEqual(await rows(site, 'message', ['name']), []);
    assert.deepEqual(site.log.lines, []);
  }
});
