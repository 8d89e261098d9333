import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { memoryExitCode } from './image-task.ts';
import type { ImageReport, ImageTask } from './image-task.ts';

/**
 * What became of a task, besides what the process itself reports. `heavy`: it took longer, or more memory, than it may.
 * `ended`: its process went away in the middle of it. `busy`: too many others wait.
 */
export type ImageOutcome = ImageReport | { readonly ok: false; readonly fault: 'heavy' | 'ended' | 'busy' };

/** Works on pictures in processes of its own, which begin with the first task and end when there is nothing to do. */
export interface ImagePool {
  run(task: ImageTask): Promise<ImageOutcome>;
  /** How many processes there are. */
  readonly size: number;
  /** Ends all processes. Tasks under way answer `ended`. */
  close(): void;
}

export interface ImagePoolOptions {
  /** At once; one fewer than there are cores unless told, at least one. */
  readonly processesMax?: number;
  /** Tasks that may wait for a process. */
  readonly waitingMax?: number;
  /** For one task. */
  readonly taskMs?: number;
  /** A process without a task ends after so long. */
  readonly idleMs?: number;
  /** The program that takes the tasks; another one in tests. */
  readonly program?: URL;
}

interface Waiting {
  readonly task: ImageTask;
  readonly resolve: (outcome: ImageOutcome) => void;
}

/** More would only take memory from the server: each may need hundreds of megabytes. */
const processesAtMost = 4;

export function imagePool(options: ImagePoolOptions = {}): ImagePool {
  const {
    processesMax = Math.min(Math.max(availableParallelism() - 1, 1), processesAtMost),
    waitingMax = 64,
    taskMs = 60_000,
    idleMs = 15_000,
    program = new URL(`./image-process${import.meta.url.slice(-3)}`, import.meta.url),
  } = options;
  const waiting: Waiting[] = [];
  const idle = new Map<ChildProcess, NodeJS.Timeout>();
  const all = new Set<ChildProcess>();

  const next = (): void => {
    const [free] = idle.keys();
    const first = waiting[0];
    if (!first || (!free && all.size >= processesMax)) return;
    waiting.shift();
    const child = free ?? begin();
    clearTimeout(idle.get(child));
    idle.delete(child);
    void work(child, first.task, taskMs).then((outcome) => {
      if (all.has(child)) rest(child);
      first.resolve(outcome);
      next();
    });
  };

  const begin = (): ChildProcess => {
    const child = fork(program, { execArgv: ['--max-old-space-size=128'], env: plainEnvironment(), stdio: quiet });
    all.add(child);
    const forget = (): void => {
      all.delete(child);
      clearTimeout(idle.get(child));
      idle.delete(child);
    };
    // Before whoever waits for its answer hears of it, so that it is not given another task.
    child.on('exit', forget);
    child.on('error', forget);
    return child;
  };

  const rest = (child: ChildProcess): void => {
    // Nothing waits for a process without a task.
    child.unref();
    child.channel?.unref();
    const timer = setTimeout(() => end(child), idleMs);
    timer.unref();
    idle.set(child, timer);
  };

  const end = (child: ChildProcess): void => {
    all.delete(child);
    clearTimeout(idle.get(child));
    idle.delete(child);
    child.kill('SIGKILL');
  };

  return {
    run(task) {
      if (waiting.length >= waitingMax) return Promise.resolve({ ok: false, fault: 'busy' });
      return new Promise((resolve) => {
        waiting.push({ task, resolve });
        next();
      });
    },
    get size() {
      return all.size;
    },
    close() {
      for (const { resolve } of waiting.splice(0)) resolve({ ok: false, fault: 'ended' });
      for (const child of all) end(child);
    },
  };
}

const quiet = ['ignore', 'ignore', 'ignore', 'ipc'] as const satisfies ('ignore' | 'ipc')[];

/** Secrets of the server's environment are none of this process's business. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'TEMP', 'SystemRoot'];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Has one process do one task. It is killed when it takes too long: native code cannot be asked to stop. */
async function work(child: ChildProcess, task: ImageTask, taskMs: number): Promise<ImageOutcome> {
  child.ref();
  child.channel?.ref();
  return await new Promise((resolve) => {
    let tooLong = false;
    const timer = setTimeout(() => {
      tooLong = true;
      child.kill('SIGKILL');
    }, taskMs);
    const done = (outcome: ImageOutcome): void => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
      resolve(outcome);
    };
    const onMessage = (report: ImageReport): void => done(report);
    const onExit = (code: number | null): void =>
      done({ ok: false, fault: tooLong || code === memoryExitCode ? 'heavy' : 'ended' });
    const onError = (): void => done({ ok: false, fault: 'ended' });
    child.once('message', onMessage);
    child.once('exit', onExit);
    child.once('error', onError);
    // A process that cannot be sent anything has ended or is about to, and says so by its exit.
    child.send(task, () => undefined);
  });
}
