import type { Control, Entry, FieldError } from '../forms/index.ts';
import type { ControlState } from '../html/index.ts';
import type { PlacedControl } from './placed-controls.ts';

/** States by control index: of the form's own controls, and by row of those in the items of a list. */
export interface FormControlStates {
  readonly controls: Readonly<Record<number, ControlState>>;
  readonly items: Readonly<Record<string, Readonly<Record<number, ControlState>>>>;
}

/**
 * What a refused form shows: the values as they were typed, never passwords or files, and each message at its control.
 * Controls that share a name take the entries of that name in order.
 */
export function controlStates(
  placed: readonly PlacedControl[],
  entries: readonly Entry[],
  errors: readonly FieldError[],
): FormControlStates {
  const typed = typedTexts(entries);
  const messages = new Map(errors.map(({ control, message }) => [control, message]));
  const controls: Record<number, ControlState> = {};
  const items: Record<string, Record<number, ControlState>> = {};
  for (const { control, index, item } of placed) {
    const message = messages.get(control.index);
    const state = { ...typedState(control, typed), ...(message === undefined ? {} : { message }) };
    if (item) (items[item.rowId] ??= {})[index] = state;
    else controls[index] = state;
  }
  return { controls, items };
}

function typedTexts(entries: readonly Entry[]): Map<string, string[]> {
  const typed = new Map<string, string[]>();
  for (const { name, value } of entries) {
    if (typeof value === 'string') typed.set(name, [...(typed.get(name) ?? []), value]);
  }
  return typed;
}

function typedState(control: Control, typed: Map<string, string[]>): ControlState {
  const { type, name } = control;
  if (name === '' || control.disabled || control.readonly) return {};
  switch (type) {
    case 'password':
    case 'file':
    case 'submit':
    case 'image':
    case 'reset':
    case 'button':
      return {};
    case 'checkbox':
    case 'radio':
      return { checked: typed.get(name)?.includes(control.value) ?? false };
    case 'select':
      return { selected: typed.get(name) ?? [] };
    case 'hidden':
      if (control.computed) return {};
      break;
    default:
  }
  const value = typed.get(name)?.shift();
  if (value === undefined) return {};
  // A text area is sent with CRLF and holds LF.
  return { value: type === 'textarea' ? value.replace(/\r\n?/g, '\n') : value };
}
