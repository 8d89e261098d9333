import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { nodePath, pinned, SERVER_CORE } from './machine.ts';

/** A server under measurement. */
export interface Running {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly core?: number;
}

const READY_MS_MAX = 60_000;

/** Starts a program that listens on the port it is given, and waits until it takes connections. */
export async function startProgram(
  command: string,
  args: (port: number) => readonly string[],
  { env = {}, core = SERVER_CORE }: StartOptions = {},
): Promise<Running> {
  const port = await freePort();
  const [program, all] = pinned(core, command, args(port));
  const child = spawn(program, all, {
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  await listening(child, port, () => said);
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid!,
    stop: () => stop(child),
  };
}

/** Starts a peer of `bench/peers`. */
export async function startPeer(
  file: string,
  options: StartOptions & { readonly args?: readonly string[] } = {},
): Promise<Running> {
  const path = new URL(`peers/${file}`, import.meta.url).pathname;
  return await startProgram(nodePath(), () => [path, ...(options.args ?? [])], options);
}

/** Starts Backlot as its users do. */
export async function startBacklot(
  site: string,
  where: { readonly data: string; readonly database?: string },
  options: StartOptions = {},
): Promise<Running> {
  const bin = new URL('../bin/backlot.js', import.meta.url).pathname;
  const database = where.database === undefined ? [] : ['--database', where.database];
  return await startProgram(
    nodePath(),
    (port) => [bin, 'serve', site, '--data', where.data, '--port', String(port), ...database],
    { ...options, env: { BACKLOT_RATE_LIMIT: 'off', ...options.env } },
  );
}

async function listening(child: ChildProcess, port: number, said: () => string): Promise<void> {
  const started = performance.now();
  while (performance.now() - started < READY_MS_MAX) {
    if (child.exitCode !== null) throw new Error(`A server ended before it was ready:\n${said()}`);
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await stop(child);
  throw new Error(`A server was not ready after ${READY_MS_MAX / 1000} s:\n${said()}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(forced);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The probe was given no port.');
  return address.port;
}
