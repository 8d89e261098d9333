import type { Entry, FieldError, FormDefinition } from '../forms/index.ts';
import type { ControlState } from '../html/index.ts';

/**
 * What a refused form shows: the values as they were typed, never passwords or files, and each message at its control.
 * Controls that share a name take the entries of that name in order.
 */
export function controlStates(
  definition: FormDefinition,
  entries: readonly Entry[],
  errors: readonly FieldError[],
): Readonly<Record<number, ControlState>> {
  const typed = new Map<string, string[]>();
  for (const { name, value } of entries) {
    if (typeof value !== 'string') continue;
    const values = typed.get(name) ?? [];
    values.push(value);
    typed.set(name, values);
  }
  const messages = new Map(errors.map(({ control, message }) => [control, message]));
  const states: Record<number, ControlState> = {};
  for (const control of definition.controls) {
    const message = messages.get(control.index);
    states[control.index] = {
      ...typedState(control, typed),
      ...(message === undefined ? {} : { message }),
    };
  }
  return states;
}

function typedState(control: FormDefinition['controls'][number], typed: Map<string, string[]>): ControlState {
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
  return value === undefined ? {} : { value };
}
