import { hookFault } from '../tables/index.ts';
import { placeOfError, placeOfFunction, writtenPlace } from './code-place.ts';

/** One run of a hook or job, for whoever follows them. */
export interface HookRun {
  /** `hooks.booking.insert.check`, `jobs.digest`. */
  readonly hook: string;
  readonly durationMs: number;
  /** `passed`, `changed`, `refused`, `done`, or how it failed. */
  readonly outcome: string;
}

/** A function of the configuration, with where it stands in it. */
export interface AuthorsCode {
  readonly name: string;
  readonly run: (told: unknown) => unknown;
  /** The author's function, where `run` only calls it. */
  readonly written?: object;
}

export interface RunOptions {
  readonly siteDir: string;
  /** A hook that takes longer is given up. */
  readonly timeLimitMs: number;
  readonly trace: ((run: HookRun) => void) | undefined;
}

/** What a hook's answer comes to, and in a word what it was. Throws `Nonsense` for an answer that is none. */
export type ReadAnswer<T> = (answer: unknown) => { readonly outcome: string; readonly value: T };

/** A hook answered what it may not answer. */
export class Nonsense extends Error {}

/**
 * Runs one function of the author's within its time and reads its answer.
 *
 * @throws BacklotError `tables/hook-failed` that names the author's file and line, when it throws, hangs or answers nonsense
 */
export async function runCode<T>(
  { siteDir, timeLimitMs, trace }: RunOptions,
  hook: AuthorsCode,
  told: unknown,
  read: ReadAnswer<T>,
): Promise<T> {
  const startedMs = performance.now();
  const tell = (outcome: string): void => {
    trace?.({ hook: hook.name, durationMs: performance.now() - startedMs, outcome });
  };
  const fault = (outcome: string, error?: unknown): Error => {
    tell(outcome);
    const place = placeOfError(siteDir, error) ?? placeOfFunction(siteDir, hook.written ?? hook.run);
    return hookFault(`${hook.name}${writtenPlace(place)} ${outcome}.`, error);
  };
  let answer: unknown;
  try {
    answer = await withinTime(async () => await hook.run(told), timeLimitMs);
  } catch (error) {
    throw fault(`failed: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`, error);
  }
  if (answer === timeIsUp) throw fault(`did not end within ${timeLimitMs} ms`);
  try {
    const { outcome, value } = read(answer);
    tell(outcome);
    return value;
  } catch (error) {
    if (error instanceof Nonsense) throw fault(`gave back nonsense: ${error.message}`);
    throw error;
  }
}

const timeIsUp = Symbol('time is up');

async function withinTime(work: () => Promise<unknown>, limitMs: number): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<typeof timeIsUp>();
  const timer = setTimeout(resolve, limitMs, timeIsUp);
  try {
    return await Promise.race([work(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
