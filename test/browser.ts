import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

/** A real Chromium from npm, with its security as shipped: none of the flags that would make tests easier. */
export async function startBrowser(): Promise<{ readonly browser: Browser; stop(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'backlot-browser-'));
  const browser = await playwright.launch({
    executablePath: await unpackedChromium(),
    headless: true,
    // Chromium refuses to sandbox itself as root; the pages under test are our own.
    chromiumSandbox: false,
    args: [
      '--headless=shell',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-gpu',
      '--disable-dev-shm-usage',
    ],
    env: { ...process.env, TMPDIR: profile, HOME: profile },
  });
  return {
    browser,
    async stop() {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/**
 * Where the browser is unpacked, once for each version. Test files run at the same time and must not start one that
 * another is still writing, so it is unpacked aside and moved into place.
 */
async function unpackedChromium(): Promise<string> {
  const about = new URL('../package.json', import.meta.resolve('@sparticuz/chromium'));
  const { version } = JSON.parse(await readFile(about, 'utf8')) as { version: string };
  const place = join(tmpdir(), `backlot-chromium-${version}`);
  if (!existsSync(place)) {
    const aside = await mkdtemp(`${place}-`);
    const outer = process.env['TMPDIR'];
    process.env['TMPDIR'] = aside;
    try {
      await chromium.executablePath();
    } finally {
      if (outer === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = outer;
    }
    await rename(aside, place).catch(() => rm(aside, { recursive: true, force: true }));
  }
  return join(place, 'chromium');
}

/** What a page complains of, and whom it asks for something. */
export interface Watched {
  /** Console errors, uncaught errors and Content-Security-Policy violations. */
  readonly complaints: string[];
  /** Requests to other origins than the one given. */
  readonly foreign: string[];
}

/** Listens to a page from now on. The errors that the browser itself logs for a 404 or 422 that a test asks for are none. */
export function watch(page: Page, origin: string): Watched {
  const watched: Watched = { complaints: [], foreign: [] };
  page.on('console', (message) => {
    if (message.type() !== 'error' && !/Content.Security.Policy/i.test(message.text())) return;
    if (
      /the server responded with a status of (?:404|422)/.test(message.text()) &&
      message.location().url === page.url()
    )
      return;
    watched.complaints.push(message.text());
  });
  page.on('pageerror', (error) => void watched.complaints.push(error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== origin) watched.foreign.push(request.url());
  });
  return watched;
}
