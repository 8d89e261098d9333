import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawConnection } from './raw.ts';
import { rows } from './rows.ts';
import { serveFiles } from './served.ts';

const contact =
  '<!doctype html><html lang=en><title>C</title><form name=message method=post action="/contact"><input name=name required></form>';
const form = 'application/x-www-form-urlencoded';

test('what was acknowledged before, during and after a stop is stored, each exactly once', async (t) => {
  const site = await serveFiles(t, { 'contact.html': contact });
  const acknowledged: string[] = [];
  let stopping: Promise<void> | undefined;
  const client = async (number: number): Promise<void> => {
    for (let index = 0; ; index++) {
      const name = `${number}-${index}`;
      let status: number;
      try {
        ({ status } = await site.post('/contact?form=message', { name }));
      } catch {
        // Not acknowledged: the visitor knows that it did not go through.
        return;
      }
      if (status !== 303) return;
      acknowledged.push(name);
      if (acknowledged.length === 120) stopping = site.stop();
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, number) => client(number)));
  await stopping;
  assert.ok(acknowledged.length >= 120);
  const again = await site.restart();
  const stored = (await rows(again, 'message', ['name'])).map(({ name }) => name);
  assert.equal(new Set(stored).size, stored.length, 'nothing twice');
  const known = new Set(stored);
  assert.deepEqual(
    acknowledged.filter((name) => !known.has(name)),
    [],
    'nothing lost',
  );
  assert.deepEqual(site.log.lines, []);
});

test('a form on its way when the server is stopped is taken; nobody new is', async (t) => {
  const site = await serveFiles(t, { 'contact.html': contact });
  const idle = await rawConnection(site.address);
  idle.write('GET /contact HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.equal((await idle.answer())?.status, 200);
  const busy = await rawConnection(site.address);
  busy.write(
    `POST /contact?form=message HTTP/1.1\r\nHost: a\r\nContent-Type: ${form}\r\nContent-Length: 8\r\nExpect: 100-continue\r\n\r\n`,
  );
  await new Promise((resolve) => busy.socket.once('data', resolve));
  const stopped = site.stop();
  await idle.closed;
  await assert.rejects(rawConnection(site.address), { code: 'ECONNREFUSED' });
  busy.write('name=Ada');
  const answer = await busy.answer();
  assert.equal(answer?.status, 303);
  assert.equal(answer?.headers['connection'], 'close');
  await busy.closed;
  await stopped;
  assert.equal((await rows(await site.restart(), 'message', ['name'])).length, 1);
});

test('an answer that is still going out is not cut short', async (t) => {
  const filler = `<!-- ${'x'.repeat(16 * 1024 * 1024)} -->`;
  const site = await serveFiles(t, { 'contact.html': contact + filler });
  const connection = await rawConnection(site.address);
  // The second time it comes from the cache in front.
  for (const turn of [1, 2]) {
    if (turn === 2) connection.socket.pause();
    connection.write('GET /contact HTTP/1.1\r\nHost: a\r\n\r\n');
    if (turn === 1) assert.equal((await connection.answer())?.status, 200);
  }
  // By the time this is answered, that one has been.
  assert.equal((await site.get('/_backlot/health')).status, 200);
  const stopped = site.stop();
  await Promise.resolve();
  connection.socket.resume();
  const answer = await connection.answer();
  assert.ok((answer?.body.length ?? 0) > filler.length);
  await stopped;
});

test('clients that never finish do not keep the server', async (t) => {
  const site = await serveFiles(t, { 'contact.html': contact }, { timeouts: { stopMs: 50 } });
  const connection = await rawConnection(site.address);
  connection.write(
    `POST /contact?form=message HTTP/1.1\r\nHost: a\r\nContent-Type: ${form}\r\nContent-Length: 8\r\n\r\nna`,
  );
  assert.equal((await site.get('/contact')).status, 200);
  await site.stop();
  await connection.closed;
  assert.equal((await rows(await site.restart(), 'message', ['name'])).length, 0);
});

test('browsers that listen for changes do not keep the server', async (t) => {
  const site = await serveFiles(t, { 'contact.html': contact }, { dev: true });
  const listening = await rawConnection(site.address);
  listening.write('GET /_backlot/dev/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n');
  await new Promise((resolve) => listening.socket.once('data', resolve));
  await site.stop();
  await listening.closed;
});
