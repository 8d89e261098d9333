import { join } from 'node:path';
import { burst } from '../load.ts';
import { startBacklot, startPeer } from '../process.ts';
import type { Running } from '../process.ts';
import { comparison, ratio } from '../report.ts';
import type { Section } from '../report.ts';
import { takeTurns } from '../rounds.ts';
import type { Suite, SuiteOptions } from './suite.ts';

const site = new URL('../sites/fortunes', import.meta.url).pathname;
const CONNECTIONS = 64;

/** A page of 13 rows, sorted and escaped, made anew for each request. */
export const fortunes: Suite = { name: 'fortunes', run };

async function run({ folder, rounds, seconds }: SuiteOptions): Promise<Section> {
  const backlot = await startBacklot(site, { data: join(folder, 'data') }, { env: { BACKLOT_CACHE_BYTES_MAX: '0' } });
  const express = await startPeer('fortunes-express.js', { args: [join(folder, 'express.db')] });
  const byHand = await startPeer('fortunes-http.js', { args: [join(folder, 'http.db')] });
  try {
    const contender = (name: string, server: Running): Parameters<typeof takeTurns>[0][number] => ({
      name,
      pids: [server.pid],
      run: async () =>
        (await burst({ url: `${server.origin}/`, connections: CONNECTIONS, seconds, status: 200 })).perSecond,
    });
    const compared = await takeTurns(
      [contender('Backlot', backlot), contender('Express + EJS', express), contender('node:http by hand', byHand)],
      rounds,
    );
    return {
      title: 'A page made anew',
      text: 'The Fortunes task of the TechEmpower benchmarks on SQLite, with the page cache turned off. The peers read twelve rows and add one in memory; Backlot reads all thirteen from its table.',
      tables: [comparison('requests a second', compared)],
      verdicts: [
        { promise: 'against Express + EJS', measured: ratio(compared, 'Express + EJS'), least: 2.5, unit: '×' },
      ],
    };
  } finally {
    for (const server of [backlot, express, byHand]) await server.stop();
  }
}
