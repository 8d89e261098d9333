/** Drivers for SQLite and PostgreSQL behind one small contract, and group commit. */
export type {
  Change,
  Committer,
  DatabaseHealth,
  Driver,
  LogEntry,
  LoggedEntry,
  Outcome,
  Reader,
  Refusal,
  SqlRow,
  SqlValue,
  Statement,
} from './contract.ts';
