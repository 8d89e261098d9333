import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startBrowser, watch } from './browser.ts';
import { rows } from './rows.ts';
import { serveFolder } from './served.ts';
import type { Served } from './served.ts';

const desktop = { viewport: { width: 1280, height: 860 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const axe = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

let started: Awaited<ReturnType<typeof startBrowser>>;
let browser: Browser;
before(async () => {
  started = await startBrowser();
  browser = started.browser;
});
after(() => started.stop());

/** Serves the example afresh and visits it. The pages must complain of nothing and ask nobody else for anything. */
async function visit(
  t: TestContext,
  options: BrowserContextOptions,
  act: (page: Page, site: Served) => Promise<void>,
): Promise<void> {
  const site = await serveFolder(t, 'examples/trattoria');
  const context = await browser.newContext(options);
  context.setDefaultTimeout(10_000);
  try {
    const page = await context.newPage();
    const { complaints, foreign } = watch(page, site.address);
    await act(page, site);
    await page.waitForLoadState('load');
    assert.deepEqual(complaints, []);
    assert.deepEqual(foreign, []);
  } finally {
    await context.close();
  }
  assert.deepEqual(site.log.lines, []);
}

/** Lets a form be sent as by a browser that does not validate. */
async function withoutValidation(page: Page, form: string): Promise<void> {
  await page.route('**/*', async (route) => {
    if (route.request().resourceType() !== 'document' || route.request().method() !== 'GET')
      return await route.fallback();
    const answer = await route.fetch();
    const html = await answer.text();
    await route.fulfill({ response: answer, body: html.replace(form, `${form} novalidate`) });
  });
}

async function dishNames(page: Page): Promise<readonly string[]> {
  return await page.locator('#menu h3').allTextContents();
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';

  test(`the menu is filtered by its form, ${how} JavaScript`, async (t) => {
    await visit(t, { ...desktop, javaScriptEnabled }, async (page, site) => {
      await page.goto(`${site.address}/menu`);
      const all = await dishNames(page);
      assert.ok(all.length >= 30, String(all.length));
      await page.getByLabel('Up to €').fill('5');
      await page.getByLabel('Vegetarian only').check();
      await page.getByRole('button', { name: 'Show' }).click();
      await page.waitForURL(/price\.max=5/);
      const some = await dishNames(page);
      assert.ok(some.length > 0 && some.length < all.length, String(some.length));
      for (const price of await page.locator('#menu data').allTextContents())
        assert.ok(Number(price.replace('€', '')) <= 5, price);
      assert.equal(await page.locator('#menu li em').count(), some.length);
      // The form shows what is in force, and a course without a dish says so.
      assert.equal(await page.getByLabel('Up to €').inputValue(), '5');
      assert.ok(await page.getByLabel('Vegetarian only').isChecked());
      assert.ok(await page.getByText('Nothing in this course today.').first().isVisible());
      await page.getByRole('link', { name: 'Show everything' }).click();
      assert.deepEqual(await dishNames(page), all);
    });
  });

  test(`a visitor reads from dish to dish, ${how} JavaScript`, async (t) => {
    await visit(t, { ...desktop, javaScriptEnabled }, async (page, site) => {
      await page.goto(site.address);
      await page.getByRole('link', { name: 'Tortelloni burro e salvia' }).click();
      assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Tortelloni burro e salvia');
      assert.equal(await page.locator('main .price').textContent(), '€13.50');
      assert.match(await page.title(), /Tortelloni/);
      await page.locator('.board a').first().click();
      assert.notEqual(await page.getByRole('heading', { level: 1 }).textContent(), 'Tortelloni burro e salvia');
      await page.getByRole('link', { name: 'Menu' }).first().click();
      assert.match(page.url(), /\/menu(?:\.html)?$/);
      assert.equal(await page.locator('nav a[aria-current=page]').first().textContent(), 'Menu');
    });
  });

  test(`the Italian page speaks Italian, ${how} JavaScript`, async (t) => {
    await visit(t, { ...desktop, javaScriptEnabled }, async (page, site) => {
      await page.goto(`${site.address}/it/menu`);
      assert.equal(await page.locator('html').getAttribute('lang'), 'it');
      assert.ok((await page.locator('data').allTextContents()).some((price) => /^14,50\s€$/.test(price)));
      assert.ok(await page.getByText('Larghe otto millimetri').isVisible());
      await page.getByRole('link', { name: 'Tagliatelle al ragù' }).click();
      assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Tagliatelle al ragù');
    });
  });

  test(`a booking is refused where it is wrong and accepted where it is right, ${how} JavaScript`, async (t) => {
    await visit(t, { ...desktop, javaScriptEnabled }, async (page, site) => {
      await withoutValidation(page, '<form class="form" name="booking"');
      await page.goto(`${site.address}/book`);
      assert.ok(await page.locator('[role=alert]').isHidden());
      await page.getByLabel('Guests').fill('40');
      await page.getByLabel('Name').fill('Ada “Countess” <Lovelace>');
      await page.getByLabel('Email').fill('ada@');
      await page.getByLabel('In the garden').check();
      await page.getByLabel('Occasion').selectOption('birthday');
      await page.getByLabel('Anything we should know').fill('One pram,\ntwo </textarea> dogs');
      await page.getByLabel('Write to me when').check();
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'POST'),
        page.getByRole('button', { name: 'Book the table' }).click(),
      ]);
      assert.equal(answer.status(), 422);
      await page.waitForLoadState();
      await refusedBooking(page);
      assert.deepEqual(await rows(site, 'booking', ['id']), []);
      await page.getByLabel('Day').fill('2026-12-24');
      await page.getByLabel('Guests').fill('4');
      await page.getByLabel('Email').fill('ada@example.org');
      await page.getByRole('button', { name: 'Book the table' }).click();
      await page.waitForURL(/\/thanks\?saved=booking$/);
      assert.ok(await page.getByText('Your table is in the book.').isVisible());
      assert.ok(await page.getByText('Your message has arrived.').isHidden());
      assert.equal(await page.getByText('We have it, and you will hear from us.').count(), 0);
      assert.deepEqual(
        await rows(site, 'booking', ['date', 'time', 'guests', 'seating', 'name', 'occasion', 'notes', 'newsletter']),
        [
          {
            date: '2026-12-24',
            time: '20:00',
            guests: 4,
            seating: 'garden',
            name: 'Ada “Countess” <Lovelace>',
            occasion: 'birthday',
            notes: 'One pram,\ntwo </textarea> dogs',
            newsletter: true,
          },
        ],
      );
    });
  });
}

