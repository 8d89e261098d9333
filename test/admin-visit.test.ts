import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { builtAdmin } from './admin.ts';
import { startBrowser } from './browser.ts';
import { serveFolder } from './served.ts';
import type { Served } from './served.ts';

/*
 * The owner of the restaurant at work, in a real browser, with the page's own strict policy in force.
 */
const owner = { email: 'owner@alfico.example', password: 'quiet fig tree garden' };
const booking = {
  date: '2026-12-12',
  time: '20:00',
  guests: '4',
  seating: 'garden',
  name: 'Ada Rossi',
  email: 'ada@example.org',
  phone: '+39 051 555 0101',
  occasion: 'birthday',
  notes: 'A quiet corner, please: my mother is turning eighty and hears little of what is said.',
};

let chromium: Awaited<ReturnType<typeof startBrowser>>;
let axe: string;

before(async () => {
  await builtAdmin();
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  chromium = await startBrowser();
});
after(() => chromium.stop());

/** The example with its owner signed in, and whatever the browser complained about. */
async function signedIn(
  t: TestContext,
  options: Parameters<typeof chromium.browser.newContext>[0] = {},
): Promise<{
  readonly site: Served;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[];
}> {
  const site = await serveFolder(t, 'examples/trattoria');
  const link = (await site.setupLink()) ?? '';
  const token = link.slice(link.indexOf('#') + 1);
  const answer = await fetch(`${site.address}/api/setup`, {
    method: 'POST',
    body: JSON.stringify({ token, ...owner }),
    headers: { 'content-type': 'application/json', origin: site.address },
  });
  assert.equal(answer.status, 201);
  const context = await chromium.browser.newContext({ locale: 'en-GB', ...options });
  t.after(() => context.close());
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  const equals = cookie.indexOf('=');
  await context.addCookies([{ name: cookie.slice(0, equals), value: cookie.slice(equals + 1), url: site.address }]);
  const complaints: string[] = [];
  const page = await pageOf(context, complaints);
  return { site, page, context, complaints };
}

async function pageOf(context: BrowserContext, complaints: string[]): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What the server refuses on purpose is logged by the browser itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  return page;
}

async function assertAccessible(page: Page): Promise<void> {
  // What moves in is judged once it stands still.
  await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null)))');
  const { violations } = (await page.evaluate(
    `${axe}; axe.run(document, { resultTypes: ['violations'] })`,
  )) as AxeResults;
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
  assert.deepEqual(told, [], page.url());
}

