import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A heap up to this size is what a server works with; giving back less than it holds beyond is not worth a pause. */
const heapBytesMax = 32 * 1024 * 1024;
/** A start is over, and its first visitors are served. */
const afterStartMs = 3000;

/**
 * Gives back the memory that a start took, once it is over: reading a folder for the first time takes more than serving it
 * ever will, and V8 keeps what it has until it needs more. Stops waiting when called.
 */
export function giveBackAfterStart(): () => void {
  const waiting = setTimeout(giveBack, afterStartMs).unref();
  return () => clearTimeout(waiting);
}

/** Collects garbage and shrinks the heap, where it has grown. Takes as long as marking what is in use, about 50 ms. */
export function giveBack(): void {
  if (getHeapStatistics().total_heap_size <= heapBytesMax) return;
  // Node has no call for it; V8's own is found in a context made while the flag is on.
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
