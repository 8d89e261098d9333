import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { rawConnection } from './raw.ts';
import { rows } from './rows.ts';
import { serveFiles } from './served.ts';
import type { Served } from './served.ts';

const files = {
  'apply.html':
    '<!doctype html><html lang=en><title>A</title><form name=application method=post enctype="multipart/form-data" action="/thanks.html">' +
    '<input name=name required><input type=file name=photo accept="image/png,image/jpeg"><input type=file name=papers multiple></form>',
  'thanks.html': '<p>Thank you.',
};
// The smallest PNG there is.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

async function apply(site: Served, fields: Record<string, string | File | File[]>): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
  return await fetch(`${site.address}/apply?form=application`, {
    method: 'POST',
    body,
    headers: { origin: site.address },
    redirect: 'manual',
  });
}

/** Names of the files that the server keeps. */
async function kept(site: Served, folder = 'kept'): Promise<string[]> {
  return await readdir(join(site.dataDir, 'uploads', folder));
}

test('files sent with a form are in the data folder, their paths in the row', async (t) => {
  const site = await serveFiles(t, files);
  const answer = await apply(site, {
    name: 'Ada',
    photo: new File([png], 'me.png', { type: 'image/png' }),
    papers: [new File(['one'], 'a.txt'), new File(['two'], 'b.txt')],
  });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get('location'), '/thanks?saved=application');
  const [row] = await rows(site, 'application', ['name', 'photo', 'papers']);
  const photo = String(row?.['photo']);
  assert.match(photo, /^\/_backlot\/files\/[0-9a-f]{32}-1x1\.png$/);
  const place = join(site.dataDir, 'uploads', 'kept', photo.slice('/_backlot/files/'.length));
  assert.deepEqual((await readFile(place)).subarray(0, 8), png.subarray(0, 8));
  assert.equal((await stat(place)).mode & 0o077, 0, 'readable by the server alone');
  assert.equal((await kept(site)).length, 3);
  assert.deepEqual(await kept(site, 'incoming'), []);
});

test('visitors cannot read what was sent', async (t) => {
  const site = await serveFiles(t, files);
  await apply(site, { name: 'Ada', photo: new File([png], 'me.png', { type: 'image/png' }) });
  const [row] = await rows(site, 'application', ['photo']);
  const photo = String(row?.['photo']);
  for (const path of [photo, `${photo}?x`, '/_backlot/files/', '/_backlot/files', '/uploads/kept']) {
    assert.equal((await site.get(path)).status, 404, path);
  }
});

test('a file of a wrong type, a false one and a large one are named at their control, and not kept', async (t) => {
  const site = await serveFiles(t, files, { environment: { BACKLOT_FILE_BYTES_MAX: '2048' } });
  for (const [file, message] of [
    [new File(['plain'], 'me.txt', { type: 'text/plain' }), /image|type|file/i],
    [new File(['<script>alert(1)</script>'], 'me.png', { type: 'image/png' }), /image|type|file/i],
    [new File([png, Buffer.alloc(5000)], 'me.png', { type: 'image/png' }), /large|big|size/i],
  ] as const) {
    const answer = await apply(site, { name: 'Ada', photo: file });
    const html = await answer.text();
    assert.equal(answer.status, 422, file.name);
    assert.match(html, /<input type=file name=photo[^>]*aria-invalid="true"/);
    assert.match(/<p[^>]*id="photo-error"[^>]*>([^<]*)/.exec(html)?.[1] ?? '', message);
    assert.match(html, /value="Ada"/);
  }
  assert.deepEqual(await rows(site, 'application', ['id']), []);
  assert.deepEqual([...(await kept(site)), ...(await kept(site, 'incoming'))], []);
});

test('no file stays of a form that is wrong elsewhere', async (t) => {
  const site = await serveFiles(t, files);
  const answer = await apply(site, { name: '', papers: new File(['one'], 'a.txt') });
  assert.equal(answer.status, 422);
  assert.deepEqual([...(await kept(site)), ...(await kept(site, 'incoming'))], []);
});

test('the files of a form that is sent twice are kept once', async (t) => {
  const site = await serveFiles(t, files);
  const send = async (): Promise<Response> => await apply(site, { name: 'Ada', papers: [new File(['one'], 'a.txt')] });
  const answers = [...(await Promise.all([send(), send()])), await send()];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [303, 303, 303],
  );
  assert.equal((await rows(site, 'application', ['papers'])).length, 1);
  assert.deepEqual([(await kept(site)).length, await kept(site, 'incoming')], [1, []]);
});

test('no file stays of a form that breaks off', async (t) => {
  const site = await serveFiles(t, files);
  const connection = await rawConnection(site.address);
  connection.write(
    'POST /apply?form=application HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n' +
      `--b\r\nContent-Disposition: form-data; name="papers"; filename="a.txt"\r\n\r\n${'x'.repeat(50_000)}`,
  );
  connection.socket.end();
  await connection.closed;
  await site.stop();
  assert.deepEqual([...(await kept(site)), ...(await kept(site, 'incoming'))], []);
});

test('what a crash has left provisional is removed at the next start, what is recent is not', async (t) => {
  const site = await serveFiles(t, files);
  await apply(site, { name: 'Ada', papers: new File(['one'], 'a.txt') });
  const incoming = join(site.dataDir, 'uploads', 'incoming');
  await mkdir(incoming, { recursive: true });
  const [old, recent] = [`${'a'.repeat(32)}.txt`, `${'b'.repeat(32)}.txt`];
  for (const name of [old, recent]) await writeFile(join(incoming, name), 'left');
  const hoursAgo = Date.now() / 1000 - 2 * 3600;
  await utimes(join(incoming, old), hoursAgo, hoursAgo);
  const again = await site.restart();
  while ((await kept(again, 'incoming')).includes(old)) await again.get('/_backlot/health');
  assert.deepEqual(await kept(again, 'incoming'), [recent]);
  assert.equal((await kept(again)).length, 1, 'what a row holds stays');
});
