/** What Node could have shipped: clock, randomness, ids, errors with codes, bounded cache, mutex, log. */
export { boundedCache } from './cache.ts';
export type { BoundedCache } from './cache.ts';
export { manualClock, systemClock } from './clock.ts';
export type { Clock, ManualClock } from './clock.ts';
export { BacklotError, formatDiagnostic, formatPosition } from './errors.ts';
export type { Diagnostic, SourcePosition } from './errors.ts';
export { isUuid, uuidv7 } from './ids.ts';
export type { Ids } from './ids.ts';
export { memoryLog } from './log.ts';
export type { Log, MemoryLog } from './log.ts';
export { mutex } from './mutex.ts';
export type { Mutex } from './mutex.ts';
export { seededRandom, systemRandom } from './random.ts';
export type { Random } from './random.ts';
