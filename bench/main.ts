/*
 * `npm run bench` measures Backlot beside its peers and writes bench/RESULTS.md.
 *
 *   npm run bench -- --only posts,fortunes   some suites; RESULTS.md is left alone
 *   npm run bench -- --rounds 7 --seconds 5  longer
 *   npm run bench -- --rows 100000           no larger tables in the cost curves (filling 1,000,000 takes minutes)
 *   npm run bench -- --quick                 small sizes, to see that everything runs; RESULTS.md is left alone
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.ts';
import { printSection, resultsPage } from './report.ts';
import type { Section } from './report.ts';
import { cachedPage } from './suites/cached-page.ts';
import { curves } from './suites/curves.ts';
import { fortunes } from './suites/fortunes.ts';
import { posts } from './suites/posts.ts';
import { processes } from './suites/processes.ts';
import { profiles } from './suites/profiles.ts';
import { startAndMemory } from './suites/start-and-memory.ts';
import type { Suite } from './suites/suite.ts';

const suites: readonly Suite[] = [cachedPage, fortunes, posts, startAndMemory, curves, processes, profiles];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '1000000' },
    pages: { type: 'string', default: '10000' },
    quick: { type: 'boolean', default: false },
  },
});
const names = values.only?.split(',');
const unknown = names?.filter((name) => suites.every((suite) => suite.name !== name)) ?? [];
if (unknown.length > 0) {
  console.error(`No suite is called ${unknown.join(', ')}. There are ${suites.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), 'backlot-bench-'));
const sections: Section[] = [];
try {
  for (const suite of suites) {
    if (names && !names.includes(suite.name)) continue;
    const own = join(folder, suite.name);
    await mkdir(own);
    const section = await suite.run({
      rounds: values.quick ? 1 : Number(values.rounds),
      seconds: values.quick ? 1 : Number(values.seconds),
      rowsMax: Number(values.rows),
      pagesMax: Number(values.pages),
      folder: own,
      quick: values.quick,
    });
    sections.push(section);
    console.log(printSection(section));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (!names && !values.quick) {
  const file = new URL('RESULTS.md', import.meta.url);
  await writeFile(file, resultsPage(describeMachine(), sections, new Date().toISOString().slice(0, 10)));
  console.log('\nWritten to bench/RESULTS.md.');
}
