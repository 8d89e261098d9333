import type { Column } from '../api-types.ts';
import type { FieldProblem } from '../problem.ts';
import type { Words } from '../words/words.ts';

/** Why a field was refused, in the reader's language; in the server's words where we have none. */
export function invalidText(column: Column | undefined, { code, message }: FieldProblem, words: Words): string {
  const { invalid } = words;
  const { min = '', max = '', minLength = 0, maxLength = 0, options = [] } = column?.constraints ?? {};
  switch (code) {
    case 'required':
      return invalid.required;
    case 'unique':
      return invalid.unique;
    case 'reference':
      return invalid.reference;
    case 'type':
      return column && ['money', 'decimal', 'integer', 'real'].includes(column.type.kind)
        ? invalid.number
        : invalid.type;
    case 'min':
      return invalid.min(min);
    case 'max':
      return invalid.max(max);
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
