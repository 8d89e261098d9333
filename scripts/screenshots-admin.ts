// Takes the pictures of the admin: node scripts/screenshots-admin.ts [FOLDER]. Each screen on a desk, on a phone and in the dark.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { startServer } from '../src/server/index.ts';
import { memoryLog, systemClock, systemRandom } from '../src/std/index.ts';
import { startBrowser } from '../test/browser.ts';

const folder = process.argv[2] ?? new URL('../docs/images/admin/', import.meta.url).pathname;
const owner = { email: 'owner@alfico.example', password: 'quiet fig tree garden' };
const dataDir = await mkdtemp(join(tmpdir(), 'backlot-screenshots-'));
const server = await startServer({
  siteDir: new URL('../examples/trattoria', import.meta.url).pathname,
  dataDir,
  host: '127.0.0.1',
  port: 0,
  environment: {
    BACKLOT_RATE_LIMIT: 'off',
    BACKLOT_TIME_ZONE: 'Europe/Rome',
    BACKLOT_NOTIFY: owner.email,
    BACKLOT_MAIL_FROM: owner.email,
  },
  clock: systemClock,
  random: systemRandom,
  log: memoryLog(),
  program: 'screenshots',
});
const { address } = server;
const chromium = await startBrowser();

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  desk: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
  dark: { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' },
};

async function send(path: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const answer = await fetch(address + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  if (answer.status !== 303) throw new Error(`${path} answers ${answer.status}.`);
}

async function fill(): Promise<void> {
  const day = new Date(systemClock.now() + 9 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  const table = { date: day, time: '20:00', guests: '4', seating: 'garden', phone: '+39 051 555 0101' };
  await send('/book?form=booking', {
    ...table,
    name: 'Ada Rossi',
    email: 'ada@example.org',
    notes: 'By the fig tree.',
  });
  await send('/book?form=booking', { ...table, name: 'Bob Weiss', email: 'bob@example.org', guests: '2' });
  await send('/contact?form=message', {
    name: 'Carla Neri',
    email: 'carla@example.org',
    guests: '2',
    body: 'We left a blue umbrella on Sunday, under the coats by the door. Has it been found?',
  });
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${address}/admin/`);
  await page.getByLabel('Email', { exact: true }).fill(owner.email);
  await page.getByLabel('Password').fill(owner.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Password').waitFor({ state: 'detached' });
}

const screens: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  home: (page) => page.goto(`${address}/admin/`),
  inbox: (page) => page.goto(`${address}/admin/inbox`),
  message: async (page) => {
    await page.goto(`${address}/admin/inbox`);
    await page.getByRole('link', { name: /Carla Neri/ }).click();
    await page.getByRole('heading', { name: 'Carla Neri' }).waitFor();
  },
  grid: (page) => page.goto(`${address}/admin/tables/dish`),
  editor: async (page) => {
    await page.goto(`${address}/admin/tables/dish?q=tagliatelle`);
    await page.getByRole('link', { name: 'Tagliatelle al ragù' }).click();
    await page.getByLabel('Price').waitFor();
  },
  changes: (page) => page.goto(`${address}/admin/changes`),
  users: (page) => page.goto(`${address}/admin/users`),
  account: (page) => page.goto(`${address}/admin/account`),
  mails: (page) => page.goto(`${address}/admin/mails`),
  jobs: (page) => page.goto(`${address}/admin/jobs`),
  backups: (page) => page.goto(`${address}/admin/backups`),
  record: (page) => page.goto(`${address}/admin/record`),
};

try {
  const link = (await server.setupLink()) ?? '';
  const token = link.slice(link.indexOf('#') + 1);
  await fetch(`${address}/api/setup`, {
    method: 'POST',
    body: JSON.stringify({ token, ...owner }),
    headers: { 'content-type': 'application/json', origin: address },
  });
  await fill();
  await mkdir(folder, { recursive: true });
  for (const [look, options] of Object.entries(looks)) {
    const context = await chromium.browser.newContext({ locale: 'en-GB', ...options });
    const page = await context.newPage();
    await page.goto(`${address}/admin/`);
    await page.getByLabel('Password').waitFor();
    await page.screenshot({ path: join(folder, `sign-in-${look}.png`) });
    await signIn(page);
    for (const [name, open] of Object.entries(screens)) {
      await open(page);
      await page.waitForLoadState('networkidle');
      await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null)))');
      await page.screenshot({ path: join(folder, `${name}-${look}.png`) });
    }
    await context.close();
  }
} finally {
  await chromium.stop();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
}
