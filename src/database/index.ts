/** Drivers for SQLite and PostgreSQL behind one small contract, and group commit. */
export type {
  BackupReport,
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
export { dataFolderPaths, folderHolder, openDataFolder } from './data-folder.ts';
export type { DataFolder, DataFolderPaths, FolderHolder } from './data-folder.ts';
export { DatabaseError, databaseErrors } from './errors.ts';
export type { DatabaseErrorCode } from './errors.ts';
export type { Fault, FaultPoint, FaultTarget } from './fault.ts';
export { groupCommit } from './group-commit.ts';
export type { GroupCommitOptions } from './group-commit.ts';
export { restoreSqlite } from './sqlite-backup.ts';
export { openSqlite } from './sqlite.ts';
export type { SqliteOptions } from './sqlite.ts';
