import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { builtAdmin } from './admin.ts';
import { addUser, call, cookieOf, password, signIn } from './api.ts';
import { startBrowser } from './browser.ts';
import { startMailServer } from './mail-server.ts';
import type { Clock } from '../src/std/index.ts';
import { serveFiles } from './served.ts';
import type { Served } from './served.ts';

/*
 * Looking after the site in a real browser: users, one's account, mails, tasks, backups, the record.
 */
const pages = {
  'index.html':
    '<!DOCTYPE html><html lang=en><title>Menu</title><ul data-list=dish><li itemscope><b itemprop=name>Tagliatelle</b></ul>',
  'ask.html':
    '<!DOCTYPE html><html lang=en><title>Ask</title><form name=question method=post><label>Name <input name=name></label></form>',
};
const owner = 'owner@alfico.example';

let chromium: Awaited<ReturnType<typeof startBrowser>>;
let axe: string;

before(async () => {
  await builtAdmin();
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  chromium = await startBrowser();
});
after(() => chromium.stop());

interface Visit {
  readonly site: Served;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[];
}

/** A site whose owner is signed in, and whatever the browser complained about. */
async function visit(
  t: TestContext,
  {
    role = 'admin',
    environment = {},
    clock,
    ...browser
  }: {
    readonly role?: string;
    readonly environment?: Record<string, string>;
    readonly clock?: Clock;
  } & NonNullable<Parameters<typeof chromium.browser.newContext>[0]> = {},
): Promise<Visit> {
  const site = await serveFiles(t, pages, {
    environment: { BACKLOT_NOTIFY: owner, ...environment },
    ...(clock ? { clock } : {}),
  });
  await addUser(site, owner, role);
  const context = await chromium.browser.newContext({ locale: 'en-GB', ...browser });
  t.after(() => context.close());
  await enter(site, context, owner);
  const complaints: string[] = [];
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What the server refuses on purpose is logged by the browser itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  return { site, page, context, complaints };
}

async function enter(site: Served, context: BrowserContext, email: string): Promise<void> {
  const cookie = await signIn(site, email);
  const equals = cookie.indexOf('=');
  await context.addCookies([{ name: cookie.slice(0, equals), value: cookie.slice(equals + 1), url: site.address }]);
}

async function assertAccessible(page: Page): Promise<void> {
  // What moves in is judged once it stands still; what says that something is being done never does.
  await page.evaluate(`Promise.all(document.getAnimations()
    .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    .map(({ finished }) => finished.catch(() => null)))`);
  const { violations } = (await page.evaluate(
    `${axe}; axe.run(document, { resultTypes: ['violations'] })`,
  )) as AxeResults;
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
  assert.deepEqual(told, [], page.url());
}

test('a user is added, made an admin, given a password and removed', async (t) => {
  const { site, page, complaints } = await visit(t);
  await page.goto(`${site.address}/admin/users`);
  await page.getByText('You are the only user').waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Add user' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add user' });
  await dialog.getByLabel('Email address').fill('bob@example.org');
  await dialog.getByLabel('Name').fill('Bob Bell');
  await dialog.getByLabel('Password', { exact: true }).fill('bob@example.org');
  await assertAccessible(page);
  await dialog.getByRole('button', { name: 'Add user' }).click();
  await dialog.getByText('among the first that anyone would guess').waitFor();
  await dialog.getByRole('button', { name: 'Suggest one' }).click();
  const suggested = await dialog.getByLabel('Password', { exact: true }).inputValue();
  assert.match(suggested, /^(?:[a-z2-9]{4}-){4}[a-z2-9]{4}$/);
  await dialog.getByRole('button', { name: 'Add user' }).click();
  await page.getByText('bob@example.org may sign in now.').waitFor();
  const signed = await call(site, 'POST /session', { body: { email: 'bob@example.org', password: suggested } });
  assert.equal(signed.status, 201);

  await page.getByRole('link', { name: /Bob Bell/ }).click();
  await page.getByRole('heading', { name: 'Bob Bell' }).waitFor();
  await page.getByText(/An unknown device|A browser/).waitFor();
  await assertAccessible(page);
  await page.getByLabel('Role').selectOption('Admin');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  assert.equal(await page.getByLabel('Role').inputValue(), 'admin');
  await page.getByRole('button', { name: 'Remove user' }).click();
  const remove = page.getByRole('dialog', { name: 'Remove Bob Bell?' });
  await assertAccessible(page);
  await remove.getByRole('button', { name: 'Remove user' }).click();
  await page.getByText('You are the only user').waitFor();
  assert.deepEqual(complaints, []);
});

