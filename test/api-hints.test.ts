import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, signedIn } from './api.ts';
import { serveFiles } from './served.ts';

const files = {
  'index.html': `<!doctype html><title>Home</title><ul data-list="dish"><li itemscope><img itemprop="photo" src="img/a b.svg" alt="">
    <h2 itemprop="name">Norma</h2><span itemprop="rating" data-format="stars:5">★★★★☆</span></li></ul>`,
  'about/us.html': '<!doctype html><title>About</title><p>Us',
  '404.html': '<!doctype html><title>Gone</title><p>Gone',
  'contact.html': `<!doctype html><title>Contact</title><form method=post name=message>
    <label>Mail <input type=email name=mail required></label>
    <label>Papers <input type=file name=papers accept=".pdf" multiple></label>
    <label><input type=radio name=how value=phone> By phone</label><label><input type=radio name=how value=post> By post</label>
    <select name=size><option value="">Choose<option value=s>Small<option value=l>Large</select><button>Send</button></form>`,
  'img/a b.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
};

test('the schema says how pages show and ask for a column', async (t) => {
  const site = await serveFiles(t, files);
  const cookie = await signedIn(site);
  const { json } = await call(site, 'GET /schema', { cookie });
  const { tables } = json as { tables: { name: string; columns: { name: string; hints?: object }[] }[] };
  const hints = (table: string): object =>
    Object.fromEntries(
      tables
        .find(({ name }) => name === table)!
        .columns.filter((column) => column.hints)
        .map((column) => [column.name, column.hints]),
    );
  assert.deepEqual(hints('dish'), {
    photo: { shownBy: ['img'] },
    name: { shownBy: ['h2'] },
    rating: { shownBy: ['span'], format: 'stars:5' },
  });
  assert.deepEqual(hints('message'), {
    mail: { control: 'email' },
    papers: { control: 'file', accept: '.pdf', multiple: true },
    how: {
      control: 'radio',
      choices: [
        { value: 'phone', label: 'By phone' },
        { value: 'post', label: 'By post' },
      ],
    },
    size: {
      control: 'select',
      choices: [
        { value: 's', label: 'Small' },
        { value: 'l', label: 'Large' },
      ],
    },
  });
});

test('pages and pictures of the site are named, to staff only', async (t) => {
  const site = await serveFiles(t, files);
  assert.equal((await call(site, 'GET /site')).status, 401);
  const { json } = await call(site, 'GET /site', { cookie: await signedIn(site) });
  assert.deepEqual(json, {
    timeZone: 'Europe/Rome',
    pages: ['/about/us', '/contact', '/'],
    pictures: ['/img/a%20b.svg'],
  });
});
