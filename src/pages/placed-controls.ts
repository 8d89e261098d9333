import type { Control, FormDefinition } from '../forms/index.ts';
import { readItemControlName } from '../html/index.ts';
import type { SiteForm, SiteFormItems } from '../site/index.ts';

/** A control of a form as it is served, and the control of the file that it stands for. */
export interface PlacedControl {
  readonly control: Control;
  /** Index of the control in the file, which is where its state is written to. */
  readonly index: number;
  /** Column it fills; undefined for what is never stored. */
  readonly column: string | undefined;
  /** For a control in the item of a list in the form: the item's row. */
  readonly item?: { readonly rowId: string; readonly items: SiteFormItems };
}

/**
 * Finds what each served control stands for. A list in a form serves its controls once for each row, under qualified
 * names; controls that share a name stand in the order of the file.
 */
export function placeControls(form: SiteForm, definition: FormDefinition): readonly PlacedControl[] {
  const left = new Map<string, Control[]>();
  for (const control of form.definition.controls) left.set(control.name, [...(left.get(control.name) ?? []), control]);
  return definition.controls.map((control) => {
    const item = itemOf(form, control);
    if (item) return item;
    const same = left.get(control.name) ?? [];
    const written = same.length > 1 ? same.shift() : same[0];
    const index = written?.index ?? control.index;
    return { control, index, column: form.columns[index] };
  });
}

function itemOf(form: SiteForm, control: Control): PlacedControl | undefined {
  const name = form.items.length === 0 ? undefined : readItemControlName(control.name);
  if (!name) return undefined;
  for (const items of form.items) {
    if (items.table !== name.table) continue;
    const written = form.definition.controls.find(
      (one) => one.name === name.name && items.columns[one.index] !== undefined,
    );
    if (!written) continue;
    return { control, index: written.index, column: items.columns[written.index], item: { rowId: name.rowId, items } };
  }
  return undefined;
}
