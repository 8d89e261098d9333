import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { addUser, call, restaurant, signedIn, signIn } from './api.ts';
import type { ApiReply } from './api.ts';
import { startPostgres } from './postgres.ts';
import { rows } from './rows.ts';
import { serveFiles } from './served.ts';
import type { Served } from './served.ts';

const reference = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');

interface Dish {
  readonly id: string;
  readonly name: string;
  readonly price: string;
  readonly version: number;
}

function dishesOf(reply: ApiReply): readonly Dish[] {
  assert.equal(reply.status, 200, JSON.stringify(reply.json));
  return reply.at('rows') as readonly Dish[];
}

async function dishNamed(site: Served, cookie: string, name: string): Promise<Dish> {
  return dishesOf(await call(site, `GET /dish?name=${encodeURIComponent(name)}`, { cookie }))[0]!;
}

void test('an editor changes a price, and the page shows it', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site, 'editor');
  assert.match(await (await site.get('/')).text(), /€14\.50/);
  const dish = await dishNamed(site, cookie, 'Tagliatelle');
  assert.equal(dish.price, '14.5');
  const changed = await call(site, `PATCH /dish/${dish.id}`, { cookie, body: { price: '15.20' } });
  assert.deepEqual([changed.status, changed.at('price'), changed.at('version')], [200, '15.2', 2]);
  assert.match(await (await site.get('/')).text(), /€15\.20/);
});

void test('visitors get nothing, not even names of tables; users without a role neither', async (t) => {
  const site = await serveFiles(t, restaurant);
  await addUser(site, 'bob@example.org', 'cook');
  const cook = await signIn(site, 'bob@example.org');
  for (const path of ['/dish', '/nothing', '/dish/1', '/schema', '/openapi.json', '/users', '/_user', '/changes/1']) {
    const answer = await call(site, `GET ${path}`);
    assert.ok([401, 404].includes(answer.status), `${path}: ${answer.status}`);
    assert.ok(!JSON.stringify(answer.json).includes('Tagliatelle'));
  }
  const visitor = await call(site, 'GET /dish');
  assert.deepEqual((await call(site, 'GET /nothing')).json, visitor.json);
  assert.equal((await call(site, 'GET /dish', { cookie: cook })).status, 403);
  assert.equal((await call(site, 'GET /nothing', { cookie: cook })).status, 403);
  assert.equal((await call(site, 'POST /dish', { body: { name: 'Free lunch' } })).status, 401);
  const denials = await rows(site, '_audit', ['action', 'detail']);
  const detail = JSON.stringify({ method: 'GET', path: '/dish' });
  assert.deepEqual(
    denials.findLast((entry) => entry['detail'] === detail),
    { action: 'access.denied', detail },
  );
});

void test('what holds secrets is never a table of the API', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site);
  for (const table of ['_credential', '_session', '_setup', '_user']) {
    assert.equal((await call(site, `GET /${table}`, { cookie })).status, 403, table);
    assert.equal((await call(site, `POST /tables/${table}`, { cookie, body: {} })).status, 403, table);
  }
  const schema = await call(site, 'GET /schema', { cookie });
  assert.doesNotMatch(JSON.stringify(schema.json), /secret|_credential|_session/);
  assert.equal((await call(site, 'GET /_audit', { cookie })).status, 200);
  assert.equal((await call(site, 'POST /_audit', { cookie, body: {} })).status, 403);
  const relation = await call(site, 'GET /_audit?_user.email.like=a', { cookie });
  assert.equal(relation.status, 400);
});

const lists: readonly [string, string[]][] = [
  ['', ['Tagliatelle', 'Gnocchi']],
  ['sort=name', ['Gnocchi', 'Tagliatelle']],
  ['price.max=13', ['Gnocchi']],
  ['section.name=pasta&sort=-price', ['Tagliatelle', 'Gnocchi']],
  ['q=tag', ['Tagliatelle']],
  ['!vegetarian', ['Gnocchi']],
  ['name=nothing', []],
];

