import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Served } from './served.ts';

/** The owner of a site at the admin, in a browser of her own. */
export interface Owner {
  readonly page: Page;
  readonly context: BrowserContext;
  /** For calls to the API as she would make them. */
  readonly cookie: string;
  /** Uncaught errors, and what the browser logged: violations of the policy among them. */
  readonly complaints: readonly string[];
}

/** Makes the first account of a site; gives the cookie of its session. */
export async function firstOwner(site: Served): Promise<string> {
  const link = (await site.setupLink()) ?? '';
  const answer = await fetch(`${site.address}/api/setup`, {
    method: 'POST',
    body: JSON.stringify({
      token: link.slice(link.indexOf('#') + 1),
      email: 'owner@alfico.example',
      password: 'quiet fig tree garden',
    }),
    headers: { 'content-type': 'application/json', origin: site.address },
  });
  assert.equal(answer.status, 201);
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  return cookie;
}

/** Opens a browser of its own for whoever has this session. */
export async function browserOf(
  t: TestContext,
  { site, cookie, browser }: { readonly site: Served; readonly cookie: string; readonly browser: Browser },
  options: BrowserContextOptions = {},
): Promise<Owner> {
  const equals = cookie.indexOf('=');
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  t.after(() => context.close());
  await context.addCookies([{ name: cookie.slice(0, equals), value: cookie.slice(equals + 1), url: site.address }]);
  const complaints: string[] = [];
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What a test makes fail is logged by the browser itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  return { page, context, cookie, complaints };
}

/** The owner of a site that nobody has signed in to before. */
export async function ownerOf(
  t: TestContext,
  site: Served,
  browser: Browser,
  options?: BrowserContextOptions,
): Promise<Owner> {
  return await browserOf(t, { site, cookie: await firstOwner(site), browser }, options);
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails where axe finds something in the page as it stands. */
export async function assertAccessible(page: Page): Promise<void> {
  // What moves in is judged once it stands still.
  await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null)))');
  const { violations } = (await page.evaluate(
    `${await axe}; axe.run(document, { resultTypes: ['violations'] })`,
  )) as AxeResults;
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
  assert.deepEqual(told, [], page.url());
}

/** Fails where the page is wider than the window. */
export async function assertFits(page: Page): Promise<void> {
  const [width, window] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]');
  assert.ok(width <= window, `${width}px of content in ${window}px`);
}
