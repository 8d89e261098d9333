import { join } from 'node:path';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import { burst } from '../load.ts';
import { startBacklot, startPeer } from '../process.ts';
import type { Running } from '../process.ts';
import { comparison, ratio } from '../report.ts';
import type { Section, Table, Verdict } from '../report.ts';
import { takeTurns } from '../rounds.ts';
import type { Suite, SuiteOptions } from './suite.ts';

const site = new URL('../sites/message', import.meta.url).pathname;
const form = 'name=Ada+NUMBER&email=ada%40example.org&guests=4&body=A+table+in+the+garden%2C+please.';
const clients = [1, 16, 64, 256];

/** A contact form, answered once the entry is on disk. */
export const posts: Suite = { name: 'posts', run };

async function run(options: SuiteOptions): Promise<Section> {
  const sqlite = await onSqlite(options);
  const postgres = await startPostgres();
  try {
    const other = await onPostgres(options, postgres);
    return {
      title: 'Forms stored',
      text: 'A contact form of four fields. Every post is checked, stored and on disk before it is answered. The Express handlers make the same checks by hand and one insert for each post: on SQLite under WAL with `synchronous=FULL`, on PostgreSQL through a pool of ten. Backlot also writes its change log.',
      tables: [...sqlite.tables, ...other.tables],
      verdicts: [...sqlite.verdicts, ...other.verdicts],
    };
  } finally {
    await postgres.stop();
  }
}

interface Part {
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
}

async function onSqlite(options: SuiteOptions): Promise<Part> {
  const backlot = await startBacklot(site, { data: join(options.folder, 'data') });
  const express = await startPeer('message-express.js', { args: [join(options.folder, 'express.db')] });
  try {
    return await atAllSizes(
      options,
      { database: 'SQLite', pids: [], promised: { 1: 0.95, 64: 10 } },
      { Backlot: backlot, Express: express },
    );
  } finally {
    await backlot.stop();
    await express.stop();
  }
}

async function onPostgres(options: SuiteOptions, postgres: PostgresServer): Promise<Part> {
  const where = { data: join(options.folder, 'data-postgres'), database: await postgres.createDatabase() };
  const backlot = await startBacklot(site, where);
  const express = await startPeer('message-express-pg.js', { args: [await postgres.createDatabase()] });
  try {
    const on = { database: 'PostgreSQL', pids: [postgres.pid], promised: { 64: 4 } };
    return await atAllSizes(options, on, { Backlot: backlot, Express: express });
  } finally {
    await backlot.stop();
    await express.stop();
  }
}

interface Database {
  readonly database: string;
  /** Processes of the database itself. */
  readonly pids: readonly number[];
  /** The least ratio to Express, by clients. */
  readonly promised: Readonly<Record<number, number>>;
}

async function atAllSizes(
  { rounds, seconds }: SuiteOptions,
  { database, pids, promised }: Database,
  servers: Readonly<Record<'Backlot' | 'Express', Running>>,
): Promise<Part> {
  const tables: Table[] = [];
  const verdicts: Verdict[] = [];
  for (const connections of clients) {
    const slowest = new Map<string, number>();
    const contenders = Object.entries(servers).map(([name, server]) => ({
      name,
      pids: [server.pid, ...pids],
      run: async () => {
        const url = name === 'Backlot' ? `${server.origin}/?form=message` : `${server.origin}/`;
        const { perSecond, p99Ms } = await burst({ url, connections, seconds, form, status: 303 });
        slowest.set(name, Math.max(slowest.get(name) ?? 0, p99Ms));
        return perSecond;
      },
    }));
    const compared = await takeTurns(contenders, rounds);
    const table = comparison(`${database}, ${connections} clients, posts a second`, compared);
    tables.push({
      head: [...table.head, 'slowest 99th percentile'],
      rows: table.rows.map((row) => [...row, `${(slowest.get(row[0] ?? '') ?? Number.NaN).toFixed(1)} ms`]),
    });
    const least = promised[connections];
    if (least === undefined) continue;
    const promise = `${database}, ${connections} ${connections === 1 ? 'client' : 'clients'}, against Express`;
    verdicts.push({ promise, measured: ratio(compared, 'Express'), least, unit: '×' });
  }
  return { tables, verdicts };
}