void test('lists speak the grammar of pages', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site);
  const gnocchi = await dishNamed(site, cookie, 'Gnocchi');
  await call(site, `PATCH /dish/${gnocchi.id}`, { cookie, body: { vegetarian: false } });
  const tagliatelle = await dishNamed(site, cookie, 'Tagliatelle');
  await call(site, `PATCH /dish/${tagliatelle.id}`, { cookie, body: { vegetarian: true } });
  for (const [query, names] of lists) {
    const reply = await call(site, `GET /dish?${query}&_total`, { cookie });
    assert.deepEqual(
      dishesOf(reply).map(({ name }) => name),
      names,
      query,
    );
    assert.deepEqual([reply.at('total'), reply.at('next')], [names.length, null], query);
  }
  for (const query of [
    'utm_source=x',
    'price.max=x',
    'sort=nothing',
    'name={id}',
    'limit=501',
    'limit=0',
    '_after=x',
  ]) {
    const reply = await call(site, `GET /dish?${query}`, { cookie });
    assert.deepEqual([reply.status, reply.at('code')], [400, 'query'], query);
  }
});

for (const database of ['SQLite', 'PostgreSQL']) {
  void test(`a cursor goes through all rows once, in any order, while others come and go (${database})`, async (t) => {
    const server = database === 'PostgreSQL' ? await startPostgres({ fsync: false }) : undefined;
    if (server) t.after(() => server.stop());
    const site = await serveFiles(t, restaurant, server ? { databaseUrl: server.url } : {});
    const cookie = await signedIn(site, 'admin', server?.url);
    for (let i = 0; i < 11; i++) {
      const body = { name: `Dish ${i % 3}`, price: i % 4 === 0 ? null : `${i % 5}.5`, vegetarian: i % 2 === 0 };
      assert.equal((await call(site, 'POST /dish', { cookie, body })).status, 201);
    }
    for (const sort of [
      '',
      'name',
      '-name,price',
      'price',
      '-price',
      'vegetarian,-name',
      '-section.name',
      'created_at',
    ]) {
      const all = dishesOf(await call(site, `GET /dish?sort=${sort}`, { cookie })).map(({ id }) => id);
      const found: string[] = [];
      let next: string | null = '';
      while (next !== null) {
        const reply = await call(site, `GET /dish?sort=${sort}&limit=3&_after=${next}`, { cookie });
        found.push(...dishesOf(reply).map(({ id }) => id));
        next = reply.at('next') as string | null;
      }
      assert.deepEqual(found, all, sort);
      assert.equal(new Set(found).size, 13);
    }
    const first = await call(site, 'GET /dish?sort=name&limit=2', { cookie });
    const [, second] = dishesOf(first);
    await call(site, `DELETE /dish/${second!.id}`, { cookie });
    const rest = await call(site, `GET /dish?sort=name&_after=${String(first.at('next'))}`, { cookie });
    assert.equal(dishesOf(rest).length, 11, 'the row it came after is gone');
    const otherOrder = await call(site, `GET /dish?sort=price&_after=${String(first.at('next'))}`, { cookie });
    assert.equal(otherOrder.status, 400);
  });
}

void test('a row is added, read and deleted; fields that cannot stand are told', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site);
  const added = await call(site, 'POST /message', { cookie, body: { name: 'Ada', guests: 2 } });
  assert.equal(added.status, 201);
  const location = added.headers.get('location')!;
  assert.equal(location, `/api/message/${String(added.at('id'))}`);
  const read = await call(site, `GET /message/${String(added.at('id'))}`, { cookie });
  assert.deepEqual([read.json, read.headers.get('etag')], [added.json, '"1"']);
  const again = await call(site, `GET /message/${String(added.at('id'))}`, {
    cookie,
    headers: { 'if-none-match': '"1"' },
  });
  assert.equal(again.status, 304);
  const wrong = await call(site, 'POST /message', { cookie, body: { guests: 40, role: 'admin' } });
  assert.deepEqual(
    [wrong.status, wrong.at('errors', 0, 'field'), wrong.at('errors', 0, 'code')],
    [422, 'role', 'unknown'],
  );
  const limits = await call(site, 'POST /message', { cookie, body: { guests: 40, name: 'A name that is too long' } });
  const codes = (limits.at('errors') as { field: string; code: string }[]).map(({ field, code }) => `${field} ${code}`);
  assert.deepEqual(codes, ['name maxLength', 'guests max']);
  const missing = await call(site, 'POST /message', { cookie, body: { guests: '2' } });
  assert.deepEqual(
    [missing.status, missing.at('errors', 0, 'field'), missing.at('errors', 0, 'code')],
    [422, 'guests', 'type'],
  );
  for (const field of ['id', 'created_at', 'author', 'updated_at']) {
    const forged = await call(site, 'POST /message', { cookie, body: { name: 'Eve', [field]: 'x' } });
    assert.equal(forged.status, 422, field);
  }
  assert.equal((await call(site, `DELETE /message/${String(added.at('id'))}`, { cookie })).status, 200);
  assert.equal((await call(site, `GET /message/${String(added.at('id'))}`, { cookie })).status, 404);
  assert.equal((await call(site, `DELETE /message/${String(added.at('id'))}`, { cookie })).status, 404);
});

