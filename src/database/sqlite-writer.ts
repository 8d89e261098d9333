import type { Clock } from '../std/index.ts';
import type { Change, DatabaseHealth, LogEntry, Outcome, Refusal, Statement } from './contract.ts';
import { DatabaseError } from './errors.ts';
import type { FaultPoint, FaultTarget } from './fault.ts';
import { logColumns, placeEntries, refuseControl } from './format.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { sqliteFailure, sqliteRefusal, stopsWriting } from './sqlite-failure.ts';

/** The one connection that writes. Synchronous, so nothing can come between begin and commit. */
export interface SqliteWriter {
  commit(changes: readonly Change[]): readonly Outcome[];
  migrate(statements: readonly Statement[], entries: readonly LogEntry[]): void;
  /** Changes whenever another connection has committed. */
  dataVersion(): number;
  /** While the disk is full, tries at most once a second whether there is space again. */
  health(): DatabaseHealth;
  /** Stops writing for good: the file is known to be damaged. */
  stop(failure: DatabaseError): void;
  close(): void;
}

export interface SqliteWriterOptions {
  readonly connect: () => SqliteConnection;
  readonly clock: Clock;
  readonly fault: ((point: FaultPoint, target: FaultTarget) => void) | undefined;
}

const insertEntry = `insert into _log (${logColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const probeEveryMs = 1000;
const probeBytes = 256 * 1024;

export function sqliteWriter(options: SqliteWriterOptions): SqliteWriter {
  const { clock } = options;
  let connection = options.connect();
  let stopped: DatabaseError | undefined;
  /** Until a probe finds room again. Commits are tried all the same: a small one may pass. */
  let full: DatabaseError | undefined;
  let probedMs = -Infinity;

  const fault = (point: FaultPoint): void =>
    options.fault?.(point, { execute: (sql) => connection.exec(sql), sever: () => connection.database.close() });

  /** Runs one transaction. `work` says whether there is anything to keep. */
  const transaction = <T>(work: () => { keep: boolean; result: T }): T => {
    if (stopped) throw new DatabaseError(stopped.code, undefined, { cause: stopped });
    let committing = false;
    try {
      if (!connection.database.isOpen) connection = options.connect();
      connection.run('begin immediate');
      fault('begin');
      const { keep, result } = work();
      if (!connection.database.isTransaction) throw outsideTransaction();
      if (!keep) {
        connection.run('rollback');
        return result;
      }
      fault('commit');
      committing = true;
      connection.run('commit');
      // Worth a probe at once.
      if (full) probedMs = -Infinity;
      return result;
    } catch (error) {
      const failure = sqliteFailure(error, committing);
      abandon();
      if (failure.code === 'database/full') full = failure;
      if (stopsWriting(failure, committing)) stopped = failure;
      throw failure;
    }
  };

  /** Ends what is left of the transaction; where even that fails the connection is given up. */
  const abandon = (): void => {
    if (!connection.database.isOpen) return;
    try {
      if (connection.database.isTransaction) connection.exec('rollback');
    } catch {
      connection.database.close();
    }
  };

  const log = (entries: readonly LogEntry[], last: number, time: string): void => {
    for (const e of placeEntries(entries, last)) {
      const values = [e.position, e.group, time, e.actor, e.table, e.id, e.version, e.operation, e.patch];
      connection.run(insertEntry, values);
    }
  };

  const apply = (changes: readonly Change[]): readonly Outcome[] =>
    transaction(() => {
      const time = new Date(clock.now()).toISOString();
      const alone = changes.length === 1;
      let position = lastPosition(connection);
      const outcomes = changes.map((change): Outcome => {
        // Alone, the transaction itself is the savepoint.
        if (!alone) connection.run('savepoint change');
        const refusal = applyStatements(connection, change.statements);
        // Some refusals take the whole transaction with them (`insert or rollback`, a full disk).
        if (!connection.database.isTransaction) throw outsideTransaction();
        if (refusal) {
          if (!alone) connection.run('rollback to change');
        } else {
          log(change.entries, position, time);
          position += change.entries.length;
        }
        if (!alone) connection.run('release change');
        return refusal ? { ok: false, refusal } : { ok: true, position };
      });
      return { keep: outcomes.some((outcome) => outcome.ok), result: outcomes };
    });

  const commit = (changes: readonly Change[]): readonly Outcome[] => {
    try {
      return apply(changes);
    } catch (error) {
      // A deferred constraint shows at the commit only; alone, it is clear whose it is.
      const refusal = changes.length === 1 ? deferredRefusal(error, changes[0]!) : undefined;
      if (!refusal) throw error;
      return [{ ok: false, refusal }];
    }
  };

  const migrate = (statements: readonly Statement[], entries: readonly LogEntry[]): void =>
    transaction(() => {
      // Not kept prepared: each is run once. A script of several statements has no parameters.
      for (const { sql, params } of statements) {
        if (params.length === 0) connection.exec(sql);
        else connection.run(sql, params);
      }
      log(entries, lastPosition(connection), new Date(clock.now()).toISOString());
      return { keep: true, result: undefined };
    });

  const probe = (): void => {
    if (!full || clock.now() - probedMs < probeEveryMs) return;
    try {
      // Room for some rows, not only for the next small change: else health would come and go while rows are refused.
      const insert = `insert or replace into _meta (key, value) values ('space', ?)`;
      transaction(() => ({ keep: true, result: connection.run(insert, ['x'.repeat(probeBytes)]) }));
      transaction(() => ({ keep: true, result: connection.run(`delete from _meta where key = 'space'`) }));
      full = undefined;
    } catch {
      // Still full, or worse: `full` and `stopped` say which.
    } finally {
      probedMs = clock.now();
    }
  };

  return {
    commit,
    migrate,
    dataVersion: () => Number(connection.all('pragma data_version')[0]!['data_version']),
    health() {
      probe();
      const problem = stopped ?? full;
      return problem
        ? { readable: true, writable: false, problem: problem.message }
        : { readable: true, writable: true };
    },
    stop(failure) {
      stopped = failure;
    },
    close() {
      if (!connection.database.isOpen) return;
      try {
        connection.exec('pragma wal_checkpoint(truncate)');
      } finally {
        connection.close();
      }
    },
  };
}

/** The newest position of the log, 0 where it is empty. Retention keeps the newest entry. */
export function lastPosition(connection: SqliteConnection): number {
  return Number(connection.all('select coalesce(max(position), 0) as position from _log')[0]!['position']);
}

function applyStatements(connection: SqliteConnection, statements: readonly Statement[]): Refusal | undefined {
  for (const [index, statement] of statements.entries()) {
    refuseControl(statement.sql);
    let touched: number;
    try {
      touched = connection.run(statement.sql, statement.params);
    } catch (error) {
      const refusal = sqliteRefusal(error, index);
      if (!refusal) throw error;
      return refusal;
    }
    if (statement.touches !== undefined && touched !== statement.touches) {
      return { reason: statement.otherwise ?? 'guard', statement: index, columns: [] };
    }
  }
  return undefined;
}

function deferredRefusal(error: unknown, change: Change): Refusal | undefined {
  const cause = error instanceof DatabaseError && error.code === 'database/statement' ? error.cause : undefined;
  return sqliteRefusal(cause, change.statements.length - 1);
}

function outsideTransaction(): DatabaseError {
  const detail = 'The transaction was gone before its end, so the whole group was given up.';
  return new DatabaseError('database/statement', detail);
}
