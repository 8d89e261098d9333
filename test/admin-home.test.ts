import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { builtAdmin } from './admin.ts';
import { call } from './api.ts';
import type { ApiReply } from './api.ts';
import { startBrowser } from './browser.ts';
import { serveFiles } from './served.ts';
import type { Served } from './served.ts';

/*
 * The owner at home: what needs attention, what was changed and how it is taken back, the order made by hand, and the
 * inbox on more than one device.
 */
const site: Record<string, string> = {
  'index.html': `<!DOCTYPE html><html lang=en><title>Menu</title><ul data-list=dish>
<li itemscope><b itemprop=name>Norma</b> <data itemprop=price value=12>€12.00</data></li>
<li itemscope><b itemprop=name>Gnocchi</b> <data itemprop=price value=14.5>€14.50</data></li>
<li itemscope><b itemprop=name>Lasagne</b> <data itemprop=price value=13>€13.00</data></li></ul>`,
  'contact.html': `<!DOCTYPE html><html lang=en><title>Contact</title><form name=message method=post netlify-honeypot=nickname>
<input name=name required><input type=email name=email><textarea name=text></textarea><input name=nickname hidden>
<button>Send</button></form>`,
  'book.html': `<!DOCTYPE html><html lang=en><title>Guest book</title>
<ul data-list="entry?approved" data-as=anyone><li itemscope><b itemprop=text>Lovely</b></li></ul>
<form data-save=entry method=post><input name=text required><button>Write</button></form>`,
};
const owner = { email: 'owner@alfico.example', password: 'quiet fig tree garden', name: 'Paola Conti' };

let chromium: Awaited<ReturnType<typeof startBrowser>>;
let axe: string;

before(async () => {
  await builtAdmin();
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  chromium = await startBrowser();
});
after(() => chromium.stop());

type Look = Parameters<typeof chromium.browser.newContext>[0];

interface World {
  readonly served: Served;
  readonly cookie: string;
  readonly complaints: string[];
  /** A page of the admin on a device of its own. */
  readonly open: (path: string, look?: Look) => Promise<Page>;
  readonly ask: (request: string, body?: unknown) => Promise<ApiReply>;
}

/** The site with its owner signed in. */
async function world(t: TestContext): Promise<World> {
  const served = await serveFiles(t, site);
  const link = (await served.setupLink()) ?? '';
  const made = await call(served, 'POST /setup', { body: { token: link.slice(link.indexOf('#') + 1), ...owner } });
  assert.equal(made.status, 201);
  const cookie = made.headers.get('set-cookie')?.split(';')[0] ?? '';
  const complaints: string[] = [];
  return {
    served,
    cookie,
    complaints,
    ask: (request, body) => call(served, request, { cookie, body }),
    async open(path, look) {
      const context = await chromium.browser.newContext({ locale: 'en-GB', ...look });
      t.after(() => context.close());
      const equals = cookie.indexOf('=');
      const { address } = served;
      await context.addCookies([{ name: cookie.slice(0, equals), value: cookie.slice(equals + 1), url: address }]);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // What the server refuses on purpose is logged by the browser itself.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          complaints.push(message.text());
      });
      await page.goto(`${address}/admin${path}`);
      return page;
    },
  };
}

async function send(served: Served, name: string, more: Record<string, string> = {}): Promise<void> {
  const email = `${name.toLowerCase()}@example.org`;
  assert.equal((await served.post('/contact', { name, email, text: `From ${name}.`, ...more })).status, 303);
}

async function assertAccessible(page: Page): Promise<void> {
  // What moves in is judged once it stands still.
  await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null)))');
  const { violations } = (await page.evaluate(
    `${axe}; axe.run(document, { resultTypes: ['violations'] })`,
  )) as AxeResults;
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
  assert.deepEqual(told, [], page.url());
  const [wide, view] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]');
  assert.ok(wide <= view, `${wide}px wide in ${view}px`);
}

test('the start page tells what needs attention, what was sent and what was changed', async (t) => {
  const { served, open, ask, complaints } = await world(t);
  for (const name of ['Ada', 'Bob', 'Cleo', 'Dana']) await send(served, name);
  assert.equal((await served.post('/book', { text: 'Not seen yet' })).status, 303);
  const id = String((await ask('GET /dish')).at('rows', 0, 'id'));
  await ask(`PATCH /dish/${id}`, { price: '12.5' });
  const page = await open('/');
  await page.getByRole('heading', { level: 1, name: /^Good \w+, Paola$/ }).waitFor();
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await attention.getByRole('heading', { name: 'Message: 4 unread messages' }).waitFor();
  assert.equal(await attention.getByRole('link', { name: /Dana/ }).count(), 1);
  assert.equal(await attention.getByRole('link', { name: /Ada/ }).count(), 0, 'the newest three');
  assert.equal(await attention.getByRole('heading', { name: 'Entry: 1 entry waits to be shown' }).count(), 1);
  const chart = page.getByRole('slider', { name: /Sent by visitors in the last 30 days/ });
  assert.match((await chart.getAttribute('aria-valuetext')) ?? '', /Message 4/);
  await chart.focus();
  await page.keyboard.press('ArrowLeft');
  assert.match((await chart.getAttribute('aria-valuetext')) ?? '', /: 0$/);
  await page.getByRole('region', { name: 'Recent changes' }).getByRole('link', { name: 'Norma' }).waitFor();
  assert.equal(await page.getByRole('link', { name: '/contact' }).count(), 1);
  await assertAccessible(page);
  await attention.getByRole('link', { name: 'Look at them' }).click();
  await page.getByText('Approved is no').waitFor();
  await page.getByRole('link', { name: 'Not seen yet' }).waitFor();
  assert.deepEqual(complaints, []);
});

