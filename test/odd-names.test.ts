import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { folderOf, serveFolder } from './served.ts';

/** What every plain object in JavaScript has: an author may call a field or a table so all the same. */
const oddNames = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'watch'];

function pageOf(table: string): string {
  const fields = oddNames.map((name) => `<label>${name} <input name="${name}" maxlength=40></label>`).join('\n');
  const shown = oddNames.map((name) => `<b itemprop="${name}">sample ${name}</b>`).join(' ');
  return `<!doctype html><html lang=en><title>Odd names</title>
<ul data-list="${table}?sort=constructor" data-as=anyone><li itemscope>${shown}</li></ul>
<form method=post data-save="${table}">${fields}<button>Save</button></form>`;
}

async function serveNamed(t: TestContext, table: string): Promise<Awaited<ReturnType<typeof serveFolder>>> {
  return await serveFolder(t, await folderOf(t, { 'index.html': pageOf(table) }));
}

for (const table of ['note', 'constructor', 'toString']) {
  void test(`fields called as parts of every object are fields like any other, in table ${table}`, async (t) => {
    const site = await serveNamed(t, table);
    const first = await site.get('/');
    assert.equal(first.status, 200);
    const page = await first.text();
    assert.match(page, /sample constructor/);
    const action = /action="([^"]+)"/.exec(page)?.[1] ?? '/';
    const answer = await site.post(action, Object.fromEntries(oddNames.map((name) => [name, `my ${name}`])));
    assert.equal(answer.status, 303, await answer.text());
    const shown = await (await site.get('/')).text();
    for (const name of oddNames) assert.match(shown, new RegExp(`<b[^>]*>my ${name}</b>`));
    assert.match(await (await site.get('/?valueof=my+valueOf')).text(), /my constructor/);
  });
}

void test('a field that would reach for the prototype is refused by name, and takes no other page down', async (t) => {
  const site = await serveFolder(
    t,
    await folderOf(t, {
      'index.html': `<!doctype html><title>One</title><form method=post data-save=note>
<input name=__proto__ required><input name=say></form>`,
      'other.html': '<!doctype html><title>Other</title><p>still here',
    }),
  );
  assert.match(site.notices.join(), /index\.html:2:1: error: A control may not be named `__proto__`/);
  const fields: [string, string][] = [
    ['__proto__', 'polluted'],
    ['say', 'hello'],
  ];
  assert.equal((await site.post('/?form=note', fields)).status, 400);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
  assert.match(await (await site.get('/other')).text(), /still here/);
});
