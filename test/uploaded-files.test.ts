import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import sharp from 'sharp';
import { addUser, call, signIn } from './api.ts';
import { startPostgres } from './postgres.ts';
import type { PostgresServer } from './postgres.ts';
import { rows } from './rows.ts';
import { serveFiles } from './served.ts';
import type { Served } from './served.ts';

let postgres: PostgresServer;
before(async () => {
  postgres = await startPostgres();
});
after(async () => {
  await postgres.stop();
});

const site = {
  'index.html':
    '<!doctype html><html lang=en><title>Menu</title><ul data-list="dish?available">' +
    '<li itemscope><img itemprop=image src="img/a.jpg" srcset="img/a-400.jpg 400w, img/a-800.jpg 800w" alt=""> <b itemprop=name>Gnocchi</b> ' +
    '<a itemprop=recipe href="recipes/a.pdf">Recipe</a> <div itemprop=about data-format=html><p>Soft</p></div></li></ul>',
  'img/a.jpg': 'not asked for',
  'jobs.html':
    '<!doctype html><html lang=de><title>Jobs</title><form name=application data-save=application method=post enctype="multipart/form-data">' +
    '<input name=name required><input type=file name=photo accept="image/*"><input type=file name=cv></form>',
  'staff.html':
    '<!doctype html><html lang=en><title>Staff</title><ul data-list=application data-as=editor>' +
    '<li itemscope><b itemprop=name>Ada</b> <a itemprop=cv href="cv.pdf">CV</a> <img itemprop=photo src="p.jpg" alt=""></li></ul>',
};

interface Restaurant {
  readonly served: Served;
  readonly owner: string;
  readonly dish: string;
}

async function restaurant(t: TestContext, databaseUrl?: string): Promise<Restaurant> {
  const at = databaseUrl === undefined ? {} : { databaseUrl };
  const served = await serveFiles(t, site, at);
  await addUser(served, 'owner@example.org', 'admin', databaseUrl);
  const [dish] = await rows(served, 'dish', ['id'], databaseUrl);
  return { served, owner: await signIn(served, 'owner@example.org'), dish: String(dish?.['id']) };
}

async function photo(width: number, height: number): Promise<Buffer> {
  return await sharp({ create: { width, height, channels: 3, background: 'tomato' } })
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

/** What the API answers of one uploaded file. */
async function upload({ served, owner }: Restaurant, file: File): Promise<Record<string, unknown>> {
  const body = new FormData();
  body.append('file', file);
  const headers = { origin: served.address, cookie: owner };
  const answer = await fetch(`${served.address}/api/files`, { method: 'POST', body, headers });
  const json = (await answer.json()) as { files?: Record<string, unknown>[] };
  assert.equal(answer.status, 201, JSON.stringify(json));
  return json.files?.[0] ?? {};
}

async function setDish({ served, owner, dish }: Restaurant, values: Record<string, unknown>): Promise<void> {
  const reply = await call(served, `PATCH /dish/${dish}`, { cookie: owner, body: values });
  assert.equal(reply.status, 200, JSON.stringify(reply.json));
}

for (const database of ['SQLite', 'PostgreSQL'] as const) {
  test(`a picture that the owner uploads appears on the menu, and is anyone's, on ${database}`, async (t) => {
    const home = await restaurant(t, database === 'PostgreSQL' ? await postgres.createDatabase() : undefined);
    const { served } = home;
    const kept = await upload(home, new File([await photo(1200, 900)], 'gnocchi.jpg', { type: 'image/jpeg' }));
    assert.deepEqual([kept['width'], kept['height'], kept['mediaType']], [900, 1200, 'image/jpeg']);
    const path = String(kept['path']);
    assert.equal((await served.get(path)).status, 404, 'before a row holds it');
    await setDish(home, { image: path });
    const menu = await (await served.get('/')).text();
    const srcset = /srcset="([^"]*)"/.exec(menu)?.[1];
    assert.equal(srcset, `${path}?w=400 400w, ${path}?w=800 800w`.replaceAll(path, path.slice(1)));
    const whole = await served.get(path);
    assert.equal(whole.status, 200);
    assert.deepEqual(
      ['content-type', 'cache-control', 'x-content-type-options', 'content-security-policy', 'content-disposition'].map(
        (name) => whole.headers.get(name),
      ),
      ['image/jpeg', 'public, max-age=31536000, immutable', 'nosniff', "sandbox; default-src 'none'", null],
    );
    const { width, height, exif } = await sharp(Buffer.from(await whole.arrayBuffer())).metadata();
    assert.deepEqual([width, height, exif], [900, 1200, undefined]);
    const small = await sharp(Buffer.from(await (await served.get(`${path}?w=400`)).arrayBuffer())).metadata();
    assert.deepEqual([small.width, small.format], [480, 'jpeg']);
    await setDish(home, { image: null });
    assert.equal((await served.get(path)).status, 404, 'after the row has let it go');
  });
}

