import { setTimeout } from 'node:timers/promises';
import { mutex } from '../std/index.ts';
import type { Clock } from '../std/index.ts';
import type { Change, LogEntry, Outcome, Statement } from './contract.ts';
import { DatabaseError } from './errors.ts';
import type { Fault, FaultPoint } from './fault.ts';
import { logColumns, placeEntries, refuseControl } from './format.ts';
import type { PlacedEntry } from './format.ts';
import { startChanges } from './postgres-changes.ts';
import type { PostgresConnection, PostgresResult } from './postgres-connection.ts';
import { isLost, isStalePlan, isTransient, postgresFailure, postgresRefusal } from './postgres-failure.ts';

/** The one connection of this process that writes, under a lock that all writers of the database share. */
export interface PostgresWriter {
  commit(changes: readonly Change[]): Promise<readonly Outcome[]>;
  migrate(statements: readonly Statement[], entries: readonly LogEntry[]): Promise<void>;
  /** The server process that serves the writer, while there is one. */
  readonly backend: number | undefined;
  close(): Promise<void>;
}

export interface PostgresWriterOptions {
  readonly connect: () => Promise<PostgresConnection>;
  readonly clock: Clock;
  /** Names this driver in `_writer`. */
  readonly id: string;
  /** How long to look for the outcome of a commit that got no answer. */
  readonly reconnectForMs: number;
  readonly fault: Fault | undefined;
}

/** What a transaction leaves to be committed. Nothing to `keep`: it is rolled back. */
export interface Finish<T> {
  readonly keep: boolean;
  readonly entries: readonly PlacedEntry[];
  readonly result: T;
}

/** Sends what may travel with the begin, and gives what is to be done once the log's position is known. */
export type Start<T> = (connection: PostgresConnection) => (position: number) => Promise<Finish<T>>;

/** How far one attempt came, for whoever must find out what became of it. */
interface Attempt<T> {
  readonly number: number;
  committing: boolean;
  result: { readonly value: T } | undefined;
}

export const channel = 'backlot';
export const lockWriters = `select pg_advisory_xact_lock(hashtextextended('backlot:' || current_schema(), 0))`;
const begin = 'begin isolation level read committed';
const readPosition = 'select coalesce(max(position), 0) as position from _log';
const mark = `insert into _writer (id, last, seen) values ($1, $2, $3)
  on conflict (id) do update set last = excluded.last, seen = excluded.seen`;
const insertEntries = `insert into _log (${logColumns})
  select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
    $8::text[], $9::text[])`;
const attemptsMax = 3;
const reconnectEveryMs = 250;