test('what needs the password again asks for it where one is, and goes on', async (t) => {
  let laterMs = 0;
  const clock = { now: () => Date.now() + laterMs };
  const { site, page, complaints } = await visit(t, { clock });
  // It was given a while ago; the session lives on.
  laterMs = 11 * 60_000;
  await addUser(site, 'bob@example.org', 'editor');
  await page.goto(`${site.address}/admin/users`);
  await page.getByRole('link', { name: /bob@example\.org/ }).click();
  await page.getByLabel('Role').selectOption('Admin');
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog', { name: 'Please give your password again' });
  await dialog.getByLabel('Password').fill('not the right one');
  await assertAccessible(page);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await dialog.getByText('The password is not right.').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Save' }).click();
  await dialog.getByLabel('Password').fill(password);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('Saved.').waitFor();
  assert.deepEqual(complaints, []);
});

test('one’s own account: a name, a new password by the old one, and sessions elsewhere ended', async (t) => {
  const { site, page, complaints } = await visit(t);
  const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0';
  const body = { email: owner, password };
  const elsewhere = cookieOf(await call(site, 'POST /session', { body, headers: { 'user-agent': agent } }));
  await page.goto(`${site.address}/admin`);
  await page.getByRole('button', { name: /Your account/ }).click();
  await page.getByRole('menuitem', { name: 'Your account' }).click();
  await page.getByText('This one').waitFor();
  await page.getByText('Firefox on Windows').waitFor();
  // A menu fades away; until it has gone it is a menu without items.
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await page.getByText(/Signed out (there|in \d places)/).waitFor();
  assert.equal((await call(site, 'GET /session', { cookie: elsewhere })).at('user'), null);
  await page.getByLabel('Name').fill('Alfredo');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.getByLabel('Your password now').fill('something else entirely');
  await page.getByLabel('New password').fill('a wholly different sentence');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password is not right.').waitFor();
  await page.getByLabel('Your password now').fill(password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your new password is in force.').waitFor();
  const again = await call(site, 'POST /session', { body: { email: owner, password: 'a wholly different sentence' } });
  assert.equal(again.status, 201);
  assert.deepEqual(complaints, []);
});

test('a mail that was not sent is seen from anywhere, read, and sent again', async (t) => {
  const smtp = await startMailServer(t);
  smtp.behave('refuse');
  const { site, page, complaints } = await visit(t, { environment: { BACKLOT_MAIL: smtp.url } });
  assert.equal((await site.post('/ask?form=question', { name: 'Ada' })).status, 303);
  const cookie = await signIn(site, owner);
  while ((await call(site, 'GET /jobs', { cookie })).at('jobs', 0) === undefined);
  await page.goto(`${site.address}/admin/inbox`);
  await page.getByRole('link', { name: 'Mails 1 failed' }).first().click();
  const mail = page.getByRole('link', { name: /New submission/ });
  await mail.getByText('550').waitFor();
  await assertAccessible(page);
  await page.getByText('Not sent', { exact: true }).first().click();
  await mail.click();
  await page.getByText('Name: Ada').waitFor();
  await assertAccessible(page);
  smtp.behave('accept');
  await page.getByRole('button', { name: 'Send again' }).click();
  await smtp.count(1);
  await page.locator('dd', { hasText: 'Sent' }).first().waitFor();
  await page.getByRole('button', { name: 'Send again' }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Tasks' }).first().click();
  await page.getByText('Everything is done').waitFor();
  await assertAccessible(page);
  assert.deepEqual(complaints, []);
});

test('a failed task is tried again, and forgotten when asked twice', async (t) => {
  const smtp = await startMailServer(t);
  smtp.behave('refuse');
  const { site, page } = await visit(t, { environment: { BACKLOT_MAIL: smtp.url } });
  await site.post('/ask?form=question', { name: 'Ada' });
  const cookie = await signIn(site, owner);
  while ((await call(site, 'GET /jobs', { cookie })).at('jobs', 0) === undefined);
  await page.goto(`${site.address}/admin/jobs`);
  await page.getByText('Send a mail').waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Forget' }).click();
  await page.getByRole('dialog', { name: 'Forget this task?' }).getByRole('button', { name: 'Forget' }).click();
  await page.getByText('Everything is done').waitFor();
});

test('without a mail server the mails say how to set one', async (t) => {
  const { site, page, complaints } = await visit(t);
  await page.goto(`${site.address}/admin/mails`);
  await page.getByText('Mails are kept here and not sent').waitFor();
  await page.getByText('No mails yet').waitFor();
  await assertAccessible(page);
  assert.deepEqual(complaints, []);
});

test('a backup is made, downloaded, gone back to, and that is undone', async (t) => {
  const { site, page, complaints } = await visit(t);
  const cookie = await signIn(site, owner);
  await page.goto(`${site.address}/admin/backups`);
  await page.getByText('No backups yet').waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Make a backup now' }).click();
  await page.getByText('The backup is made and checked.').waitFor();
  await assertAccessible(page);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Download: / }).click();
  assert.match((await downloading).suggestedFilename(), /^backup-.+\.tar\.gz$/);

  assert.equal((await call(site, 'POST /dish', { cookie, body: { name: 'Gnocchi' } })).status, 201);
  assert.match(await (await site.get('/')).text(), /Gnocchi/);
  await page.getByRole('button', { name: /^Go back to it: / }).click();
  const dialog = page.getByRole('dialog', { name: 'Go back to this backup?' });
  assert.equal(await dialog.getByRole('button', { name: 'Go back to it' }).isDisabled(), true);
  await dialog.getByLabel('I want everything to be as it was then').check();
  await assertAccessible(page);
  await dialog.getByRole('button', { name: 'Go back to it' }).click();
  const ended = page.getByRole('dialog', { name: 'Your session has ended' });
  await ended.getByLabel('Password').fill(password);
  await ended.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(/You are back at/).waitFor();
  await page.getByText('Before going back', { exact: false }).first().waitFor();
  assert.doesNotMatch(await (await site.get('/')).text(), /Gnocchi/);
  await assertAccessible(page);

  await page
    .locator('li', { hasText: 'Before going back' })
    .getByRole('button', { name: /^Go back to it: / })
    .click();
  await dialog.getByLabel('I want everything to be as it was then').check();
  await dialog.getByRole('button', { name: 'Go back to it' }).click();
  await ended.getByLabel('Password').fill(password);
  await ended.getByRole('button', { name: 'Sign in' }).click();
  await ended.waitFor({ state: 'hidden' });
  assert.match(await (await site.get('/')).text(), /Gnocchi/);
  await page
    .getByRole('button', { name: /^Delete: / })
    .first()
    .click();
  await page.getByRole('dialog', { name: 'Delete this backup?' }).getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Deleted.').waitFor();
  assert.deepEqual(complaints, []);
});

