import { checkText, isRequired } from './constraints.ts';
import type { Control, FormDefinition } from './definition.ts';
import { isCharset, isSubmitter, isSuccessful } from './entries.ts';
import { normaliseText } from './sanitise.ts';

/** Names that a GET form may put into a page's address, in tree order. */
export function declaredParameters(definition: FormDefinition): string[] {
  const names = new Set<string>();
  for (const control of definition.controls) if (filters(control)) names.add(control.name);
  return [...names];
}

/**
 * Keeps of an address what a GET form declares and its controls would let through, in the form's order and sanitised,
 * so that equal filters give equal keys. All else (other names, empty or broken values, choices not on offer) is
 * ignored. `rowOptions` gives the choices of selects that rows fill; without it those take any value, as a text would,
 * and one that no row has finds nothing.
 */
export function filterParameters(
  definition: FormDefinition,
  parameters: URLSearchParams,
  rowOptions?: (control: Control) => readonly string[] | undefined,
): URLSearchParams {
  const kept = new URLSearchParams();
  const seen = new Set<string>();
  for (const control of definition.controls) {
    if (!filters(control)) continue;
    const many = isMany(definition, control);
    for (const sent of parameters.getAll(control.name)) {
      const value = acceptedValue(control, sent, rowOptions);
      if (value === undefined || kept.has(control.name, value)) continue;
      if (!many && seen.has(control.name)) break;
      kept.append(control.name, value);
      seen.add(control.name);
    }
  }
  return kept;
}

function filters(control: Control): boolean {
  return (
    (isSuccessful(control) || (isSubmitter(control) && control.name !== '')) &&
    !isCharset(control) &&
    control.type !== 'file' &&
    control.type !== 'password' &&
    control.type !== 'image'
  );
}

/** Whether more than one value of the name can be in force: boxes, and lists with `multiple`. */
function isMany(definition: FormDefinition, control: Control): boolean {
  if (control.type === 'select') return control.multiple;
  return (
    control.type === 'checkbox' && definition.controls.some((other) => other !== control && other.name === control.name)
  );
}

function acceptedValue(
  control: Control,
  sent: string,
  rowOptions: ((control: Control) => readonly string[] | undefined) | undefined,
): string | undefined {
  const text = normaliseText(sent);
  if (text === '') return undefined;
  switch (control.type) {
    case 'checkbox':
    case 'radio':
    case 'submit':
      return text === control.value ? text : undefined;
    case 'select': {
      const offered = rowOptions?.(control) ?? optionsOf(control);
      return offered === undefined || offered.includes(text) ? text : undefined;
    }
    default: {
      const { value, validity } = checkText(control, text);
      const empty = value === '' && !isRequired(control);
      return validity === undefined && !empty ? value : undefined;
    }
  }
}

/** What a select offers in the file; undefined where rows make its options, or nothing does. */
function optionsOf(control: Control): readonly string[] | undefined {
  if (control.optionsFrom !== undefined || control.options.length === 0) return undefined;
  return control.options.filter((option) => !option.disabled).map((option) => option.value);
}
