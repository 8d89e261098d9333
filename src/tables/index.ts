/** Schema, plan of changes, records (the write path), change log and its feed, search. */
export type * from './tables.ts';
