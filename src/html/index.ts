/** Compile a file to literal text and holes; render (put); read (get). Pure. */
export type * from './template.ts';
