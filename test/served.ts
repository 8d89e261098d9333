import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { startServer } from '../src/server/index.ts';
import type { StartOptions } from '../src/server/index.ts';
import { memoryLog, systemClock, systemRandom } from '../src/std/index.ts';
import type { Clock, MemoryLog } from '../src/std/index.ts';

/** A server started for one test, on a free port of 127.0.0.1, with data of its own. */
export interface Served {
  readonly address: string;
  readonly dataDir: string;
  readonly log: MemoryLog;
  readonly notices: readonly string[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Posts as a browser without JavaScript would: form-urlencoded, redirects not followed. */
  post(
    path: string,
    fields: Record<string, string> | [string, string][],
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** Stops the server, keeping the data, and starts another one on it. */
  restart(): Promise<Served>;
  stop(): Promise<void>;
  setupLink(): Promise<string | undefined>;
}

export interface ServeOptions {
  readonly environment?: Record<string, string>;
  readonly databaseUrl?: string;
  readonly dataDir?: string;
  readonly clock?: Clock;
  readonly dev?: boolean;
  readonly fault?: NonNullable<StartOptions['fault']>;
  readonly timeouts?: NonNullable<StartOptions['timeouts']>;
  readonly observe?: NonNullable<StartOptions['observe']>;
}

/** Writes files into a fresh folder that goes with the test. */
export async function folderOf(t: TestContext, files: Record<string, string | Uint8Array>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'backlot-site-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
  return dir;
}

/** Serves a folder until the test ends. Rate limits are off unless the test turns them on. */
export async function serveFolder(t: TestContext, siteDir: string, options: ServeOptions = {}): Promise<Served> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'backlot-data-')));
  if (options.dataDir === undefined) t.after(() => rm(dataDir, { recursive: true, force: true }));
  const log = memoryLog();
  const notices: string[] = [];
  const server = await startServer({
    siteDir,
    dataDir,
    databaseUrl: options.databaseUrl,
    host: '127.0.0.1',
    port: 0,
    environment: { BACKLOT_RATE_LIMIT: 'off', BACKLOT_TIME_ZONE: 'Europe/Rome', ...options.environment },
    clock: options.clock ?? systemClock,
    random: systemRandom,
    log,
    program: 'test',
    dev: options.dev ?? false,
    timeouts: options.timeouts ?? {},
    ...(options.fault ? { fault: options.fault } : {}),
    ...(options.observe ? { observe: options.observe } : {}),
    onNotices: (lines) => void notices.push(...lines),
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= server.close());
  t.after(stop);
  return {
    address: server.address,
    dataDir,
    log,
    notices,
    get: (path, headers = {}) => fetch(server.address + path, { headers, redirect: 'manual' }),
    post: (path, fields, headers = {}) =>
      fetch(server.address + path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { origin: server.address, ...headers },
        redirect: 'manual',
      }),
    async restart() {
      await stop();
      return await serveFolder(t, siteDir, { ...options, dataDir });
    },
    stop,
    setupLink: () => server.setupLink(),
  };
}

/** Serves files that the test writes itself. */
export async function serveFiles(
  t: TestContext,
  files: Record<string, string | Uint8Array>,
  options?: ServeOptions,
): Promise<Served> {
  return await serveFolder(t, await folderOf(t, files), options);
}
