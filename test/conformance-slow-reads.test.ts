// Clients that ask for much and read nothing. Alone in its process, whose sockets and memory it counts.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { truncate } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { beside, conformanceFiles, line } from './conformance.ts';
import { rawRequest } from './raw.ts';
import { folderOf, serveFolder } from './served.ts';

const megabyte = 1024 * 1024;
/** More than the kernel holds for both sides of a connection. */
const filmBytes = 64 * megabyte;
const clients = 20;

/** Sockets of this process, the clients' and the server's. */
function socketCount(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

test('answers that nobody takes stay on the disk, and their connections are cut', async (t) => {
  const dir = await folderOf(t, { ...conformanceFiles, 'film.mp4': '' });
  await truncate(join(dir, 'film.mp4'), filmBytes);
  const site = await serveFolder(t, dir, { timeouts: { stalledMs: 2_000, checkMs: 50 } });
  const bytesBefore = process.memoryUsage().arrayBuffers;
  const sockets = Array.from({ length: clients }, () => {
    const socket = connect(Number(new URL(site.address).port), '127.0.0.1').pause();
    socket.on('error', () => undefined);
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) socket.write(line('GET /film.mp4 HTTP/1.1'));
  assert.equal((await rawRequest(site.address, beside()))?.status, 200);

  let bytesMost = bytesBefore;
  // Until the server's sides are gone.
  while (socketCount() > clients) {
    bytesMost = Math.max(bytesMost, process.memoryUsage().arrayBuffers);
    await setTimeout(20);
  }
  const grown = Math.round((bytesMost - bytesBefore) / megabyte);
  assert.ok(grown < 100, `${grown} MB for answers that nobody takes`);
  for (const socket of sockets) {
    const closed = once(socket, 'close');
    socket.resume();
    await closed;
    assert.ok(socket.bytesRead > 0 && socket.bytesRead < filmBytes);
  }
  assert.deepEqual(site.log.lines, []);
});
