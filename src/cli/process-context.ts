import type { CommandContext } from './command.ts';

/** The process itself as the place where a command runs. */
export function processContext(): CommandContext {
  for (const stream of [process.stdout, process.stderr]) {
    // A reader that has gone, as `head` does, is no failure; commands that write much notice it by themselves.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  let stopAsked: Promise<void> | undefined;
  return {
    cwd: process.cwd(),
    environment: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    get stopAsked() {
      // Only commands that wait for it stop in order; others end at once. A second signal ends any of them.
      stopAsked ??= new Promise((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
      });
      return stopAsked;
    },
  };
}
