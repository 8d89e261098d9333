import { isAbsoluteUrl, isEmail, splitEmails } from './address.ts';
import type { Control, ControlType, Validity } from './definition.ts';
import { limitBroken, limitsOf } from './limits.ts';
import type { Limits } from './limits.ts';
import { compilePattern, patternMatches } from './pattern.ts';
import { sanitise } from './sanitise.ts';

const lineTypes: ReadonlySet<ControlType> = new Set(['text', 'search', 'url', 'tel', 'email', 'password']);

const readonlyTypes: ReadonlySet<ControlType> = new Set<ControlType>([
  ...lineTypes,
  'textarea',
  'date',
  'month',
  'week',
  'time',
  'datetime-local',
  'number',
]);

const requirableTypes: ReadonlySet<ControlType> = new Set<ControlType>([
  ...readonlyTypes,
  'checkbox',
  'radio',
  'file',
  'select',
]);

/** Whether the visitor cannot change the value: `readonly`, on the types to which it applies. */
export function isReadonly(control: Control): boolean {
  return control.readonly && readonlyTypes.has(control.type);
}

/** Whether `required` applies to the control and it is not barred from constraint validation. */
export function isRequired(control: Control): boolean {
  return control.required && requirableTypes.has(control.type) && !isBarred(control);
}

/** Barred from constraint validation. `readonly` bars also controls to which it does not otherwise apply. */
function isBarred(control: Control): boolean {
  return control.disabled || control.inDatalist || control.type === 'hidden' || control.readonly;
}

/** Whether `minlength` and `maxlength` apply. */
export function takesLength(type: ControlType): boolean {
  return type === 'textarea' || lineTypes.has(type);
}

/** Whether `pattern` applies. */
export function takesPattern(type: ControlType): boolean {
  return lineTypes.has(type);
}

/** What a text of one control comes to: the sanitised value and the first constraint it breaks, if any. */
export interface Checked {
  readonly value: string;
  readonly validity?: Validity;
}

/**
 * Sanitises and validates one text of a control that is not a choice: every constraint of the HTML standard but
 * `valueMissing` of groups. `limits` are those of {@link limitsOf}, when the caller has them already.
 */
export function checkText(control: Control, sent: string, limits: Limits | undefined = limitsOf(control)): Checked {
  const { value, bad } = sanitise(control, sent);
  if (bad) return { value, validity: 'badInput' };
  if (isBarred(control)) return { value };
  if (value === '') return isRequired(control) ? { value, validity: 'valueMissing' } : { value };
  const validity =
    typeBroken(control, value) ??
    patternBroken(control, value) ??
    lengthBroken(control, value) ??
    (limits && limitBroken(control, limits, value));
  return validity ? { value, validity } : { value };
}

function typeBroken(control: Control, value: string): Validity | undefined {
  if (control.type === 'url') return isAbsoluteUrl(value) ? undefined : 'typeMismatch';
  if (control.type !== 'email') return undefined;
  const addresses = control.multiple ? splitEmails(value) : [value];
  return addresses.every(isEmail) ? undefined : 'typeMismatch';
}

function patternBroken(control: Control, value: string): Validity | undefined {
  if (control.pattern === undefined || !takesPattern(control.type)) return undefined;
  const pattern = compilePattern(control.pattern);
  if (!pattern) return undefined;
  const values = control.type === 'email' && control.multiple ? splitEmails(value) : [value];
  return patternMatches(pattern, values) ? undefined : 'patternMismatch';
}

/** Lengths count UTF-16 units; `value` has LF line ends. */
function lengthBroken(control: Control, value: string): Validity | undefined {
  if (!takesLength(control.type)) return undefined;
  if (control.maxLength !== undefined && value.length > control.maxLength) return 'tooLong';
  return control.minLength !== undefined && value.length < control.minLength ? 'tooShort' : undefined;
}