void test('two editors of one row: 412 by If-Match, 409 by version, with both rows', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site);
  const { id } = await dishNamed(site, cookie, 'Gnocchi');
  const path = `/dish/${id}`;
  const first = await call(site, `PATCH ${path}`, { cookie, body: { price: '13' }, headers: { 'if-match': '"1"' } });
  assert.equal(first.status, 200);
  const etag = await call(site, `PATCH ${path}`, { cookie, body: { price: '20' }, headers: { 'if-match': '"1"' } });
  const body = await call(site, `PATCH ${path}`, { cookie, body: { price: '20', version: 1 } });
  assert.deepEqual([etag.status, body.status], [412, 409]);
  for (const reply of [etag, body]) {
    assert.equal(reply.at('code'), 'version');
    assert.deepEqual([reply.at('current', 'price'), reply.at('current', 'version')], ['13', 2]);
    assert.deepEqual(reply.at('submitted'), { price: '20' });
  }
  assert.equal((await call(site, `DELETE ${path}`, { cookie, headers: { 'if-match': '"1"' } })).status, 412);
  assert.equal((await call(site, `DELETE ${path}`, { cookie, headers: { 'if-match': 'W/"2"' } })).status, 412);
  assert.equal((await call(site, `PATCH ${path}`, { cookie, body: { price: '14', version: 2 } })).status, 200);
  assert.equal((await call(site, `DELETE ${path}`, { cookie, headers: { 'if-match': '*' } })).status, 200);
});

void test('history says who changed what; undo takes it back; several go and return as one', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site);
  const { id } = await dishNamed(site, cookie, 'Gnocchi');
  const changed = await call(site, `PATCH /dish/${id}`, { cookie, body: { price: '13' } });
  const history = await call(site, `GET /dish/${id}/history`, { cookie });
  assert.deepEqual(history.at('entries', 0, 'values', 'price'), { before: '12', after: '13' });
  assert.equal(history.at('entries', 0, 'actor', 'name'), 'admin@example.org');
  assert.equal(history.at('entries', 0, 'change'), Number(changed.headers.get('backlot-change')));
  assert.equal(history.at('entries', 1, 'operation'), 'insert');
  const undone = await call(site, `POST /changes/${changed.headers.get('backlot-change')}/undo`, { cookie });
  assert.equal(undone.status, 200);
  assert.equal((await dishNamed(site, cookie, 'Gnocchi')).price, '12');
  const conflict = await call(site, `POST /changes/${changed.headers.get('backlot-change')}/undo`, { cookie });
  assert.deepEqual([conflict.status, conflict.at('current', 'price')], [409, '12']);
  const all = dishesOf(await call(site, 'GET /dish', { cookie }));
  const gone = await call(site, `DELETE /dish?${all.map((dish) => `id=${dish.id}`).join('&')}`, { cookie });
  assert.equal(gone.status, 200);
  assert.deepEqual(dishesOf(await call(site, 'GET /dish', { cookie })), []);
  await call(site, `POST /changes/${String(gone.at('change'))}/undo`, { cookie });
  assert.deepEqual(
    dishesOf(await call(site, 'GET /dish', { cookie })).map((dish) => dish.id),
    all.map((dish) => dish.id),
  );
  assert.equal((await call(site, 'POST /changes/999999/undo', { cookie })).status, 404);
  assert.equal((await call(site, 'POST /changes/1/undo', { cookie })).status, 404, 'a change of the schema');
  assert.equal((await call(site, 'DELETE /dish', { cookie })).status, 400, 'not everything by mistake');
});

