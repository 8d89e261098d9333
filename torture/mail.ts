import { startMailServer } from '../test/mail-server.ts';
import type { Behaviour } from '../test/mail-server.ts';
import type { Seeded } from './seeded.ts';

/** A mail server that fails in every way, and remembers what it took. */
export interface MailDouble {
  readonly url: string;
  /** From now on as drawn. */
  change(random: Seeded): void;
  /** From now on as it should be. */
  heal(): void;
  has(messageId: string): boolean;
  times(messageId: string): number;
  ids(): Iterable<string>;
  /** Whether it has ever refused an addressee for good. */
  readonly hasRefused: boolean;
  /** How often a connection was broken after a message had been taken. */
  readonly broken: number;
  stop(): Promise<void>;
}

const failures: readonly Behaviour[] = ['accept', 'busy', 'refuse', 'cut', 'hang'];

export async function startMailDouble(): Promise<MailDouble> {
  const server = await startMailServer(undefined);
  let hasRefused = false;
  let broken = 0;
  const times = (id: string): number => server.received.filter(({ mail }) => mail.messageId === id).length;
  return {
    url: server.url,
    change(random) {
      const behaviour = random.pick(failures);
      hasRefused ||= behaviour === 'refuse';
      if (behaviour === 'cut') broken += 1;
      server.behave(behaviour);
    },
    heal: () => server.behave('accept'),
    has: (id) => times(id) > 0,
    times,
    ids: () => new Set(server.received.map(({ mail }) => mail.messageId ?? '')),
    get hasRefused() {
      return hasRefused;
    },
    get broken() {
      return broken;
    },
    stop: () => server.stop(),
  };
}
