/** Composition: settings, HTTP, static files, headers, limits, start and stop. */
export type { BackupProgress, MadeBackup } from './backup.ts';
export { backupsOf } from './backups.ts';
export type { Backups, BackupState } from './backups.ts';
export { configuredSettings } from './config-file.ts';
export { lastSite } from './last-site.ts';
export { openData, openDataToRead, refuseNoData } from './open-data.ts';
export type { DataPlace, OpenData, OpenDataOptions } from './open-data.ts';
export { partHistory } from './part-history.ts';
export { applyPlan, describePlan, renameInUse } from './schema-commands.ts';
export { restoreData } from './restore.ts';
export type { RestoredData } from './restore.ts';
export { settingsToShow } from './settings-to-show.ts';
export { readSettings } from './settings.ts';
export type { Settings } from './settings.ts';
export { accountsOf, changeUsers } from './user-commands.ts';
export type { UserCommand } from './user-commands.ts';
export { loadServedSite, startServer } from './start.ts';
export type { RunningServer, SiteSettings, StartOptions } from './start.ts';