/** The author's page with what was typed, and each message where it belongs. */
async function refusedBooking(page: Page): Promise<void> {
  assert.ok(await page.locator('[role=alert]').isVisible());
  assert.equal(await page.getByLabel('Guests').inputValue(), '40');
  assert.equal(await page.getByLabel('Name').inputValue(), 'Ada “Countess” <Lovelace>');
  assert.equal(await page.getByLabel('Email').inputValue(), 'ada@');
  assert.ok(await page.getByLabel('In the garden').isChecked());
  assert.equal(await page.getByLabel('Occasion').inputValue(), 'birthday');
  assert.equal(await page.getByLabel('Anything we should know').inputValue(), 'One pram,\ntwo </textarea> dogs');
  assert.ok(await page.getByLabel('Write to me when').isChecked());
  const invalid = page.locator('[aria-invalid=true]');
  const names = await Promise.all((await invalid.all()).map((one) => one.getAttribute('name')));
  assert.deepEqual(names, ['date', 'guests', 'email']);
  // The author's own sentence where there is one, tied by aria-errormessage; ours where there is none, by aria-describedby.
  assert.ok(await page.locator('#date-error').isVisible());
  assert.ok(await page.locator('#email-error').isVisible());
  const described = await page.getByLabel('Guests').getAttribute('aria-describedby');
  const message = page.locator(`[id="${described}"]`);
  assert.equal(await message.getAttribute('class'), 'error');
  assert.match((await message.textContent()) ?? '', /12/);
  assert.match((await page.getByLabel('Time', { exact: true }).getAttribute('aria-describedby')) ?? '', /^time-hint$/);
  // Tab goes through the form as before: nothing that was added takes the focus.
  const order = ['date', 'time', 'guests', 'seating', 'name', 'email', 'phone', 'occasion', 'notes', 'newsletter'];
  const focused = new Set<string>();
  await page.getByLabel('Day').focus();
  // A field for a date has a stop for each of its parts.
  for (let stop = 0; stop < 30; stop++) {
    focused.add(String(await page.evaluate("document.activeElement.name || 'none'")));
    if (focused.has('none')) break;
    await page.keyboard.press('Tab');
  }
  focused.delete('none');
  assert.deepEqual([...focused], order);
}

