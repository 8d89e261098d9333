import type { Driver, LoggedEntry } from '../database/index.ts';
import type { Log } from '../std/index.ts';
import type { Feed } from './tables.ts';

/** Entries read from the log at once. A change with more is still delivered whole. */
const entriesPerReadMax = 1000;
/** When to read again after the log could not be read, as no further commit may come to wake the feed. */
const retryAfterMs = 1000;

type Listener = (entries: readonly LoggedEntry[]) => void | Promise<void>;

/**
 * Follows the change log from `start` on: every committed change once, in commit order, whichever process made it.
 * The driver's call is only a wake-up; what is read is the log. A follower that fails is reported, and neither stops
 * the others nor sees the entries again.
 */
export function openFeed(driver: Driver, start: number, log: Log, retryMs = retryAfterMs): Feed {
  const listeners = new Set<Listener>();
  const waiting: { readonly position: number; readonly resolve: () => void }[] = [];
  let position = start;
  let running = false;
  let ended: Promise<void> = Promise.resolve();
  let again = false;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  const tell = async (entries: readonly LoggedEntry[]): Promise<void> => {
    const told = [...listeners];
    for (const listener of told) {
      try {
        await listener(entries);
      } catch (error) {
        log.error('A follower of the change log failed.', { position: entries[0]!.position, error: String(error) });
      }
    }
  };

  const advance = (to: number): void => {
    position = to;
    for (let index = waiting.length - 1; index >= 0; index--) {
      if (waiting[index]!.position > position) continue;
      waiting[index]!.resolve();
      waiting.splice(index, 1);
    }
  };

  const run = async (): Promise<void> => {
    try {
      do {
        again = false;
        for (;;) {
          if (closed) return;
          const entries = await wholeChanges(driver, position);
          if (entries.length === 0) break;
          await tell(entries);
          advance(entries.at(-1)!.position);
        }
      } while (again);
    } catch (error) {
      if (closed) return;
      log.error('The change log could not be read; it is tried again.', { error: String(error) });
      retry = setTimeout(() => wake(), retryMs).unref();
    } finally {
      // In the same turn as the last look at `again`, so that no wake-up falls between.
      running = false;
    }
  };

  const wake = (): void => {
    again = true;
    if (closed || running) return;
    running = true;
    ended = run();
  };
  const stop = driver.onCommit(wake);

  return {
    follow(listener) {
      const own: Listener = (entries) => listener(entries);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    get position() {
      return position;
    },
    reached(wanted) {
      if (wanted <= position || closed) return Promise.resolve();
      const reached = new Promise<void>((resolve) => void waiting.push({ position: wanted, resolve }));
      wake();
      return reached;
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      stop();
      await ended;
      for (const { resolve } of waiting.splice(0)) resolve();
    },
  };
}

/** The next entries after `position`, cut between changes, never within one. */
async function wholeChanges(driver: Driver, position: number): Promise<readonly LoggedEntry[]> {
  let entries = await driver.entriesAfter(position, entriesPerReadMax);
  if (entries.length < entriesPerReadMax) return entries;
  const whole = entries.filter((entry) => entry.group !== entries.at(-1)!.group);
  if (whole.length > 0) return whole;
  for (let limit = entriesPerReadMax * 10; ; limit *= 10) {
    entries = await driver.entriesAfter(position, limit);
    const group = entries[0]!.group;
    if (entries.length < limit || entries.at(-1)!.group !== group)
      return entries.filter((entry) => entry.group === group);
  }
}