void test('rows are put in another order by hand', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site);
  for (const name of ['One', 'Two', 'Three']) await call(site, 'POST /section', { cookie, body: { name } });
  const sections = async () =>
    (await call(site, 'GET /section', { cookie })).at('rows') as readonly { id: string; name: string }[];
  const names = async () => (await sections()).map(({ name }) => name);
  const [pasta, one, two] = await sections();
  assert.equal((await call(site, `POST /section/${two!.id}/move`, { cookie, body: { after: pasta!.id } })).status, 200);
  assert.deepEqual(await names(), ['Pasta', 'Two', 'One', 'Three']);
  await call(site, `POST /section/${pasta!.id}/move`, { cookie, body: { after: one!.id } });
  assert.deepEqual(await names(), ['Two', 'One', 'Pasta', 'Three']);
  await call(site, `POST /section/${one!.id}/move`, { cookie, body: { after: null } });
  assert.deepEqual(await names(), ['One', 'Two', 'Pasta', 'Three']);
  assert.equal((await call(site, `POST /section/${one!.id}/move`, { cookie, body: { after: 'x' } })).status, 422);
});

const bodies: readonly [string, string, number][] = [
  ['no JSON', '{"name":', 400],
  ['an array', '[]', 422],
  ['a word', 'null', 422],
  ['__proto__', '{"__proto__": {"name": "x"}}', 400],
  ['too deep', `{"name": ${'['.repeat(32)}${']'.repeat(32)}}`, 400],
  ['too large', `{"name": "${'x'.repeat(1024 * 1024)}"}`, 413],
];

void test('hostile bodies are refused, and the server stays up', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site);
  for (const [what, body, status] of bodies) {
    const reply = await call(site, 'POST /section', { cookie, body });
    assert.deepEqual([reply.status, reply.headers.get('content-type')], [status, 'application/problem+json'], what);
  }
  const type = await call(site, 'POST /section', { cookie, body: '{}', headers: { 'content-type': 'text/plain' } });
  assert.equal(type.status, 415);
  const packed = await call(site, 'POST /section', { cookie, body: '{}', headers: { 'content-encoding': 'gzip' } });
  assert.equal(packed.status, 415);
  const method = await call(site, 'PUT /section', { cookie, body: {} });
  assert.deepEqual([method.status, method.headers.get('allow')], [405, 'GET, HEAD, POST, DELETE, OPTIONS']);
  for (const path of ['/section/%ff', '//', '/section//', '/__proto__', '/constructor', '/section/x/y/z']) {
    assert.ok([401, 404].includes((await call(site, `GET ${path}`, { cookie })).status), path);
  }
  assert.equal((await call(site, 'GET /section', { cookie })).status, 200);
  assert.deepEqual(site.log.lines, []);
});

