/** The public TypeScript API: `defineSite`, hooks, jobs, routes; gathers the registries that the rooms own. */
export { configuredSettings, loadConfig } from './config-file.ts';
export type { LoadedConfig } from './config-file.ts';
export { openExtension } from './extension.ts';
export type { Extension } from './extension.ts';
export type { HookRun } from './run-code.ts';
export { tableTypes, TYPES_FILE } from './table-types.ts';
