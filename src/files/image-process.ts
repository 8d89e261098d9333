import { writeFileSync } from 'node:fs';
import { memoryExitCode } from './image-task.ts';
import type { ImageReport, ImageTask } from './image-task.ts';

/*
 * The process that reads pictures. They come from strangers, and the library that decodes them is native code: what goes
 * wrong in it ends this process, never the server. It takes one task at a time and answers each.
 */

/** Resident bytes, native memory included: an AVIF of 50 megapixels takes 800 MB. */
const memoryBytesMax = 1024 * 1024 * 1024;
const memoryLookMs = 50;

async function answer(task: ImageTask): Promise<ImageReport> {
  if (task.format === 'svg') return (await import('./image-svg.ts')).encodeSvg(task);
  return await (await import('./image-raster.ts')).encodeRaster(task);
}

/** When memory is short, the system is to end this process before the server. Only Linux can be told. */
function volunteer(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Elsewhere the limit of our own has to do.
  }
}

function watchMemory(): void {
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() > memoryBytesMax) process.exit(memoryExitCode);
  }, memoryLookMs);
  timer.unref();
}

volunteer();
watchMemory();
// Stopping the server from a terminal or by its service manager signals this process too; the server decides when the
// work under way is done, and this process ends with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', (task: ImageTask) => {
  answer(task).then(
    (report) => process.send?.(report),
    (error: unknown) => process.send?.({ ok: false, fault: 'unusable', why: String(error) } satisfies ImageReport),
  );
});
