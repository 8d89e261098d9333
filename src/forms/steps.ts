import type { ColumnType, Constraints } from '../schema/index.ts';
import type { Control, ControlType } from './definition.ts';
import { limitBroken, limitsOf } from './limits.ts';

const controlTypes: Partial<Record<ColumnType['kind'], ControlType>> = {
  integer: 'number',
  decimal: 'number',
  money: 'number',
  real: 'number',
  date: 'date',
  month: 'month',
  week: 'week',
  time: 'time',
  datetime: 'datetime-local',
};

/**
 * Whether a column's value, in canonical text, lies between two steps, as the HTML standard counts them: from `min`,
 * else from the value that the page had (`served`), else from zero. Without a `min` a value on either of the latter two
 * counts as on a step, as a form that was served empty and one that was served filled in allow different ones.
 *
 * @example isOffStep({ kind: 'integer' }, { min: '1', step: '2' }, '4') // true
 */
export function isOffStep(
  type: ColumnType,
  { min, step }: Pick<Constraints, 'min' | 'step'>,
  text: string,
  served = '',
): boolean {
  const control = controlTypes[type.kind];
  if (control === undefined || step === undefined) return false;
  const bases = min === undefined && served !== '' ? ['', served] : [''];
  return bases.every((value) =>
    breaksStep({ ...plainControl, type: control, step, value, ...(min !== undefined && { min }) }, text),
  );
}

function breaksStep(control: Control, text: string): boolean {
  const limits = limitsOf(control);
  return limits !== undefined && limitBroken(control, limits, text) === 'stepMismatch';
}

const plainControl: Control = {
  index: 0,
  name: '',
  type: 'number',
  label: '',
  value: '',
  checked: false,
  options: [],
  placeholder: false,
  required: false,
  multiple: false,
  disabled: false,
  readonly: false,
  inDatalist: false,
  computed: false,
  at: { file: '', line: 1, column: 1 },
};
