import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { within } from './program.ts';

/** What is done to the k-th call: the process is killed before it, or the call fails. */
export interface Injection {
  readonly call: string;
  /** From 1, counted for each thread. `andAfter`: that one and all that follow. */
  readonly number: number;
  readonly andAfter?: boolean;
  readonly effect: 'signal=KILL' | 'error=EIO' | 'error=ENOSPC';
}

/** Calls that bring something to the disk. */
export const writingCalls = ['pwrite64', 'fdatasync', 'fsync', 'rename', 'ftruncate', 'unlink'] as const;

/** Why the disk cannot be made to fail here; undefined where it can. */
export function whyNoStrace(): string | undefined {
  const found = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=write', 'true']);
  if (found.error) return 'strace is not installed';
  return found.status === 0 ? undefined : 'strace may not trace here';
}

export function injecting({ call, number, andAfter, effect }: Injection): string[] {
  const when = `${number}${andAfter === true ? '+' : ''}`;
  return ['-e', `trace=${call}`, '-e', `inject=${call}:${effect}:when=${when}`];
}

/** Words that start a program under the tracer. */
export function tracer(file: string, options: readonly string[]): string[] {
  return ['strace', '-f', '-qq', '-o', file, ...options];
}

/** How often each writing call was made, by the thread that made it most often, as the tracer wrote it down. */
export async function countCalls(file: string): Promise<ReadonlyMap<string, number>> {
  const byThread = new Map<string, number>();
  for (const line of (await readFile(file, 'utf8')).split('\n')) {
    const match = /^(\d+)\s+(\w+)\(/.exec(line);
    if (!match) continue;
    const key = `${match[1]!} ${match[2]!}`;
    byThread.set(key, (byThread.get(key) ?? 0) + 1);
  }
  const most = new Map<string, number>();
  for (const [key, count] of byThread) {
    const call = key.split(' ')[1]!;
    most.set(call, Math.max(most.get(call) ?? 0, count));
  }
  return most;
}

/** Makes calls of a running process fail, from now until `detach`. */
export async function attach(pid: number, injection: Injection): Promise<{ detach(): Promise<void> }> {
  const child = spawn('strace', ['-f', '-o', '/dev/null', ...injecting(injection), '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const attached = new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('attached')) resolve();
    });
    void ended.then(() => reject(new Error(`strace ended: ${said}`)));
  });
  await within(attached, 'strace did not attach');
  return {
    async detach() {
      child.kill('SIGINT');
      await ended;
    },
  };
}
