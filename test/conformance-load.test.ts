// Clients that dawdle or come in great numbers: they are bounded, and others are served meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beside, bothLanes, postedWith } from './conformance.ts';
import { rawConnection, rawRequest } from './raw.ts';
import type { RawConnection } from './raw.ts';
import { rows } from './rows.ts';
import type { Served } from './served.ts';

async function open(site: Served, count: number, sent: string): Promise<readonly RawConnection[]> {
  const connections = await Promise.all(Array.from({ length: count }, () => rawConnection(site.address)));
  for (const connection of connections) connection.write(sent);
  return connections;
}

/** Both at once: most of the time is spent waiting. */
async function eachLane(
  lanes: readonly (readonly ['on' | 'off', Served])[],
  act: (lane: 'on' | 'off', site: Served) => Promise<void>,
): Promise<void> {
  await Promise.all(lanes.map(([lane, site]) => act(lane, site)));
}

/** Sends a byte now and then until the connection closes; never what would be an end. */
function dribble({ socket, closed }: RawConnection): Promise<void> {
  const timer = setInterval(() => socket.writable && socket.write('a'), 20);
  return closed.finally(() => clearInterval(timer));
}

test('headers that never end hold nobody up, and are cut off', async (t) => {
  const timeouts = { headersMs: 2_500, checkMs: 50 };
  await eachLane(await bothLanes(t, { timeouts }), async (lane, site) => {
    const slow = await open(site, 50, 'GET /menu HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    const cut = slow.map(dribble);
    assert.equal((await site.get('/menu')).status, 200);
    assert.equal((await site.post('/contact?form=message', { name: 'A' })).status, 303);
    for (const connection of slow) assert.equal((await connection.answer())?.status, 408, `lane ${lane}`);
    await Promise.all(cut);
    assert.deepEqual(site.log.lines, []);
  });
});

test('connections on which nothing is said end as well, before the first request and after one', async (t) => {
  const timeouts = { headersMs: 2_500, keepAliveMs: 300, checkMs: 50 };
  await eachLane(await bothLanes(t, { timeouts }), async (lane, site) => {
    const [silent, used] = [await open(site, 20, ''), await open(site, 20, beside())];
    for (const connection of used) assert.equal((await connection.answer())?.status, 200, `lane ${lane}`);
    await Promise.all([...silent, ...used].map(({ closed }) => closed));
  });
});

test('bodies that never end hold nobody up, and nothing of them is stored', async (t) => {
  const timeouts = { bodyMs: 2_500, checkMs: 50 };
  await eachLane(await bothLanes(t, { timeouts }), async (lane, site) => {
    const slow = await open(site, 50, postedWith(['Content-Length: 100000'], 'name=slow'));
    const cut = slow.map(dribble);
    assert.equal((await site.post('/contact?form=message', { name: 'quick' })).status, 303);
    for (const connection of slow) {
      assert.equal((await connection.answer())?.status, 408, `lane ${lane}`);
      connection.socket.destroy();
    }
    await Promise.all(cut);
    assert.deepEqual(
      (await rows(site, 'message', ['name'])).map(({ name }) => name),
      ['quick'],
    );
    assert.deepEqual(site.log.lines, []);
  });
});

test('five hundred connections that wait cost little, and a new one is served at once', async (t) => {
  for (const [lane, site] of await bothLanes(t)) {
    const waiting = await open(site, 500, beside());
    for (const connection of waiting) assert.equal((await connection.answer())?.status, 200, `lane ${lane}`);
    assert.equal((await site.get('/menu')).status, 200);
    assert.equal((await site.post('/contact?form=message', { name: 'A' })).status, 303);
    // They are still good.
    for (const connection of waiting.slice(0, 50)) {
      connection.write(beside());
      assert.equal((await connection.answer())?.status, 200, `lane ${lane}`);
    }
    for (const { socket } of waiting) socket.destroy();
  }
});

test('more connections than allowed are turned away, and let in again when others have gone', async (t) => {
  for (const [lane, site] of await bothLanes(t, { timeouts: { connectionsMax: 40 } })) {
    const kept = await open(site, 20, beside());
    for (const connection of kept) assert.equal((await connection.answer())?.status, 200, `lane ${lane}`);
    const flood = await open(site, 100, '');
    await closedOf(flood, 80);
    for (const connection of kept) {
      connection.write(beside());
      assert.equal((await connection.answer())?.status, 200, `lane ${lane}`);
    }
    for (const { socket } of [...kept, ...flood]) socket.destroy();
    // The server hears of it some time later.
    let status: number | undefined;
    while (status === undefined) status = (await rawRequest(site.address, beside()))?.status;
    assert.equal(status, 200);
  }
});

/** Resolves when so many of the connections have been closed by the server. */
async function closedOf(connections: readonly RawConnection[], count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let closed = 0;
    for (const connection of connections) void connection.closed.then(() => ++closed === count && resolve());
  });
}
