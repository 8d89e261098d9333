// Takes the pictures of the documents with the tests' own browser: node scripts/screenshots.ts
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../src/server/index.ts';
import { memoryLog, systemClock, systemRandom } from '../src/std/index.ts';
import { startBrowser } from '../test/browser.ts';

const images = new URL('../docs/images/', import.meta.url).pathname;
const dataDir = await mkdtemp(join(tmpdir(), 'backlot-screenshots-'));
const server = await startServer({
  siteDir: new URL('../examples/trattoria', import.meta.url).pathname,
  dataDir,
  host: '127.0.0.1',
  port: 0,
  environment: { BACKLOT_RATE_LIMIT: 'off', BACKLOT_TIME_ZONE: 'Europe/Rome' },
  clock: systemClock,
  random: systemRandom,
  log: memoryLog(),
  program: 'screenshots',
});
const chromium = await startBrowser();
const { browser } = chromium;
try {
  await mkdir(images, { recursive: true });
  const desktop = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
  for (const [page, path, name] of [
    [desktop, '/', 'home.png'],
    [desktop, '/menu', 'menu.png'],
    [desktop, '/menu/tagliatelle', 'dish.png'],
    [phone, '/menu?vegetarian=on', 'menu-phone.png'],
    [phone, '/it/menu', 'menu-italian-phone.png'],
  ] as const) {
    await page.goto(server.address + path);
    await page.screenshot({ path: join(images, name) });
  }
  // The author's own page with messages in place, as a browser without validation of its own would get it.
  await desktop.goto(`${server.address}/book`);
  await desktop.evaluate("document.forms.namedItem('booking').noValidate = true");
  await desktop.fill('[name=name]', 'Ada');
  await desktop.fill('[name=email]', 'ada@');
  await desktop.fill('[name=guests]', '40');
  await desktop.click('form[name=booking] button');
  await desktop.screenshot({ path: join(images, 'booking-refused.png'), fullPage: true });
} finally {
  await chromium.stop();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
}
