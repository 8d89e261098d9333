import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../test/postgres.ts';
import type { PostgresServer } from '../test/postgres.ts';
import { send } from './client.ts';
import type { Client } from './client.ts';
import { openLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { startMailDouble } from './mail.ts';
import type { MailDouble } from './mail.ts';
import { runCommand, startServer } from './program.ts';
import type { ServedProgram } from './program.ts';
import { firstShape, writeSite } from './site.ts';
import type { SiteShape } from './site.ts';
import type { Place } from './state.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

const admin = { email: 'ada@example.org', password: 'zebra crossing at noon' };

/** Data that was served once and has an admin: each life begins with a copy of it. */
export interface Template {
  readonly kind: DatabaseKind;
  readonly folder: string;
  readonly postgres?: PostgresServer;
  readonly databaseUrl?: string;
  close(): Promise<void>;
}

/** Prepares data to copy. `parent`: where every folder of the run is. */
export async function makeTemplate(parent: string, kind: DatabaseKind): Promise<Template> {
  const folder = await mkdtemp(join(parent, `${kind}-`));
  const postgres = kind === 'postgres' ? await startPostgres() : undefined;
  const databaseUrl = await postgres?.createDatabase('template');
  const place = { dataDir: join(folder, 'data'), ...(databaseUrl === undefined ? {} : { databaseUrl }) };
  const site = join(folder, 'site');
  await writeSite(site, firstShape);
  const server = await startServer([site, ...placeOptions(place)]);
  const args = ['user', 'add', admin.email, '--role', 'admin', ...placeOptions(place)];
  const added = await runCommand(args, { input: `${admin.password}\n` });
  if (added.how !== 0) throw new Error(`The admin could not be added: ${added.errors}`);
  server.child.kill('SIGTERM');
  await server.ended;
  return {
    kind,
    folder,
    ...(postgres ? { postgres } : {}),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    close: async () => {
      await postgres?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One data folder, from its copy to the end of its cycles, with all that stands around it. */
export interface World {
  readonly place: Place;
  readonly siteDir: string;
  readonly folder: string;
  readonly mail: MailDouble;
  readonly template: Template;
  ledger: Ledger;
  shape: SiteShape;
  client: Client;
  /** How often a server was killed, or a mail connection broken. */
  kills: number;
  /** Whether a backup has taken the place of the data: mails were sent that it does not know. */
  wentBack: boolean;
  serve(under?: readonly string[]): Promise<ServedProgram>;
  /** Options that say where the data is. */
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  reshape(shape: SiteShape): Promise<void>;
  close(): Promise<void>;
}

let copies = 0;

/**
 * Copies the template, and opens what a life needs. `dataDir`: where the copy goes, if not beside the site. `mails`: off
 * where mails that are sent would be unknown to the mail server of later copies.
 */
export async function openWorld(template: Template, parent: string, dataDir?: string, mails = true): Promise<World> {
  const folder = await mkdtemp(join(parent, 'life-'));
  const siteDir = join(folder, 'site');
  await cp(join(template.folder, 'site'), siteDir, { recursive: true });
  const backup = join(template.folder, 'backup.tar.gz');
  if (existsSync(backup)) await cp(backup, join(folder, 'backup.tar.gz'));
  const place = await copyPlace(template, dataDir ?? join(folder, 'data'));
  const mail = await startMailDouble();
  const environment = {
    BACKLOT_NOTIFY: 'owner@example.org',
    BACKLOT_MAIL: mails ? mail.url : '',
    BACKLOT_MAIL_FROM: 'Torture <torture@example.org>',
  };
  const options = placeOptions(place);
  const running = new Set<ServedProgram>();
  const world: World = {
    place,
    siteDir,
    folder,
    mail,
    template,
    ledger: openLedger(),
    shape: firstShape,
    client: { address: '', cookie: '' },
    kills: 0,
    wentBack: false,
    options,
    environment,
    async serve(under = []) {
      const server = await startServer([siteDir, ...options], { environment, under });
      running.add(server);
      world.client = { ...world.client, address: server.address };
      if (world.client.cookie === '') world.client = await signIn(world.client);
      return server;
    },
    async reshape(shape) {
      world.shape = shape;
      await writeSite(siteDir, shape);
    },
    async close() {
      // Of a life that ended early.
      for (const server of running) await server.kill();
      await mail.stop();
    },
  };
  return world;
}

async function copyPlace({ folder, postgres, databaseUrl }: Template, dataDir: string): Promise<Place> {
  await mkdir(dataDir, { recursive: true });
  await cp(join(folder, 'data'), dataDir, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  if (!postgres || databaseUrl === undefined) return { dataDir };
  const name = `life_${++copies}`;
  await execute(postgres.url, `create database ${name} template template`);
  return { dataDir, databaseUrl: databaseUrl.replace(/[^/]*$/, name) };
}

/** Runs SQL on a connection of its own. */
export async function execute(url: string, sql: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Options of the command line that say where data is. */
export function placeOptions({ dataDir, databaseUrl }: Place): string[] {
  return ['--data', dataDir, ...(databaseUrl === undefined ? [] : ['--database', databaseUrl])];
}

async function signIn(client: Client): Promise<Client> {
  const reply = await send(client, 'POST', '/api/session', { body: admin });
  if (reply?.status !== 201) throw new Error(`The admin could not sign in: ${reply?.status ?? 'no answer'}`);
  return { ...client, cookie: reply.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

export async function runFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'backlot-torture-'));
}
