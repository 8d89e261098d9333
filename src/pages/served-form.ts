import { defineForms } from '../forms/index.ts';
import type { FormDefinition } from '../forms/index.ts';
import { parsePage } from '../html/index.ts';
import type { SiteForm } from '../site/index.ts';
import { readFormAddress } from './form-address.ts';

/**
 * Whether the form a visitor sees can differ from the form in the file: its options come from rows, or its values from
 * the row it stands in. Such a form is judged as it is served at the moment it is posted.
 */
export function dependsOnRows(form: SiteForm): boolean {
  return (
    form.place.scope !== 0 ||
    form.items.length > 0 ||
    form.definition.controls.some((control) => control.optionsFrom !== undefined || control.computed)
  );
}

/**
 * Finds a form in a page as it is served: its options, its computed hidden values and its readonly values are those of
 * this moment, whatever the client says they are. Undefined when the page does not show that form, to this actor, for
 * that row.
 */
export function servedDefinition(
  file: string,
  html: string,
  form: SiteForm,
  rowId: string,
): FormDefinition | undefined {
  const served = defineForms(parsePage({ file, text: html }));
  return served.find((definition) => {
    if (definition.method !== 'post' || definition.action === undefined) return false;
    const query = definition.action.indexOf('?');
    const address = readFormAddress(new URLSearchParams(query < 0 ? '' : definition.action.slice(query)));
    return address.form === form.name && (address.row ?? '') === rowId;
  });
}
