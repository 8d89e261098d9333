/** Forms as the HTML standard defines them: definition, decoding, sanitisation, validation, messages. */
export {
  columnGroups,
  columnTypeOf,
  columnValues,
  constraintsOf,
  declaredColumns,
  isColumnRequired,
  reservedNames,
} from './columns.ts';
export type { ColumnGroup, ColumnValueOptions } from './columns.ts';
export { compatFields } from './compat.ts';
export type { CompatFields } from './compat.ts';
export { defaultFormLimits } from './body.ts';
export type { BodyRefusal, BodyRequest, DecodedBody, FormLimits, UploadSink } from './body.ts';
export { decodeBody } from './decode.ts';
export { defineForms } from './define.ts';
export type { ScopeOf } from './define.ts';
export type * from './definition.ts';
export { controlsOfScope } from './entries.ts';
export { lintForm } from './lint.ts';
export type { LintContext } from './lint.ts';
export { messageFor } from './messages.ts';
export type { MessageOptions } from './messages.ts';
export { declaredParameters, filterParameters } from './parameters.ts';
export { compilePattern, patternMatches } from './pattern.ts';
export type { Pattern } from './pattern.ts';
export { validateForm } from './validate.ts';
export type { ValidateOptions } from './validate.ts';