test('the record tells who signed in and who was refused', async (t) => {
  const { site, page, complaints } = await visit(t);
  await call(site, 'POST /session', { body: { email: owner, password: 'a wrong guess of mine' } });
  await page.goto(`${site.address}/admin/record`);
  await page.getByText('tried to sign in, in vain').waitFor();
  await page.getByText(`${owner} signed in`).first().waitFor();
  await assertAccessible(page);
  await page.getByText('Backups', { exact: true }).last().click();
  await page.getByText('Nothing of this kind yet').waitFor();
  assert.deepEqual(complaints, []);
});

test('an editor sees neither the way nor the pages, and is told who can help', async (t) => {
  const { site, page, complaints } = await visit(t, { role: 'editor' });
  await page.goto(`${site.address}/admin/inbox`);
  await page.getByRole('button', { name: /Your account/ }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Backups' }).count(), 0);
  for (const path of ['users', 'mails', 'jobs', 'backups', 'record']) {
    await page.goto(`${site.address}/admin/${path}`);
    await page.getByRole('heading', { name: 'This is for admins' }).waitFor();
  }
  await assertAccessible(page);
  await page.goto(`${site.address}/admin/account`);
  await page.getByText('This one').waitFor();
  assert.deepEqual(complaints, []);
});

test('on a phone, in the dark and in German everything fits', async (t) => {
  const phone = {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    colorScheme: 'dark',
    locale: 'de-DE',
  } as const;
  const { site, page, complaints } = await visit(t, phone);
  await site.post('/ask?form=question', { name: 'Ada' });
  const cookie = await signIn(site, owner);
  await call(site, 'POST /backups', { cookie });
  const headings = {
    users: 'Benutzer',
    account: 'Ihr Konto',
    mails: 'E-Mails',
    jobs: 'Aufgaben',
    backups: 'Sicherungen',
    record: 'Protokoll',
  };
  for (const [path, heading] of Object.entries(headings)) {
    await page.goto(`${site.address}/admin/${path}`);
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    await page.waitForFunction('document.querySelector("[role=status][aria-label]") === null');
    await assertAccessible(page);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    assert.ok(width <= 390, `${path} is ${width}px wide`);
  }
  await page.getByRole('button', { name: 'Menü öffnen' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Sicherungen' }).click();
  await page.getByText('Geprüft').first().waitFor();
  assert.deepEqual(complaints, []);
});
