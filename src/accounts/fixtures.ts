import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client } from 'pg';
import { startPostgres } from '../../test/postgres.ts';
import type { PostgresServer } from '../../test/postgres.ts';
import { openPostgres, openSqlite } from '../database/index.ts';
import type { Driver } from '../database/index.ts';
import { manualClock, memoryLog, seededRandom } from '../std/index.ts';
import type { ManualClock, MemoryLog } from '../std/index.ts';
import { openTables } from '../tables/index.ts';
import type { Actor, Tables } from '../tables/index.ts';
import { withAccountTables } from './account-tables.ts';
import { openAccounts } from './accounts.ts';
import type { Accounts } from './accounts.ts';
import type { User } from './users.ts';

/** Accounts on an empty database, for one test. */
export interface World {
  readonly accounts: Accounts;
  readonly tables: Tables;
  readonly driver: Driver;
  readonly clock: ManualClock;
  readonly log: MemoryLog;
  /** Another process on the same database. */
  readonly another: () => Promise<{ readonly accounts: Accounts; readonly tables: Tables }>;
}

export const operator: Actor = { kind: 'system', id: 'cli', roles: [] };
export const place = { address: '192.0.2.1', agent: 'test' };
export const goodPassword = 'zebra crossing at noon';

/** Registers a test on SQLite and on PostgreSQL. */
export function onBothDatabases(name: string, run: (world: World) => Promise<void>): void {
  onSqlite(name, run);
  onPostgres(name, run);
}

export function onSqlite(name: string, run: (world: World) => Promise<void>): void {
  void test(`${name} (SQLite)`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backlot-accounts-'));
    const file = join(folder, 'data.sqlite');
    await inWorld((clock, log) => openSqlite({ file, clock, log }), run);
    await rm(folder, { recursive: true, force: true });
  });
}

let server: Promise<PostgresServer> | undefined;
after(async () => {
  await (await server)?.stop();
});

export function onPostgres(name: string, run: (world: World) => Promise<void>): void {
  void test(`${name} (PostgreSQL)`, async () => {
    server ??= startPostgres({ fsync: false });
    const { url } = await server;
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('drop schema public cascade; create schema public');
    await client.end();
    await inWorld((clock, log) => openPostgres({ url, clock, log, pollMs: 50 }), run);
  });
}

async function inWorld(
  open: (clock: ManualClock, log: MemoryLog) => Promise<Driver>,
  run: (world: World) => Promise<void>,
): Promise<void> {
  const clock = manualClock();
  const log = memoryLog();
  const opened: { accounts: Accounts; tables: Tables }[] = [];
  const start = async (driver: Driver): Promise<{ accounts: Accounts; tables: Tables }> => {
    const random = seededRandom(opened.length + 1);
    const tables = await openTables({ driver, clock, log, random });
    const wanted = withAccountTables(tables.schema);
    if (wanted) await tables.apply(await tables.plan(wanted));
    const accounts = openAccounts({ tables, clock, random, log });
    opened.push({ accounts, tables });
    return { accounts, tables };
  };
  const driver = await open(clock, log);
  const first = await start(driver);
  try {
    await run({ ...first, driver, clock, log, another: async () => await start(await open(clock, log)) });
  } finally {
    for (const { accounts, tables } of opened) {
      await accounts.close();
      await tables.close();
    }
  }
}

/** Adds a user; they must be acceptable. */
export async function addUser(accounts: Accounts, email: string, ...roles: string[]): Promise<User> {
  const outcome = await accounts.users.add({ email, password: goodPassword, roles }, operator);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome));
  return outcome.user;
}

/** Signs in and gives the `Cookie` header that the browser sends from then on. */
export async function signedIn(accounts: Accounts, email: string, cookieHeader?: string): Promise<string> {
  const outcome = await accounts.signIn({ email, password: goodPassword, ...place, cookieHeader });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome));
  return cookieOf(outcome.cookie);
}

/** What a browser sends back for a `Set-Cookie` header. */
export function cookieOf(setCookie: string): string {
  return setCookie.split(';')[0] ?? '';
}