test('a message is sent, and says the other thanks', async (t) => {
  await visit(t, { ...phone, javaScriptEnabled: false }, async (page, site) => {
    await page.goto(`${site.address}/contact`);
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Email').fill('ada@example.org');
    await page.getByLabel('Message').fill('Do you have a table by the window?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.waitForURL(/\/thanks\?saved=message$/);
    assert.ok(await page.getByText('Your message has arrived.').isVisible());
    assert.ok(await page.getByText('Your table is in the book.').isHidden());
    assert.equal((await rows(site, 'message', ['id'])).length, 1);
  });
});

test('the browser itself stops a wrong message by the author’s own rules', async (t) => {
  await visit(t, desktop, async (page, site) => {
    await page.goto(`${site.address}/contact`);
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Email').fill('ada');
    await page.getByRole('button', { name: 'Send' }).click();
    assert.match(page.url(), /\/contact$/);
    assert.equal(await page.locator('input:invalid').count(), 1);
    assert.deepEqual(await rows(site, 'message', ['id']), []);
  });
});

test('an entry in the guest book is thanked for, and not shown until it is approved', async (t) => {
  await visit(t, { ...desktop, javaScriptEnabled: false }, async (page, site) => {
    await page.goto(`${site.address}/guestbook`);
    const before = await page.locator('.entries li').count();
    await page.getByLabel('Name').fill('Eve');
    await page.getByLabel('When were you here?').fill('2026-10-18');
    await page.getByLabel('What would you write').fill('Buy <b>pills</b>');
    await page.getByRole('button', { name: 'Write' }).click();
    await page.waitForURL(/saved=entry/);
    const thanks = page.getByText('Thank you. It appears once we have read it.');
    assert.ok(await thanks.isVisible());
    // The author's action was #thanks: that is what the visitor sees first.
    assert.equal(new URL(page.url()).hash, '#thanks');
    assert.ok((await thanks.boundingBox())!.y < desktop.viewport.height);
    assert.equal(await page.locator('.entries li').count(), before);
    assert.equal(await page.getByText('pills').count(), 0);
    assert.equal((await rows(site, 'entry', ['name'])).length, before + 1);
  });
});

test('a page that is not there is the author’s own, with a way back', async (t) => {
  await visit(t, desktop, async (page, site) => {
    const answer = await page.goto(`${site.address}/nowhere`);
    assert.equal(answer?.status(), 404);
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Nothing on this plate');
    await page.getByRole('link', { name: 'See what there is' }).click();
    assert.match(page.url(), /\/menu(?:\.html)?$/);
  });
});

test('it is so at every depth, styled from the root', async (t) => {
  const site = await serveFolder(t, 'examples/trattoria');
  const page = await browser.newPage(desktop);
  // The page names its style sheet twice, for the root and for the disk; the second is not there at this depth.
  for (const path of ['/menu/nowhere', '/deep/er/nowhere']) {
    const answer = await page.goto(site.address + path);
    assert.equal(answer?.status(), 404, path);
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Nothing on this plate');
    assert.equal(await page.evaluate("getComputedStyle(document.querySelector('.masthead')).display"), 'flex');
  }
  await page.close();
});

const pages = [
  '/',
  '/menu',
  '/menu?vegetarian=on&price.max=5',
  '/menu/tagliatelle',
  '/menu/panna-cotta',
  '/it/menu',
  '/book',
  '/contact',
  '/guestbook',
  '/about',
  '/thanks?saved=booking',
  '/nowhere',
];

for (const [size, options] of [
  ['on a desk', desktop],
  ['on a phone', phone],
] as const) {
  test(`axe finds no fault in any page, ${size}`, async (t) => {
    await visit(t, options, async (page, site) => {
      for (const path of pages) {
        await page.goto(site.address + path);
        await noFaults(page, path);
      }
      await page.goto(`${site.address}/book`);
      await page.evaluate("document.forms.namedItem('booking').noValidate = true");
      await page.getByRole('button', { name: 'Book the table' }).click();
      await page.waitForLoadState();
      assert.ok(await page.locator('[aria-invalid=true]').first().isVisible());
      await noFaults(page, 'the refused booking');
    });
  });
}

async function noFaults(page: Page, name: string): Promise<void> {
  await page.evaluate(axe);
  const faults = await page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))",
  );
  assert.deepEqual(faults, [], name);
  const wider = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  assert.equal(wider, 0, `${name} scrolls sideways`);
}
