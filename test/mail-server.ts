import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server';

/** A message as the server took it, read by the standards. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly mail: Email;
}

/**
 * What a mail server does with the next messages: takes them, is busy (451) or refuses (550) when told the addressee or
 * when it has the whole message, takes the whole message and breaks the connection instead of saying so, or never
 * answers.
 */
export type Behaviour = 'accept' | 'busy' | 'refuse' | 'busy-data' | 'refuse-data' | 'cut' | 'hang';

/** A real SMTP server on a free port of 127.0.0.1. */
export interface MailServer {
  readonly url: string;
  readonly received: readonly ReceivedMail[];
  /** Resolves when so many messages have been taken, whatever the sender was told. */
  count(messages: number): Promise<readonly ReceivedMail[]>;
  /** Resolves when a message has come that gets no answer. */
  readonly hanging: Promise<void>;
  behave(behaviour: Behaviour): void;
  /** Answers one addressee by a code of its own: 450, 550. Without a code it is taken again. */
  answer(address: string, code?: number): void;
  stop(): Promise<void>;
}

/** The one password that it knows. Without one, anybody may send. */
export const MAIL_PASSWORD = 'correct horse';

/** Starts a mail server for one test. `port`: where an earlier one was. */
export async function startMailServer(t: TestContext | undefined, port = 0): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const waiting = new Set<() => void>();
  const hanging = Promise.withResolvers<void>();
  const answers = new Map<string, number>();
  let behaviour: Behaviour = 'accept';
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    onAuth({ username, password }, _session, callback) {
      if (password === MAIL_PASSWORD) return callback(null, { user: username });
      return callback(refusal(535));
    },
    onRcptTo(address, _session, callback) {
      const code = behaviour === 'busy' ? 451 : behaviour === 'refuse' ? 550 : answers.get(address.address);
      callback(code === undefined ? undefined : refusal(code));
    },
    onData(stream, session, callback) {
      const kept = keep(stream, session).then((mail) => {
        if (behaviour === 'hang') return hanging.resolve();
        if (behaviour === 'busy-data') return callback(refusal(451));
        if (behaviour === 'refuse-data') return callback(refusal(554));
        received.push(mail);
        for (const tell of waiting) tell();
        if (behaviour === 'cut') return breakConnections(server);
        return callback();
      });
      // A sender that was killed in the middle of its message: it was not taken.
      kept.catch(() => undefined);
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const { port: bound } = server.server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    breakConnections(server);
    return (stopped ??= new Promise((resolve) => server.close(resolve)));
  };
  t?.after(stop);
  return {
    url: `smtp://127.0.0.1:${bound}`,
    received,
    hanging: hanging.promise,
    async count(messages) {
      while (received.length < messages) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
      return received;
    },
    behave(next) {
      behaviour = next;
    },
    answer(address, code) {
      if (code === undefined) answers.delete(address);
      else answers.set(address, code);
    },
    stop,
  };
}

function refusal(responseCode: number): Error {
  return Object.assign(new Error('No.'), { responseCode });
}

function breakConnections(server: SMTPServer): void {
  for (const { _socket: socket } of server.connections as Set<{ _socket: { destroy(): void } }>) socket.destroy();
}

async function keep(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<ReceivedMail> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks).toString('utf8');
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map(({ address }) => address),
    raw,
    mail: await PostalMime.parse(raw),
  };
}