test('a site that is new says what will be here', async (t) => {
  const { open, complaints } = await world(t);
  const page = await open('/', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true });
  await page.getByText('Nothing has been changed yet').waitFor();
  await assertAccessible(page);
  await page.goto(page.url().replace(/\/admin\/?$/, '/admin/changes'));
  await page.getByRole('heading', { name: 'No changes yet' }).waitFor();
  await assertAccessible(page);
  await page.goto(page.url().replace('/changes', '/inbox?show=spam'));
  await page.getByRole('heading', { name: 'No spam' }).waitFor();
  await assertAccessible(page);
  assert.deepEqual(complaints, []);
});

test('what was deleted is brought back later, and what was changed is taken back from the row', async (t) => {
  const { served, open, ask, complaints } = await world(t);
  const id = String((await ask('GET /dish?name=Gnocchi')).at('rows', 0, 'id'));
  await ask(`PATCH /dish/${id}`, { price: '15.5' });
  await ask(`DELETE /dish/${id}`);
  const page = await open('/tables/dish');
  await page.getByText('2 entries').waitFor();
  await page.getByRole('link', { name: 'Recently deleted' }).click();
  await page.getByText('Gnocchi', { exact: true }).first().waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Bring back' }).click();
  await page.getByText('It is back', { exact: true }).waitFor();
  assert.match(await (await served.get('/')).text(), /Gnocchi/);
  await page.getByRole('link', { name: 'Gnocchi' }).click();
  const side = page.getByRole('complementary', { name: 'About this entry' });
  await side.getByText('€15.50').waitFor();
  await assertAccessible(page);
  await side.getByRole('button', { name: /^Take back: Changed/ }).click();
  await page.getByText('Undone.').waitFor();
  await page.locator('#field-price[value^="14"]').waitFor();
  assert.match(await (await served.get('/')).text(), /€14\.50/);
  assert.deepEqual(complaints, []);
});

test('a change that somebody has built upon says why it cannot be taken back', async (t) => {
  const { open, ask } = await world(t);
  const id = String((await ask('GET /dish?name=Norma')).at('rows', 0, 'id'));
  await ask(`PATCH /dish/${id}`, { price: '20' });
  await ask(`PATCH /dish/${id}`, { price: '21' });
  const page = await open('/changes?of=dish');
  await page.getByText('€21.00').waitFor();
  await page.getByRole('button', { name: 'Take back' }).last().click();
  await page.getByText('Somebody has changed the same fields since.').waitFor();
  await assertAccessible(page);
});

test('the order made by hand is changed by keyboard, by pointer and by place, and is the order of the page', async (t) => {
  const { served, open, complaints } = await world(t);
  const names = async (): Promise<string> =>
    [...(await (await served.get('/')).text()).matchAll(/itemprop="?name"?>(\w+)/g)].map(([, name]) => name).join(' ');
  const page = await open('/tables/dish');
  const moved = (): Promise<void> => page.getByText('Moved.').last().waitFor();
  const shown = async (...order: string[]): Promise<void> => {
    for (const [index, name] of order.entries())
      await page.locator('tbody tr').nth(index).getByRole('link', { name }).waitFor();
  };
  await page.getByRole('button', { name: 'Move Norma', exact: true }).focus();
  await assertAccessible(page);
  await page.keyboard.press('Space');
  await page.getByText('Norma taken up, at place 1.').waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowDown');
  await page.getByText('Norma is at place 2 of 3.').waitFor({ state: 'attached' });
  await page.keyboard.press('Space');
  await moved();
  await shown('Gnocchi', 'Norma', 'Lasagne');
  assert.equal(await names(), 'Gnocchi Norma Lasagne');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone.').waitFor();
  await shown('Norma', 'Gnocchi', 'Lasagne');

  const from = await page.getByRole('button', { name: 'Move Lasagne', exact: true }).boundingBox();
  const to = await page.getByRole('button', { name: 'Move Norma', exact: true }).boundingBox();
  await page.mouse.move(from!.x + 10, from!.y + 10);
  await page.mouse.down();
  await page.mouse.move(from!.x + 10, from!.y - 10, { steps: 3 });
  await page.mouse.move(to!.x + 10, to!.y + 4, { steps: 8 });
  await page.getByText('Lasagne is at place 1 of 3.').waitFor({ state: 'attached' });
  const saved = page.waitForResponse((response) => response.url().endsWith('/move'));
  await page.mouse.up();
  await saved;
  await shown('Lasagne', 'Norma', 'Gnocchi');
  assert.equal(await names(), 'Lasagne Norma Gnocchi');

  await page.getByRole('button', { name: 'Where Lasagne goes' }).click();
  await page.getByRole('menuitem', { name: 'To place …' }).click();
  await page.getByLabel('Place, counted from the top').fill('2');
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await shown('Norma', 'Lasagne', 'Gnocchi');
  await page.getByRole('button', { name: 'Where Norma goes' }).click();
  await page.getByRole('menuitem', { name: 'To the bottom' }).click();
  await shown('Lasagne', 'Gnocchi', 'Norma');
  await page.getByRole('button', { name: 'Price' }).click();
  await page.getByRole('button', { name: 'Move Norma', exact: true }).waitFor({ state: 'detached' });
  assert.deepEqual(complaints, []);
});

