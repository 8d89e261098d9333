import type { Column } from '../api-types.ts';
import type { FieldProblem } from '../problem.ts';
import { isNumeric } from '../values/is-numeric.ts';
import type { Words } from '../words/words.ts';
import { shownLimit } from './field-hint.ts';
import type { Writing } from './field-values.ts';

/** Why a field was refused, in the reader's language; in the server's words where we have none. */
export function invalidText(
  column: Column | undefined,
  { code, message }: FieldProblem,
  words: Words,
  writing: Writing,
): string {
  const { invalid } = words;
  const { min = '', max = '', step = '', minLength = 0, maxLength = 0, options = [] } = column?.constraints ?? {};
  const write = (limit: string): string => (column ? shownLimit(column, limit, writing) : limit);
  const isMoment = column !== undefined && !isNumeric(column.type);
  switch (code) {
    case 'required':
      return invalid.required;
    case 'unique':
      return invalid.unique;
    case 'reference':
      return column?.type.kind === 'file' && message !== '' ? message : invalid.reference;
    case 'type':
      return column && isNumeric(column.type) ? invalid.number : invalid.type;
    case 'min':
      return (isMoment ? invalid.from : invalid.min)(write(min));
    case 'max':
      return (isMoment ? invalid.until : invalid.max)(write(max));
    case 'step':
      return invalid.step(write(step));
    case 'minLength':
      return invalid.minLength(minLength);
    case 'maxLength':
      return invalid.maxLength(maxLength);
    case 'options':
      return invalid.options(options.join(', '));
    case 'pattern':
      return invalid.pattern;
    default:
      return message === '' ? invalid.type : message;
  }
}
