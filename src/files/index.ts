/** Uploaded files: kept provisionally while a form is read, permanently once a row holds them. */
export { openFileStore } from './store.ts';
export type { FileStore, FileStoreOptions, SweepOptions } from './store.ts';
export type { OpenOptions, StoredFile } from './stored-file.ts';
