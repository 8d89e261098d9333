/** Uploaded files: kept provisionally while a form is read, permanently once a row holds them. */
export { filesPrefix, openFileStore } from './store.ts';
export type { FileStore, FileStoreOptions, StoredFile, SweepOptions } from './store.ts';