test('the link of the terminal makes the first account, once; then one signs in', async (t) => {
  const site = await serveFolder(t, 'examples/trattoria');
  const complaints: string[] = [];
  const context = await chromium.browser.newContext({ locale: 'en-GB' });
  t.after(() => context.close());
  const page = await pageOf(context, complaints);
  const link = (await site.setupLink()) ?? '';
  await page.goto(link);
  await page.getByLabel('Your email address').fill(owner.email);
  await assertAccessible(page);
  assert.equal(new URL(page.url()).hash, '', 'the token is not left in the address');
  await page.getByLabel('Choose a password').fill('owner@alfico.example!');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByText('among the first that anyone would guess').waitFor();
  await page.getByLabel('Choose a password').fill(owner.password);
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('link', { name: 'Inbox' }).first().waitFor();

  await page.getByRole('button', { name: /Your account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await assertAccessible(page);
  await page.goto(link);
  await page.getByLabel('Your email address').fill('thief@example.org');
  await page.getByLabel('Choose a password').fill('another long passphrase here');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByText('This link is no longer valid').waitFor();
  await page.getByRole('link', { name: 'Sign in instead' }).click();
  await page.getByLabel('Email', { exact: true }).fill(owner.email);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Address or password is not right.').waitFor();
  await page.getByLabel('Password').fill(owner.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: /Your account/ }).waitFor();
  assert.deepEqual(complaints, []);
});

test('what a visitor sends is read, answered, deleted and brought back', async (t) => {
  const { site, page, complaints } = await signedIn(t);
  assert.equal((await site.post('/book?form=booking', booking)).status, 303);
  await page.goto(`${site.address}/admin/inbox`);
  const message = page.getByRole('link', { name: /Ada Rossi/ });
  assert.match((await message.getAttribute('class')) ?? '', /unread/);
  await assertAccessible(page);
  await message.click();
  await page.getByRole('heading', { name: 'Ada Rossi' }).waitFor();
  assert.equal(await page.getByText(booking.notes).last().isVisible(), true);
  assert.equal(await page.locator('dt', { hasText: 'Guests' }).locator('xpath=following-sibling::dd').innerText(), '4');
  const reply = await page.getByRole('link', { name: 'Reply by mail' }).getAttribute('href');
  assert.match(reply ?? '', /^mailto:ada@example\.org\?subject=/);
  assert.doesNotMatch((await message.getAttribute('class')) ?? '', /unread/);
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Deleted.').waitFor();
  await message.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await message.waitFor();
  assert.deepEqual(complaints, []);
});

test('a price changed here is the price on the menu', async (t) => {
  const { site, page, complaints } = await signedIn(t);
  assert.match(await (await site.get('/menu')).text(), /value="11">€11\.00/);
  await page.goto(`${site.address}/admin/tables/dish`);
  await page.getByText('35 entries').waitFor();
  await assertAccessible(page);
  await page.getByRole('searchbox', { name: 'Search' }).fill('burrata');
  await page.getByText('1 entry').waitFor();
  await page.getByRole('link', { name: 'Burrata e pomodori' }).click();
  await page.getByLabel('Price').fill('eleven');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('This is no number.').waitFor();
  assert.equal(await page.locator('#field-price:focus').count(), 1);
  await assertAccessible(page);
  await page.getByLabel('Price').fill('12,50');
  await page.keyboard.press('Control+s');
  await page.getByText('Saved.').waitFor();
  assert.match(await (await site.get('/menu')).text(), /value="12\.5">€12\.50/);
  assert.equal(await page.getByRole('link', { name: '/menu/burrata-e-pomodori' }).count(), 1);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.getByText('Undone.').waitFor();
  assert.equal(await page.getByLabel('Price').inputValue(), '11.00');
  assert.match(await (await site.get('/menu')).text(), /value="11">€11\.00/);
  assert.deepEqual(complaints, []);
});

test('the grid sorts, filters, pages through addresses that can be kept, and deletes several at once', async (t) => {
  const { site, page, complaints } = await signedIn(t);
  await page.goto(`${site.address}/admin/tables/dish?price.max=9&sort=-price`);
  const first = page.locator('tbody tr').first();
  await first.getByText('€9.00').waitFor();
  await page.getByRole('button', { name: 'Remove the filter Price at most €9.00' }).click();
  await first.getByText('€32.00').or(first.getByText('€')).first().waitFor();
  await page.getByRole('button', { name: 'Price' }).click();
  await page.waitForURL((url) => url.search === '');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByLabel('Column', { exact: true }).selectOption('Vegetarian');
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Vegetarian is yes').waitFor();
  const vegetarian = await page.locator('tbody tr').count();
  assert.ok(vegetarian > 2 && vegetarian < 35);
  await page.getByLabel('Select Bruschetta al pomodoro').check();
  await page.getByLabel('Select Fiori di zucca').check();
  await page.getByText('2 selected').waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('2 deleted.').waitFor();
  assert.doesNotMatch(await (await site.get('/menu')).text(), /Fiori di zucca/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('All 2 are back.').waitFor();
  assert.match(await (await site.get('/menu')).text(), /Fiori di zucca/);
  assert.deepEqual(complaints, []);
});

test('two people at one row: both values are shown, and nothing typed is lost', async (t) => {
  const { site, page, context, complaints } = await signedIn(t);
  await page.goto(`${site.address}/admin/tables/dish?q=burrata`);
  await page.getByRole('link', { name: 'Burrata e pomodori' }).click();
  await page.getByLabel('Price').fill('13');
  const other = await pageOf(context, complaints);
  await other.goto(page.url());
  await other.getByLabel('Price').fill('14');
  await other.getByLabel('Summary', { exact: true }).fill('A whole burrata, cold.');
  await other.getByRole('button', { name: 'Save', exact: true }).click();
  await other.getByText('Saved.').waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Somebody else has changed this entry' });
  await dialog.getByText('€13.00').waitFor();
  assert.equal(await dialog.getByText('€14.00').count(), 1);
  assert.equal(await dialog.getByText('A whole burrata, cold.').count(), 1);
  await assertAccessible(page);
  await dialog.getByRole('button', { name: 'Save what I chose' }).click();
  await page.getByText('Saved.').waitFor();
  const html = await (await site.get('/menu')).text();
  assert.match(html, /value="13">€13\.00/);
  assert.match(html, /A whole burrata, cold\./);
  assert.deepEqual(complaints, []);
});

test('what was typed survives a lost connection, leaving by mistake, and a closed page', async (t) => {
  const { site, page, context, complaints } = await signedIn(t);
  await page.goto(`${site.address}/admin/tables/dish?q=burrata`);
  await page.getByRole('link', { name: 'Burrata e pomodori' }).click();
  await page.getByLabel('Price').fill('15');
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('The server cannot be reached.').waitFor();
  assert.equal(await page.getByLabel('Price').inputValue(), '15');
  await context.setOffline(false);
  await page.getByRole('link', { name: 'Inbox' }).first().click();
  await page.getByRole('button', { name: 'Keep editing' }).click();
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await page.getByText('Your unsaved changes are back').waitFor();
  assert.equal(await page.getByLabel('Price').inputValue(), '15');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  assert.match(await (await site.get('/menu')).text(), /value="15">€15\.00/);
  assert.deepEqual(complaints, []);
});

test('a session that ends asks for the password where one is, and keeps what was typed', async (t) => {
  const { site, page, context } = await signedIn(t);
  await page.goto(`${site.address}/admin/tables/dish/new`);
  await page.getByLabel('Name').fill('Passatelli');
  await context.clearCookies();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.getByLabel('Password').fill(owner.password);
  await assertAccessible(page);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { name: 'Passatelli' }).waitFor();
});

test('on a phone and in the dark everything is there too', async (t) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: 'dark' } as const;
  const { site, page, complaints } = await signedIn(t, phone);
  await site.post('/book?form=booking', booking);
  await page.goto(`${site.address}/admin/inbox`);
  await page.getByRole('link', { name: /Ada Rossi/ }).click();
  await page.getByRole('link', { name: 'Reply by mail' }).waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Open the menu' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Dish' }).click();
  await page.getByText('35 entries').waitFor();
  await assertAccessible(page);
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  assert.ok(width <= 390, `${width}px wide`);
  assert.deepEqual(complaints, []);
});
