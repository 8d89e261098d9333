import type { Control, ControlType, Entry, Upload } from './definition.ts';
import { normaliseText } from './sanitise.ts';

/** What was sent for one control: nothing (absent), or its values in order. Texts have LF line ends and no NUL. */
export interface Sent {
  readonly control: Control;
  readonly values: readonly (string | Upload)[];
  /** Values sent under the control's name that its choices do not offer, or not so many at once. */
  readonly foreign: readonly string[];
}

const buttonTypes: ReadonlySet<ControlType> = new Set(['submit', 'image', 'reset', 'button']);

/** Whether a control can put an entry into the list without being pressed: named, enabled, no button. */
export function isSuccessful(control: Control): boolean {
  return control.name !== '' && !control.disabled && !control.inDatalist && !buttonTypes.has(control.type);
}

/** Whether the form can be submitted by pressing it. */
export function isSubmitter(control: Control): boolean {
  return (control.type === 'submit' || control.type === 'image') && !control.disabled && !control.inDatalist;
}

/** A hidden input named `_charset_` says which encoding was used; what is sent is always UTF-8 here. */
export function isCharset(control: Control): boolean {
  return control.type === 'hidden' && control.name.toLowerCase() === '_charset_';
}

/** Entries by name, texts normalised. */
export function entriesByName(entries: readonly Entry[]): Map<string, (string | Upload)[]> {
  const byName = new Map<string, (string | Upload)[]>();
  for (const { name, value } of entries) {
    const key = normaliseText(name);
    const held = byName.get(key) ?? [];
    held.push(typeof value === 'string' ? normaliseText(value) : value);
    byName.set(key, held);
  }
  return byName;
}

/**
 * Gives the values sent under one name to the controls that bear it, in tree order, as a browser would have made them:
 * a text control one, a check box or a radio group one that it offers, a list those it offers, a file control its files.
 * Values beyond that were never asked for: those sent for choices are `foreign` (unless sent twice), others are dropped.
 */
export function assignValues(
  controls: readonly Control[],
  sent: readonly (string | Upload)[],
  offered: (control: Control) => readonly string[] | undefined,
): Sent[] {
  const rest = [...sent];
  const assigned = controls.map((control) => ({ control, values: takeValues(control, rest, offered), foreign: [] }));
  const chooser = assigned.find(({ control }) => offered(control) !== undefined);
  const taken = new Set(assigned.flatMap(({ values }) => values));
  const foreign = rest.filter((value) => typeof value === 'string').filter((value) => !taken.has(value));
  if (!chooser || foreign.length === 0 || assigned.some(({ control }) => !isChoice(control))) return assigned;
  return assigned.map((one) => (one === chooser ? { ...one, foreign } : one));
}

function isChoice(control: Control): boolean {
  return control.type === 'checkbox' || control.type === 'radio' || control.type === 'select';
}

function takeValues(
  control: Control,
  rest: (string | Upload)[],
  offered: (control: Control) => readonly string[] | undefined,
): (string | Upload)[] {
  const choices = offered(control);
  const mostTaken = control.multiple && (control.type === 'select' || control.type === 'file') ? Infinity : 1;
  const taken: (string | Upload)[] = [];
  const left: (string | Upload)[] = [];
  for (const value of rest) (taken.length < mostTaken && fits(control, choices, value) ? taken : left).push(value);
  rest.splice(0, rest.length, ...left);
  return taken;
}

function fits(control: Control, choices: readonly string[] | undefined, value: string | Upload): boolean {
  if (control.type === 'file') return typeof value !== 'string';
  return typeof value === 'string' && (choices?.includes(value) ?? true);
}