void test('a file is uploaded, held by a row, and sent as an attachment', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site);
  const upload = async (name: string, bytes: Uint8Array, type: string): Promise<Response> => {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(bytes)], { type }), name);
    return await fetch(`${site.address}/api/files`, {
      method: 'POST',
      body: form,
      headers: { cookie, origin: site.address },
    });
  };
  const recipe = Buffer.from('Two eggs, and flour as it asks for.\n');
  const kept = await upload('recipe.txt', recipe, 'text/plain');
  assert.equal(kept.status, 201);
  const { files } = (await kept.json()) as { files: { path: string; size: number }[] };
  const path = files[0]!.path;
  assert.match(path, /^\/_backlot\/files\/[0-9a-f]{32}\.txt$/);
  const name = path.split('/').at(-1)!;
  assert.equal((await site.get(path)).status, 404, 'no page shows it to visitors');
  const row = await call(site, 'POST /message', { cookie, body: { name: 'Ada', photo: path } });
  assert.equal(row.status, 201, JSON.stringify(row.json));
  const sent = await fetch(`${site.address}/api/files/${name}`, { headers: { cookie } });
  assert.deepEqual(Buffer.from(await sent.arrayBuffer()), recipe);
  assert.match(sent.headers.get('content-disposition')!, /^attachment/);
  assert.match(sent.headers.get('content-security-policy')!, /sandbox/);
  assert.equal((await call(site, `GET /files/${name}`)).status, 401);
  const lie = await upload('cake.png', Buffer.from('<script>alert(1)</script>'), 'image/png');
  assert.equal(lie.status, 422);
  const gone = `/_backlot/files/${'0'.repeat(32)}.png`;
  const lost = await call(site, 'POST /message', { cookie, body: { name: 'Ada', photo: gone } });
  assert.deepEqual([lost.status, lost.at('errors', 0, 'field')], [422, 'photo']);
});

void test('the schema tells the admin what there is', async (t) => {
  const site = await serveFiles(t, {
    ...restaurant,
    'files.html': '<form name=files method=post><input name=a></form>',
  });
  const cookie = await signedIn(site);
  const schema = await call(site, 'GET /schema', { cookie });
  interface Told {
    readonly name: string;
    readonly path: string;
    readonly isSubmissions: boolean;
    readonly paths: readonly string[];
    readonly may: readonly string[];
    readonly children: readonly { table: string }[];
    readonly columns: readonly { name: string; type: unknown; required: boolean; constraints: unknown }[];
  }
  const tables = schema.at('tables') as readonly Told[];
  const named = (name: string): Told => tables.find((table) => table.name === name)!;
  assert.deepEqual(
    [named('message').isSubmissions, named('message').paths, named('message').may],
    [true, ['/contact'], ['insert', 'update', 'delete']],
  );
  assert.deepEqual([named('dish').isSubmissions, named('dish').paths], [false, ['/']]);
  assert.deepEqual(named('section').children, [{ table: 'dish', column: 'section' }]);
  const guests = named('message').columns.find(({ name }) => name === 'guests')!;
  assert.deepEqual([guests.type, guests.constraints], [{ kind: 'integer' }, { min: '1', max: '12' }]);
  assert.deepEqual(named('_spam').may, ['delete']);
  assert.equal(named('files').path, '/api/tables/files');
  const added = await call(site, 'POST /tables/files', { cookie, body: { a: 'x' } });
  assert.equal(added.headers.get('location'), `/api/tables/files/${String(added.at('id'))}`);
  assert.equal((await call(site, `GET /tables/files/${String(added.at('id'))}`, { cookie })).at('a'), 'x');
});

void test('the OpenAPI document is written from the contracts that requests are checked by', async (t) => {
  const site = await serveFiles(t, restaurant);
  const cookie = await signedIn(site);
  const { status, at, json } = await call(site, 'GET /openapi.json', { cookie });
  assert.equal(status, 200);
  assert.equal(at('openapi'), '3.1.0');
  assert.equal(at('components', 'schemas', 'message-insert', 'additionalProperties'), false);
  assert.equal(at('components', 'schemas', 'message-insert', 'properties', 'name', 'maxLength'), 20);
  assert.ok(at('paths', '/dish/{id}', 'patch', 'requestBody'));
  assert.equal(at('paths', '/session', 'post', 'responses', '201', 'description'), 'Done.');
  const paths = at('paths') as Readonly<Record<string, object>>;
  for (const [path, methods] of Object.entries(paths)) {
    if (!path.startsWith('/dish') && /^\/(?:message|section|_)/.test(path)) continue;
    const written = path.replace('/dish', '/TABLE').replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
    for (const method of Object.keys(methods)) {
      const request = `\`${method.toUpperCase()} ${written}`;
      assert.ok(
        [`${request}\``, `${request}?`].some((each) => reference.includes(each)),
        `docs/api.md: ${request}`,
      );
    }
  }
  const text = JSON.stringify(json);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    assert.ok(at('components', 'schemas', name!), name);
  }
});
