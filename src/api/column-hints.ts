import type { Control } from '../forms/index.ts';
import type { Site, SiteForm } from '../site/index.ts';

/** How the author's pages show and ask for a column: what an editor needs to offer the same control. */
export interface ColumnHints {
  /** Lower-case tag of the elements that show it, each once: `img`, `a`, `p`. */
  readonly shownBy?: readonly string[];
  /** `data-format` as written: `stars:5`. */
  readonly format?: string;
  /** The control that asks for it: `email`, `tel`, `color`, `textarea`, `radio`. */
  readonly control?: string;
  /** What is on offer, in the author's words. */
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  /** `accept` of a file control. */
  readonly accept?: string;
  /** It takes several files or addresses. */
  readonly multiple?: boolean;
}

type Hinting = Pick<Site, 'pages'>;

const made = new WeakMap<Hinting['pages'], ReadonlyMap<string, ColumnHints>>();

/** The hints for a column; made once for all columns of a site as it was loaded. */
export function columnHints({ pages }: Hinting, table: string, column: string): ColumnHints | undefined {
  let hints = made.get(pages);
  if (!hints) {
    hints = collect(pages);
    made.set(pages, hints);
  }
  return hints.get(keyOf(table, column));
}

function keyOf(table: string, column: string): string {
  return `${table}\n${column}`;
}

function collect(pages: Hinting['pages']): ReadonlyMap<string, ColumnHints> {
  const hints = new Map<string, ColumnHints>();
  const add = (table: string, column: string, more: (known: ColumnHints) => ColumnHints): void => {
    const key = keyOf(table, column);
    hints.set(key, more(hints.get(key) ?? {}));
  };
  for (const { template, forms } of pages.values()) {
    for (const { table, bindings } of template.scopes) {
      if (table === null) continue;
      for (const { name, tag, format, writable } of bindings) {
        if (!writable) continue;
        add(table, name, (known) => ({
          ...known,
          shownBy: [...new Set([...(known.shownBy ?? []), tag])],
          ...(known.format === undefined && format !== undefined && { format }),
        }));
      }
    }
    for (const form of forms) {
      for (const { table, column, controls } of groupsOf(form)) {
        // The first form that asks for it says how.
        add(table, column, (known) => (known.control === undefined ? { ...known, ...controlHints(controls) } : known));
      }
    }
  }
  return hints;
}

interface Group {
  readonly table: string;
  readonly column: string;
  readonly controls: readonly Control[];
}

/** The controls of a form that fill one column together. */
function groupsOf({ definition, table, columns, items }: SiteForm): readonly Group[] {
  const filled = [{ table, columns }, ...items];
  return filled.flatMap((each) => {
    if (each.table === null) return [];
    const groups = new Map<string, Control[]>();
    for (const control of definition.controls) {
      const column = each.columns[control.index];
      if (column === undefined || control.type === 'hidden') continue;
      groups.set(column, [...(groups.get(column) ?? []), control]);
    }
    return [...groups].map(([column, controls]) => ({ table: each.table!, column, controls }));
  });
}

function controlHints(controls: readonly Control[]): ColumnHints {
  const [first] = controls;
  if (!first) return {};
  const choices = choicesOf(controls);
  return {
    control: first.type,
    ...(choices.length > 0 && { choices }),
    ...(first.type === 'file' && first.accept !== undefined && { accept: first.accept }),
    ...(first.multiple && { multiple: true }),
  };
}

function choicesOf(controls: readonly Control[]): NonNullable<ColumnHints['choices']> {
  const all = controls.flatMap((control): readonly { readonly value: string; readonly label: string }[] => {
    if (control.type === 'select') return control.options.filter(({ disabled }) => !disabled);
    if (control.type === 'radio' || (control.type === 'checkbox' && controls.length > 1)) return [control];
    return [];
  });
  return all
    .filter(({ value }) => value !== '')
    .map(({ value, label }) => ({ value, label: label.trim() === '' ? value : label.trim() }));
}