test('what a visitor sends is for those to whom a page shows it', async (t) => {
  const home = await restaurant(t);
  const { served, owner } = home;
  const body = new FormData();
  body.append('name', 'Ada');
  body.append('photo', new File([await photo(20, 10)], 'me.jpg', { type: 'image/jpeg' }));
  body.append('cv', new File(['%PDF-1.7\n%\u00e2\n'], 'Zeugnis “Ada”.pdf', { type: 'application/pdf' }));
  const sent = await fetch(`${served.address}/jobs?form=application`, {
    method: 'POST',
    body,
    headers: { origin: served.address },
    redirect: 'manual',
  });
  assert.equal(sent.status, 303, await sent.text());
  const [row] = await rows(served, 'application', ['photo', 'cv']);
  for (const path of [String(row?.['photo']), String(row?.['cv'])]) {
    const refused = await served.get(path);
    assert.deepEqual([refused.status, refused.headers.get('cache-control')], [404, 'no-store']);
  }
  const cv = await served.get(String(row?.['cv']), { cookie: owner });
  assert.equal(cv.headers.get('cache-control'), 'private, no-store');
  assert.equal(
    cv.headers.get('content-disposition'),
    `attachment; filename="Zeugnis _Ada_.pdf"; filename*=UTF-8''Zeugnis%20%E2%80%9CAda%E2%80%9D.pdf`,
  );
  const shown = await served.get(String(row?.['photo']), { cookie: owner });
  assert.deepEqual([shown.status, shown.headers.get('content-disposition')], [200, null]);
});

test('files answer ranges, conditions, HEAD and nothing but GET', async (t) => {
  const home = await restaurant(t);
  const { served } = home;
  const kept = await upload(home, new File(['%PDF-1.7\n%\u00e2\n'], 'recipe.pdf', { type: 'application/pdf' }));
  const path = String(kept['path']);
  await setDish(home, { recipe: path });
  const whole = await served.get(path);
  const bytes = await whole.text();
  assert.equal(whole.headers.get('content-disposition'), 'attachment; filename="recipe.pdf"');
  const part = await served.get(path, { range: 'bytes=1-3' });
  assert.deepEqual([part.status, await part.text()], [206, bytes.slice(1, 4)]);
  const again = await served.get(path, { 'if-none-match': whole.headers.get('etag') ?? '' });
  assert.equal(again.status, 304);
  const head = await fetch(served.address + path, { method: 'HEAD' });
  assert.equal(head.headers.get('content-length'), whole.headers.get('content-length'));
  const posted = await fetch(served.address + path, { method: 'POST', headers: { origin: served.address } });
  assert.equal(posted.status, 404);
});

test('pictures in a rich text are served with it, and undoing brings them back', async (t) => {
  const home = await restaurant(t);
  const { served, owner, dish } = home;
  const path = String((await upload(home, new File([await photo(30, 20)], 'a.jpg', { type: 'image/jpeg' })))['path']);
  await setDish(home, { about: `<p>See <img src="${path}" alt=""></p>` });
  assert.equal((await served.get(path)).status, 200);
  const removed = await call(served, `DELETE /dish/${dish}`, { cookie: owner });
  assert.equal((await served.get(path)).status, 404);
  await call(served, `POST /changes/${String(removed.at('change'))}/undo`, { cookie: owner });
  assert.equal((await served.get(path)).status, 200);
});

test('no name leads to anything else', async (t) => {
  const { served, owner } = await restaurant(t);
  const names = ['..%2fincoming%2fx', '..%5c..%5cdata.db', 'a%00.png', '.', '%', 'x'.repeat(5000), '../kept/a.png'];
  for (const name of names) {
    assert.equal((await served.get(`/_backlot/files/${name}`, { cookie: owner })).status, 404, name.slice(0, 30));
    const staff = await call(served, `GET /files/${name}`, { cookie: owner });
    assert.ok([404, 400].includes(staff.status), `${name.slice(0, 30)} ${staff.status}`);
  }
});

test('staff get any width of a picture, and 400 for anything else that they ask of a file', async (t) => {
  const home = await restaurant(t);
  const { served, owner } = home;
  const path = String((await upload(home, new File([await photo(900, 600)], 'a.jpg', { type: 'image/jpeg' })))['path']);
  const name = path.slice('/_backlot/files/'.length);
  const small = await fetch(`${served.address}/api/files/${name}?w=90`, { headers: { cookie: owner } });
  assert.equal(small.headers.get('content-disposition'), null);
  assert.equal((await sharp(Buffer.from(await small.arrayBuffer())).metadata()).width, 96);
  for (const query of ['w=0', 'w=1e3', 'w=5&w=6', 'h=5', 'w=-1']) {
    assert.equal((await call(served, `GET /files/${name}?${query}`, { cookie: owner })).status, 400, query);
  }
});

test('a form says in its language what is wrong with a picture', async (t) => {
  const { served } = await restaurant(t);
  const whole = await photo(300, 200);
  const large = await sharp({ create: { width: 10_000, height: 6000, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  for (const [file, message] of [
    [new File([whole.subarray(0, whole.length / 2)], 'halb.jpg', { type: 'image/jpeg' }), 'beschädigt'],
    [new File([large], 'groß.png', { type: 'image/png' }), '50 Megapixel'],
    [new File(['%PDF-1.7\n%\u00e2\n'], 'a.pdf', { type: 'image/png' }), 'angenommen werden: image/*'],
  ] as const) {
    const body = new FormData();
    body.append('name', 'Ada');
    body.append('photo', file);
    const headers = { origin: served.address };
    const answer = await fetch(`${served.address}/jobs?form=application`, { method: 'POST', body, headers });
    const html = await answer.text();
    assert.equal(answer.status, 422);
    assert.ok(html.includes(message), `${file.name}: ${html}`);
    assert.match(html, /value="Ada"/);
  }
});