test('what is read on one device is read on the other; several are deleted and come back', async (t) => {
  const { served, open, complaints } = await world(t);
  for (const name of ['Ada', 'Bob', 'Cleo']) await send(served, name);
  const desk = await open('/inbox?of=message');
  await desk.getByRole('link', { name: /Unread: Cleo/ }).waitFor();
  await desk.keyboard.press('j');
  await desk.getByRole('heading', { name: 'Cleo' }).waitFor();
  await desk.keyboard.press('j');
  await desk.getByRole('heading', { name: 'Bob' }).waitFor();
  await desk.getByRole('link', { name: /Unread: Bob/ }).waitFor({ state: 'detached' });
  await assertAccessible(desk);
  const phone = await open('/inbox?of=message', { viewport: { width: 390, height: 844 }, hasTouch: true });
  await phone.getByRole('link', { name: /Unread: Ada/ }).waitFor();
  assert.equal(await phone.getByRole('link', { name: /Unread: (?:Bob|Cleo)/ }).count(), 0);
  await phone.getByLabel('Select Ada').check();
  await phone.getByLabel('Select Cleo').check();
  await phone.getByText('2 selected').waitFor();
  await assertAccessible(phone);
  await phone.getByRole('button', { name: 'Delete' }).click();
  await phone.getByText('2 deleted.').waitFor();
  await phone.getByLabel('Select Cleo').waitFor({ state: 'detached' });
  await phone.getByRole('button', { name: 'Undo' }).click();
  await phone.getByText('All 2 are back.').waitFor();
  await phone.getByLabel('Select Cleo').waitFor();
  const download = phone.waitForEvent('download');
  await phone.getByRole('button', { name: 'Download' }).click();
  const csv = await readFile(await (await download).path(), 'utf8');
  assert.match(csv, /Cleo,cleo@example\.org,From Cleo\./);
  assert.deepEqual(complaints, []);
});

test('what was caught as spam is let through, or cleared away', async (t) => {
  const { served, open, complaints } = await world(t);
  for (const name of ['Ada', 'Robot']) await send(served, name, { nickname: 'filled in' });
  const page = await open('/inbox');
  await page.getByText('Spam', { exact: true }).click();
  const ada = page.getByRole('listitem').filter({ hasText: 'From Ada.' });
  await ada.getByText('From Ada.').first().click();
  await assertAccessible(page);
  await ada.getByRole('button', { name: 'Not spam' }).click();
  await page.getByText('Moved to the inbox.').waitFor();
  await ada.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Delete all spam' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete all spam' }).click();
  await page.getByRole('heading', { name: 'No spam' }).waitFor();
  await page.getByText('All', { exact: true }).click();
  await page.getByRole('link', { name: /Unread: Ada/ }).waitFor();
  assert.equal(await page.getByRole('link', { name: /Robot/ }).count(), 0);
  assert.deepEqual(complaints, []);
});

test('the admin speaks German, and writes numbers and dates so', async (t) => {
  const { served, open, ask, complaints } = await world(t);
  await send(served, 'Ada');
  const id = String((await ask('GET /dish')).at('rows', 0, 'id'));
  await ask(`PATCH /dish/${id}`, { price: '12.5' });
  const page = await open('/', { locale: 'de-DE', colorScheme: 'dark' });
  await page.getByRole('region', { name: 'Zu erledigen' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'de');
  await assertAccessible(page);
  await page.getByRole('link', { name: 'Alle Änderungen' }).click();
  await page.getByText('12,50 €').waitFor();
  await page.getByRole('button', { name: 'Zurücknehmen' }).click();
  await page.getByText('Rückgängig gemacht.').waitFor();
  await assertAccessible(page);
  assert.deepEqual(complaints, []);
});