export function postgresWriter(options: PostgresWriterOptions): PostgresWriter {
  const { clock, id } = options;
  const turn = mutex();
  let connection: PostgresConnection | undefined;
  let number = 0;
  let closed = false;

  const connected = async (): Promise<PostgresConnection> => {
    if (closed) throw new DatabaseError('database/closed');
    if (connection && (connection.lost || connection.worn)) await drop();
    if (connection) return connection;
    try {
      await options.fault?.('connect', {});
      return (connection = await options.connect());
    } catch (error) {
      throw postgresFailure(error);
    }
  };
  /** As `connected`, but gives a server that restarts some time. */
  const reconnected = async (): Promise<PostgresConnection> => {
    for (const untilMs = performance.now() + options.reconnectForMs; ;) {
      try {
        return await connected();
      } catch (error) {
        if (closed || performance.now() > untilMs) throw error;
        await setTimeout(reconnectEveryMs);
      }
    }
  };
  const drop = async (): Promise<void> => {
    const dropped = connection;
    connection = undefined;
    await dropped?.end().catch(() => undefined);
  };
  const fault = async (point: FaultPoint, { client }: PostgresConnection): Promise<void> =>
    options.fault?.(point, { backend: backendOf(client) ?? 0 });

  const attempt = async <T>(one: PostgresConnection, start: Start<T>, progress: Attempt<T>): Promise<T> => {
    const time = new Date(clock.now()).toISOString();
    const open = (): Promise<PostgresResult>[] => [
      one.send(begin),
      one.send(lockWriters),
      // A statement of its own: it must not see the state from before the lock was given.
      one.send(readPosition),
      one.send(mark, [id, progress.number, time]),
    ];
    let opening: Promise<PostgresResult>[] = [];
    let proceed: ((position: number) => Promise<Finish<T>>) | undefined;
    one.together(() => {
      opening = open();
      if (!options.fault) proceed = start(one);
    });
    const [, , position] = await all(opening);
    if (options.fault) await fault('begin', one);
    proceed ??= start(one);
    const finish = await proceed(Number(position!.rows[0]!['position']));
    progress.result = { value: finish.result };
    if (!finish.keep) {
      await one.send('rollback');
      return finish.result;
    }
    await fault('commit', one);
    progress.committing = true;
    await all(one.together(() => sendEnd(one, finish.entries, time)));
    await fault('committed', one);
    return finish.result;
  };

  const transact = <T>(start: Start<T>): Promise<T> =>
    turn.run(async () => {
      for (let tries = 1; ; tries++) {
        const one = await connected();
        const progress: Attempt<T> = { number: ++number, committing: false, result: undefined };
        try {
          return await attempt(one, start, progress);
        } catch (error) {
          if (isLost(error) || one.lost) {
            await drop();
            if (progress.committing && (await happened(progress.number, error))) return progress.result!.value;
          } else {
            await one.send('rollback').catch(drop);
            if (isStalePlan(error)) await drop();
            else if (!isTransient(error)) throw postgresFailure(error);
          }
          // Nothing of this attempt was kept, so it may be made again.
          if (tries === attemptsMax) throw postgresFailure(error);
        }
      }
    });

  /**
   * Whether a commit that got no answer happened. The lock is free only once that transaction has ended, and each
   * transaction leaves its number in `_writer`.
   */
  const happened = async (asked: number, cause: unknown): Promise<boolean> => {
    try {
      const one = await reconnected();
      const [, , answer] = await all(
        one.together(() => [
          one.send(begin),
          one.send(lockWriters),
          one.send('select last from _writer where id = $1', [id]),
          one.send('commit'),
        ]),
      );
      return answer!.rows[0]?.['last'] === asked;
    } catch (error) {
      await drop();
      const detail = `It went during a commit and could not be made again: ${String(error)}`;
      throw new DatabaseError('database/lost', detail, { cause, outcomeUnknown: true });
    }
  };

  return {
    async commit(changes) {
      for (const { statements } of changes) for (const { sql } of statements) refuseControl(sql);
      try {
        return await transact((one) => startChanges(one, changes));
      } catch (error) {
        // A deferred constraint shows at the commit only; alone, it is clear whose it is.
        const alone = changes.length === 1 ? changes[0] : undefined;
        const cause = alone && error instanceof DatabaseError ? error.cause : undefined;
        const refusal = alone && postgresRefusal(cause, alone.statements.length - 1);
        if (!refusal) throw error;
        return [{ ok: false, refusal }];
      }
    },
    migrate: (statements, entries) => transact((one) => startMigration(one, statements, entries)),
    get backend() {
      return connection && backendOf(connection.client);
    },
    async close() {
      closed = true;
      await turn.run(drop);
    },
  };
}

/** Waits for all answers, then throws the first error: those after it only say that the transaction has failed. */
async function all(answers: readonly Promise<PostgresResult>[]): Promise<PostgresResult[]> {
  const settled = await Promise.allSettled(answers);
  return settled.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}

function sendEnd(one: PostgresConnection, entries: readonly PlacedEntry[], time: string): Promise<PostgresResult>[] {
  const answers = entries.length === 0 ? [] : [one.send(insertEntries, columnsOf(entries, time))];
  answers.push(one.send(`select pg_notify('${channel}', '')`));
  answers.push(
    one.send('commit').then((answer) => {
      // A transaction that has failed answers a commit with ROLLBACK, and without an error.
      if (answer.command === 'COMMIT') return answer;
      throw new DatabaseError('database/statement', 'The transaction had failed before its end.');
    }),
  );
  return answers;
}

function columnsOf(entries: readonly PlacedEntry[], time: string): Parameters<PostgresConnection['send']>[1] {
  return [
    entries.map((entry) => entry.position),
    entries.map((entry) => entry.group),
    entries.map(() => time),
    entries.map((entry) => entry.actor),
    entries.map((entry) => entry.table),
    entries.map((entry) => entry.id),
    entries.map((entry) => entry.version),
    entries.map((entry) => entry.operation),
    entries.map((entry) => entry.patch),
  ];
}

function startMigration(
  one: PostgresConnection,
  statements: readonly Statement[],
  entries: readonly LogEntry[],
): (position: number) => Promise<Finish<undefined>> {
  return async (position) => {
    await one.once('set local statement_timeout = 0');
    for (const { sql, params } of statements) await one.once(sql, params);
    return { keep: true, entries: placeEntries(entries, position), result: undefined };
  };
}

/** The server process of a connection. */
export function backendOf(client: object): number | undefined {
  const value: unknown = Reflect.get(client, 'processID');
  return typeof value === 'number' ? value : undefined;
}
