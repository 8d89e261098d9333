import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../bin/backlot.js', import.meta.url));
/** Far beyond what a loaded machine needs: what takes longer hangs. */
const hangsAfterMs = 600_000;

export interface ProgramOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Words before the program: a tracer with its options. */
  readonly under?: readonly string[];
  readonly input?: string;
}

/** The program, started as its users start it. */
export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly output: () => string;
  readonly errors: () => string;
  /** Code or signal with which it ended. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** SIGKILL, and waits until it has gone. */
  kill(): Promise<void>;
}

/** Programs that must not outlive this one. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts `backlot ARGS`. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Program {
  const words = [...(options.under ?? []), process.execPath, entry, ...args];
  const child = spawn(words[0]!, words.slice(1), {
    env: { ...process.env, BACKLOT_RATE_LIMIT: 'off', BACKLOT_TIME_ZONE: 'Europe/Rome', ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(signal ?? code ?? 1);
    });
  });
  return {
    child,
    pid: child.pid ?? 0,
    output: () => output,
    errors: () => errors,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A server that answers at its address. */
export interface ServedProgram extends Program {
  readonly address: string;
  readonly readyMs: number;
}

/** Waits for the line that says where it is served. Rejects with what it said where it ends before. */
export async function ready(program: Program): Promise<ServedProgram> {
  const begunMs = performance.now();
  const address = await within(
    new Promise<string>((resolve, reject) => {
      const look = (): void => {
        const found = / is served at (\S+)/.exec(program.output())?.[1];
        if (found !== undefined) resolve(found);
      };
      program.child.stdout!.on('data', look);
      look();
      void program.ended.then((how) => reject(new Error(`The server ended with ${how}:\n${program.errors()}`)));
    }),
    'The server did not become ready',
  );
  return { ...program, address, readyMs: performance.now() - begunMs };
}

export function startServer(args: readonly string[], options: ProgramOptions = {}): Promise<ServedProgram> {
  return ready(startProgram(['serve', ...args, '--port', '0'], options));
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<{ readonly how: number | NodeJS.Signals; readonly output: string; readonly errors: string }> {
  const program = startProgram(args, options);
  const how = await within(program.ended, `backlot ${args[0] ?? ''} did not end`);
  return { how, output: program.output(), errors: program.errors() };
}

/** The promise's value, or an error that says what hangs. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what} in ${hangsAfterMs / 1000} s.`)), hangsAfterMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
