import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** A real Chromium from npm, with its security as shipped: none of the flags that would make tests easier. */
export async function startBrowser(): Promise<{ readonly browser: Browser; stop(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'backlot-browser-'));
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    headless: true,
    // Chromium refuses to sandbox itself as root; the pages under test are our own.
    chromiumSandbox: false,
    args: ['--headless=shell', '--no-first-run', '--disable-background-networking', '--disable-gpu', '--disable-dev-shm-usage'],
    env: { ...process.env, TMPDIR: profile, HOME: profile } as Record<string, string>,
  });
  return {
    browser,
    async stop() {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
