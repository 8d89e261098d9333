import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BacklotError } from '../std/index.ts';
import type { Log } from '../std/index.ts';
import type { DataFolder } from './data-folder.ts';
import { DatabaseError } from './errors.ts';

/** What a running server does for a command. `args` comes from another process: parse it. Gives what JSON can hold. */
export type ControlHandler = (args: unknown) => Promise<unknown>;

export interface Control {
  /** Refuses new calls, waits for those under way. */
  close(): Promise<void>;
}

type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Room for the path of a Unix socket, with its final NUL, on the system that has least (macOS; Linux has 108). */
const pathBytesMax = 103;
const messageBytesMax = 16 * 1024 * 1024;

/**
 * Listens in the data folder for commands of this machine's same user: one JSON line each way per connection. Only
 * the folder's holder may, so a socket that is there already was left by a server that was killed.
 */
export async function serveControl(
  folder: DataFolder,
  handlers: Readonly<Record<string, ControlHandler>>,
  log: Log,
): Promise<Control> {
  const path = makePath(folder.folder);
  const calls = new Set<Promise<void>>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const call = answer(socket, handlers, log).finally(() => {
      calls.delete(call);
      sockets.delete(socket);
    });
    calls.add(call);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Nobody else may connect, from its first moment on.
    const before = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(before);
    }
  });
  return {
    async close() {
      server.close();
      // Who has not asked yet will not be answered.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      await Promise.allSettled(calls);
      for (const socket of sockets) socket.destroy();
      removePath(folder.folder, path);
    },
  };
}

/**
 * Has the server that holds the data folder run a command. Throws `database/control` where none answers, and a
 * {@link BacklotError} with the handler's own code and message where it failed.
 */
export async function callControl(
  folder: string,
  command: string,
  args: unknown,
  options: { readonly timeoutMs?: number } = {},
): Promise<unknown> {
  const socket = createConnection(controlPath(folder));
  socket.setTimeout(options.timeoutMs ?? 60_000, () => socket.destroy(new Error('it did not answer in time')));
  try {
    socket.write(`${JSON.stringify({ command, args })}\n`);
    const text = await readLine(socket);
    if (text === undefined) throw new Error('it hung up');
    const answer: Answer = JSON.parse(text);
    if (answer.ok) return answer.result;
    throw new BacklotError(answer.code, answer.message);
  } catch (error) {
    if (error instanceof BacklotError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new DatabaseError('database/control', `Folder ${folder}: ${why}.`, { cause: error });
  } finally {
    socket.destroy();
  }
}

/** Where the folder's server listens: in the folder, or where `control.path` says when that path was too long. */
function controlPath(folder: string): string {
  const path = join(folder, 'control.sock');
  if (Buffer.byteLength(path) <= pathBytesMax) return path;
  try {
    return readFileSync(join(folder, 'control.path'), 'utf8');
  } catch (error) {
    throw new DatabaseError('database/control', `Nothing listens in ${folder}.`, { cause: error });
  }
}

function makePath(folder: string): string {
  const path = join(folder, 'control.sock');
  rmSync(path, { force: true });
  if (Buffer.byteLength(path) <= pathBytesMax) return path;
  const elsewhere = join(mkdtempSync(join(tmpdir(), 'backlot-')), 'control.sock');
  writeFileSync(join(folder, 'control.path'), elsewhere, { mode: 0o600 });
  return elsewhere;
}

function removePath(folder: string, path: string): void {
  rmSync(path, { force: true });
  if (dirname(path) === folder) return;
  rmSync(dirname(path), { recursive: true, force: true });
  rmSync(join(folder, 'control.path'), { force: true });
}

async function answer(socket: Socket, handlers: Readonly<Record<string, ControlHandler>>, log: Log): Promise<void> {
  socket.on('error', () => undefined);
  try {
    const text = await readLine(socket);
    if (text === undefined) return;
    socket.end(`${JSON.stringify(await run(text, handlers, log))}\n`);
  } catch (error) {
    socket.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

async function run(text: string, handlers: Readonly<Record<string, ControlHandler>>, log: Log): Promise<Answer> {
  try {
    const request: unknown = JSON.parse(text);
    const command: unknown = typeof request === 'object' && request !== null ? Reflect.get(request, 'command') : null;
    const handler = typeof command === 'string' && Object.hasOwn(handlers, command) ? handlers[command] : undefined;
    if (!handler) {
      return {
        ok: false,
        code: 'database/control',
        message: `The server knows no command ${JSON.stringify(command)}.`,
      };
    }
    const args: unknown = Reflect.get(Object(request), 'args');
    return { ok: true, result: (await handler(args)) ?? null };
  } catch (error) {
    if (error instanceof BacklotError) return { ok: false, code: error.code, message: error.message };
    log.error('A control command failed.', { error: error instanceof Error ? error.stack : String(error) });
    return { ok: false, code: 'database/control', message: 'The command failed; the server’s log says why.' };
  }
}

/** The first line that arrives; `undefined` where the other side ends before. */
function readLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    socket.on('data', (chunk: Buffer) => {
      const end = chunk.indexOf(10);
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
      length += chunk.length;
      if (end >= 0) resolve(Buffer.concat(chunks).toString());
      else if (length > messageBytesMax) reject(new Error('the message is too long'));
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(undefined));
  });
}
