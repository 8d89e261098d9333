/** Formats by example: how values are written as text and read back. */
export { formatForms, parseFormatAttribute } from './format-attribute.ts';
export type { ParsedFormat } from './format-attribute.ts';
export { fitFormat } from './format-fit.ts';
export { learnFormat, machineType } from './format-learn.ts';
export type { FormatSample, FormatWarning, LearntFormat } from './format-learn.ts';
export { printFormat, readFormat } from './format-print.ts';
export type { Format } from './format-types.ts';
