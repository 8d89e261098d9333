/** REST and OpenAPI over the same tables and rules; the admin speaks only this. */
export { apiHandler } from './api.ts';
export { readingTable } from './reading.ts';
export type { ApiOptions } from './context.ts';
export type { ApiAnswer, ApiFile, ApiRequest } from './request.ts';
export type { BackupKeeper, BackupRestorer, Operation, StoredBackup } from './operation.ts';
