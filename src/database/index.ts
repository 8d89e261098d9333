/** Drivers for SQLite and PostgreSQL behind one small contract, group commit, the data folder and its lock. */
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
export { dataFolderPaths, folderHolder, openDataFolder, prepareDataFolder } from './data-folder.ts';
export type { DataFolder, DataFolderPaths, FolderHolder } from './data-folder.ts';
export { DatabaseError } from './errors.ts';
export type { DatabaseErrorCode } from './errors.ts';
export type { Fault, FaultPoint, FaultTarget } from './fault.ts';
export { groupCommit } from './group-commit.ts';
export type { GroupCommitOptions } from './group-commit.ts';
export { formatVersion } from './format.ts';
export { checkBackup, restoreBackup } from './open.ts';
export type { OpenDatabaseOptions, OpenedDatabase, RestoreOptions } from './open.ts';
export { openPostgres } from './postgres.ts';
export type { PostgresOptions } from './postgres.ts';
export { openSqlite } from './sqlite.ts';
export type { SqliteOptions } from './sqlite.ts';
export { callControl, serveControl } from './control.ts';
export type { Control, ControlHandler } from './control.ts';
