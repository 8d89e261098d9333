/** Formats by example: how values are written as text and read back. */
export { parseFormatAttribute } from './format-attribute.ts';
export { fitFormat } from './format-fit.ts';
export { learnFormat } from './format-learn.ts';
export { printFormat, readFormat } from './format-print.ts';
export type { Format } from './format-types.ts';
