import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startMailServer } from '../../test/mail-server.ts';
import type { MailServer } from '../../test/mail-server.ts';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import { openPostgres, openSqlite } from '../database/index.ts';
import type { Driver } from '../database/index.ts';
import { openJobs } from '../jobs/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { Row } from '../schema/index.ts';
import { manualClock, memoryLog, seededRandom } from '../std/index.ts';
import type { ManualClock } from '../std/index.ts';
import { openTables } from '../tables/index.ts';
import type { Tables } from '../tables/index.ts';
import { mailTable } from './mail-table.ts';
import { openMailer } from './mailer.ts';
import type { Mailer } from './mailer.ts';
import { smtpTransport } from './smtp.ts';
import type { MailTransport } from './transport.ts';

/** One process with a mailer. */
export interface Process {
  readonly mailer: Mailer;
  readonly jobs: Jobs;
}

/** A database with the table of mails, and a mail server. */
export interface World extends Process {
  readonly server: MailServer;
  readonly clock: ManualClock;
  readonly tables: Tables;
  /** Another process, or one with another way out; `null`: none is set. */
  process(transport?: MailTransport | null): Promise<Process>;
  mail(this: void, id: string): Promise<Row | undefined>;
}

let postgres: Promise<PostgresServer> | undefined;
let schemas = 0;
after(async () => {
  await (await postgres)?.stop();
});

/** Registers a test on SQLite and on PostgreSQL. */
export function onBothDatabases(name: string, run: (world: World) => Promise<void>): void {
  void test(`${name} (SQLite)`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backlot-mail-'));
    const clock = manualClock();
    await inWorld(await openSqlite({ file: join(folder, 'data.sqlite'), clock, log: memoryLog() }), clock, run);
    await rm(folder, { recursive: true, force: true });
  });
  void test(`${name} (PostgreSQL)`, async () => {
    const address = new URL(await (postgres ??= startPostgres({ fsync: false })).then(({ url }) => url));
    const settings = { clock: manualClock(), log: memoryLog() };
    const operator = await openPostgres({ url: address.href, ...settings });
    const schema = `mail_${++schemas}`;
    await operator.query(`create schema ${schema}`, []);
    await operator.close();
    address.searchParams.set('options', `-c search_path=${schema}`);
    await inWorld(await openPostgres({ url: address.href, ...settings }), settings.clock, run);
  });
}

async function inWorld(driver: Driver, clock: ManualClock, run: (world: World) => Promise<void>): Promise<void> {
  const log = memoryLog();
  const server = await startMailServer(undefined);
  const tables = await openTables({ driver, clock, log, random: seededRandom(1) });
  await tables.apply(await tables.plan({ tables: { _mail: mailTable } }));
  const opened: Jobs[] = [];
  const smtp = smtpTransport({ url: server.url, timeoutMs: 5000 });
  const process = async (transport: MailTransport | null = smtp): Promise<Process> => {
    const jobs = await openJobs({ driver, clock, log, random: seededRandom(opened.length + 2) });
    opened.push(jobs);
    const from = { name: 'Trattoria "Enzo"', address: 'mail@example.org' };
    return { jobs, mailer: openMailer({ tables, jobs, clock, from, transport: transport ?? undefined }) };
  };
  try {
    const mail = (id: string) => tables.snapshot((reader) => reader.byId('_mail', id));
    await run({ ...(await process()), process, server, clock, tables, mail });
  } finally {
    for (const jobs of opened) await jobs.close(0);
    await server.stop();
    await tables.close();
  }
}
