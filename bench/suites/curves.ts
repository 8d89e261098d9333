import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { burst } from '../load.ts';
import { output, nodePath, residentBytes } from '../machine.ts';
import { startBacklot } from '../process.ts';
import type { Running } from '../process.ts';
import { written } from '../report.ts';
import type { Section, Table } from '../report.ts';
import { medianOf } from '../rounds.ts';
import type { Suite, SuiteOptions } from './suite.ts';

/** What grows with the site and what must not. */
export const curves: Suite = { name: 'curves', run };

async function run(options: SuiteOptions): Promise<Section> {
  const pages = [10, 100, 1000, 10_000].filter((size) => size <= (options.quick ? 100 : options.pagesMax));
  const rows = [1000, 10_000, 100_000, 1_000_000].filter((size) => size <= (options.quick ? 1000 : options.rowsMax));
  return {
    title: 'Cost curves',
    text: 'What a request does not touch should cost it nothing. Pages: a site of so many pages, each with a list of its own. Rows: one table of so many rows behind a page that shows twelve of them, newest first; “made anew” is the same page while each request is preceded by a post that changes it.',
    tables: [await pageCurve(options, pages), await rowCurve(options, rows)],
    verdicts: [],
  };
}

async function pageCurve(options: SuiteOptions, sizes: readonly number[]): Promise<Table> {
  const lines: string[][] = [];
  for (const size of sizes) {
    const site = join(options.folder, `pages-${size}`);
    await mkdir(site, { recursive: true });
    await Promise.all(
      Array.from({ length: size }, (_, page) => writeFile(join(site, `p${page}.html`), pageText(page))),
    );
    await writeFile(join(site, 'index.html'), '<!doctype html><title>Home</title><p>Home');
    const data = join(options.folder, `data-pages-${size}`);
    await (await started(site, data, '/p1')).server.stop();
    const { server, ms } = await started(site, data, '/p1');
    try {
      const memory = residentBytes(server.pid) / 2 ** 20;
      const load = { url: `${server.origin}/p1`, connections: 16, seconds: options.seconds, status: 200 };
      const { perSecond } = await burst(load);
      lines.push([String(size), `${written(ms)} ms`, `${written(memory)} MB`, written(perSecond)]);
    } finally {
      await server.stop();
    }
  }
  return { head: ['pages', 'second start', 'memory', 'one cached page, requests a second'], rows: lines };
}

async function started(site: string, data: string, path: string): Promise<{ server: Running; ms: number }> {
  const began = performance.now();
  const server = await startBacklot(site, { data });
  await (await fetch(server.origin + path)).text();
  return { server, ms: performance.now() - began };
}

function pageText(page: number): string {
  const name = `t${page % 50}`;
  return `<!doctype html><html lang="en"><title>Page ${page}</title><h1>Page ${page}</h1><ul data-list="${name}?sort=name"><li itemscope><b itemprop="name">Item of ${name}</b> <data itemprop="price" value="4.5">€4.50</data></li></ul></html>`;
}

const listing = `<!doctype html><html lang="en"><title>News</title>
<ul data-list="news?sort=-created_at&amp;limit=12" data-as="anyone"><li itemscope><b itemprop="title">First news</b></li></ul>
<form name="news" method="post" data-save="news"><input name="title" required maxlength="200"><button>Add</button></form></html>`;

async function rowCurve(options: SuiteOptions, sizes: readonly number[]): Promise<Table> {
  const site = join(options.folder, 'rows-site');
  await mkdir(site, { recursive: true });
  await writeFile(join(site, 'index.html'), listing);
  const lines: string[][] = [];
  for (const size of sizes) {
    const data = join(options.folder, `data-rows-${size}`);
    const filler = new URL('../fill-rows.ts', import.meta.url).pathname;
    await (await started(site, data, '/')).server.stop();
    output(nodePath(), [filler, data, String(size)]);
    const server = await startBacklot(site, { data });
    try {
      const load = { url: `${server.origin}/`, connections: 16, seconds: options.seconds, status: 200 };
      const cached = await burst(load);
      const anew = await madeAnew(server.origin, options.quick ? 10 : 60);
      const [writes, reads] = await Promise.all([
        burst({ ...load, url: `${server.origin}/?form=news`, connections: 8, form: 'title=News+NUMBER', status: 303 }),
        burst({ ...load, connections: 8 }),
      ]);
      lines.push([
        size.toLocaleString('en'),
        written(cached.perSecond),
        `${written(anew)} ms`,
        written(writes.perSecond),
        written(reads.perSecond),
      ]);
    } finally {
      await server.stop();
    }
  }
  return {
    head: ['rows', 'from the cache, a second', 'made anew', 'posts a second while read', 'reads a second meanwhile'],
    rows: lines,
  };
}

/** Median milliseconds of a GET right after a write that changes what it shows. */
async function madeAnew(origin: string, times: number): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < times; time++) {
    const body = new URLSearchParams({ title: `Made anew ${time} ${performance.now()}` });
    const posted = await fetch(`${origin}/?form=news`, { method: 'POST', body, redirect: 'manual' });
    await posted.arrayBuffer();
    if (posted.status !== 303) throw new Error(`A post answers ${posted.status}.`);
    const began = performance.now();
    await (await fetch(`${origin}/`)).text();
    took.push(performance.now() - began);
  }
  return medianOf(took.toSorted((a, b) => a - b));
}
