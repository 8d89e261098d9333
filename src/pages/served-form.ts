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

/** A form as a page serves it at this moment, for one row. */
export interface ServedForm {
  readonly definition: FormDefinition;
  /** '' for a form outside rows. */
  readonly rowId: string;
}

/**
 * Finds a form in a page as it is served: its options, its computed hidden values and its readonly values are those of
 * this moment, whatever the client says they are. A post that names no row means the only one that the page has the
 * form for. Undefined when the page does not show that form, to this actor, for that row.
 */
export function servedForm(file: string, html: string, form: SiteForm, rowId: string): ServedForm | undefined {
  const served = defineForms(parsePage({ file, text: html })).flatMap((definition): ServedForm[] => {
    if (definition.method !== 'post' || definition.action === undefined) return [];
    const query = definition.action.indexOf('?');
    const address = readFormAddress(new URLSearchParams(query < 0 ? '' : definition.action.slice(query)));
    return address.form === form.name ? [{ definition, rowId: address.row ?? '' }] : [];
  });
  if (rowId === '' && served.length === 1) return served[0];
  return served.find((one) => one.rowId === rowId);
}
