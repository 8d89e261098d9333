import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openLane } from './lane.ts';
import type { LaneOptions } from './lane.ts';
import { laneReader } from './lane-request.ts';
import { laneResponse } from './lane-response.ts';

const body = Buffer.from('from the lane');
const prepared = laneResponse({
  etag: '"e"',
  headers: { 'content-type': 'text/plain', etag: '"e"', 'content-length': body.length },
  notModifiedHeaders: { etag: '"e"' },
  body,
  keepAliveSeconds: 5,
});

interface Opened {
  readonly port: number;
  /** Targets that the server behind the lane was asked for. */
  readonly behind: readonly string[];
}

async function opened(t: TestContext, options: Partial<LaneOptions> = {}): Promise<Opened> {
  const behind: string[] = [];
  const server = createServer((request, response) => {
    behind.push(request.url ?? '');
    response.end('from the server');
  });
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => {
    socket.end(code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'HTTP/1.1 408 Request Timeout\r\n\r\n' : '');
  });
  openLane(server, {
    table: ({ target }) => (target === '/ready' ? prepared : undefined),
    isOpen: () => true,
    now: () => Date.UTC(2026, 4, 1, 12),
    timeouts: { headersMs: 60_000, keepAliveMs: 60_000 },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, behind };
}

interface Client {
  readonly socket: Socket;
  /** All that was received, as soon as the pattern is in it. */
  readonly until: (pattern: RegExp) => Promise<string>;
}

function client(t: TestContext, port: number): Client {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  return {
    socket,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(received)) resolve(received);
        };
        socket.on('data', look);
        socket.once('close', () => reject(new Error(`closed after ${received}`)));
        look();
      }),
  };
}

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;

void test('a prepared answer never reaches the server', async (t) => {
  const { port, behind } = await opened(t);
  const { socket, until } = client(t, port);
  socket.write(get('/ready'));
  assert.equal(
    await until(/from the lane$/),
    'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\netag: "e"\r\ncontent-length: 13\r\nDate: Fri, 01 May 2026 12:00:00 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\nfrom the lane',
  );
  assert.deepEqual(behind, []);
});

void test('the server gets a connection from the first other request on, whole or in part, and keeps it', async (t) => {
  const { port, behind } = await opened(t);
  const { socket, until } = client(t, port);
  const [head, tail] = [get('/other').slice(0, 20), get('/other').slice(20)];
  socket.write(get('/ready') + get('/ready') + head);
  await until(/from the lane[^]*from the lane/);
  socket.write(tail + get('/ready'));
  await until(/from the server[^]*from the server/);
  assert.deepEqual(behind, ['/other', '/ready']);
});

void test('a closed lane leaves everything to the server', async (t) => {
  const { port, behind } = await opened(t, { isOpen: () => false });
  const { socket, until } = client(t, port);
  socket.write(get('/ready'));
  await until(/from the server/);
  assert.deepEqual(behind, ['/ready']);
});

void test('a client that asks and does not read is not read from either', async (t) => {
  const large = laneResponse({
    etag: '"l"',
    headers: { 'content-length': 1_000_000 },
    notModifiedHeaders: {},
    body: Buffer.alloc(1_000_000, 'x'),
    keepAliveSeconds: 5,
  });
  let answered = 0;
  const { port } = await opened(t, { table: () => large, onAnswer: () => void answered++ });
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.pause();
  const asked = 200;
  await new Promise((written) => socket.write(get('/ready').repeat(asked), written));
  // The lane stops where the kernel's buffers are full: a fraction of what was asked for.
  assert.ok(answered < asked / 2, String(answered));
  let received = 0;
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received >= asked * 1_000_000) resolve();
    });
    socket.resume();
  });
  assert.equal(answered, asked);
});

void test('a connection that is not used ends: in silence when it was used, else with 408', async (t) => {
  const { port } = await opened(t, { timeouts: { headersMs: 50, keepAliveMs: 50 } });
  const used = client(t, port);
  used.socket.write(get('/ready'));
  await used.until(/from the lane/);
  await new Promise((resolve) => used.socket.once('close', resolve));
  const silent = client(t, port);
  await silent.until(/^HTTP\/1\.1 408 /);
});

void test('only what is simple and regular is read', () => {
  const read = laneReader();
  const parsed = read('HEAD /a?b=1 HTTP/1.1\r\nhost:  a:80 \r\nAccept-Encoding: br\r\nx: y\r\n\r\nGET', 0);
  assert.deepEqual(parsed, {
    isHead: true,
    target: '/a?b=1',
    fields: { host: 'a:80', acceptEncoding: 'br', ifNoneMatch: undefined },
    end: 65,
  });
  const others = [
    'POST / HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET / HTTP/1.0\r\nHost: a\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\n',
    'GET / HTTP/1.1\nHost: a\n\n',
    'GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n',
    'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n',
    ...['Connection: close', 'Cookie: a=1; backlot_session=x', 'Authorization: x', 'Range: bytes=0-1'].map(
      (line) => `GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n\r\n`,
    ),
    ...['If-Match: "e"', 'Content-Length: 0', 'Transfer-Encoding: x', 'Expect: x', 'Upgrade: x'].map(
      (line) => `GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n\r\n`,
    ),
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(5000)}\r\n\r\n`,
  ];
  for (const text of others) assert.equal(read(text, 0), undefined, text);
});
