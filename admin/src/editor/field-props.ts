import type { Column } from '../api-types.ts';
import type { FieldTexts } from './field-frame.tsx';
import type { Raw, Writing } from './field-values.ts';

/** What every control is given. */
export interface ControlProps<R extends Raw> {
  readonly texts: FieldTexts;
  readonly column: Column;
  readonly raw: R;
  readonly readOnly: boolean;
  readonly writing: Writing;
  readonly onChange: (raw: Raw) => void;
  /** The field has been left. */
  readonly onLeave: () => void;
}

const order = ['label', 'input', 'description', 'error'] as const;

/** The same as the properties of a Mantine input, the hint under the field. */
export function inputProps({ texts, readOnly, onLeave }: Pick<ControlProps<Raw>, 'texts' | 'readOnly' | 'onLeave'>) {
  const { id, label, description, error, required } = texts;
  return {
    id,
    label,
    description,
    error,
    required,
    withAsterisk: required,
    readOnly,
    onBlur: onLeave,
    inputWrapperOrder: [...order],
  };
}
