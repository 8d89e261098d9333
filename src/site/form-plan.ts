import { columnGroups } from '../forms/index.ts';
import type { Control, FormDefinition } from '../forms/index.ts';
import { attribute, childElements, hasAttribute } from '../html/index.ts';
import type { FormPlace, PageDocument, PageElement, Scope, Template } from '../html/index.ts';
import { foldName } from '../schema/index.ts';
import { isFormspree, linkPlace, resolveAddress } from './address.ts';
import { formAudience } from './audience.ts';
import type { Said } from './audience.ts';
import { markOf } from './outline.ts';
import { isPageFile } from './routes.ts';

/** What a form means, before the tables of the whole site are known. */
export interface FormPlan {
  readonly definition: FormDefinition;
  readonly place: FormPlace;
  /** Who may submit it. */
  readonly said: Said;
  /** Unique in the page. */
  readonly name: string;
  readonly operation: 'insert' | 'update' | 'query' | 'none';
  /** Folded; null for forms that save nothing. */
  readonly table: string | null;
  readonly label: string;
  /** No attribute of ours names the table. */
  readonly implicit: boolean;
  /** Controls outside lists that are stored. */
  readonly stored: readonly Control[];
  readonly items: readonly { readonly scope: Scope; readonly table: string; readonly stored: readonly Control[] }[];
  /** Controls whose options are rows, sent by their ids. */
  readonly choices: readonly { readonly name: string; readonly table: string; readonly many: boolean }[];
  /** Scope of the row that an inserted row refers to. */
  readonly parent?: Scope;
  readonly deletes: boolean;
  readonly dialect: 'plain' | 'netlify' | 'formspree';
}

/** Tables of which the server knows the one row that a visitor has; a row saved in one of them needs no reference to it. */
const visitorRows: ReadonlySet<string> = new Set(['user', 'session', 'cart']);

/** Says what each form of a page means, in the order of the document. */
export function planForms(
  document: PageDocument,
  template: Template,
  definitions: readonly FormDefinition[],
  origin: string | undefined,
): FormPlan[] {
  const taken = new Set<string>();
  return definitions.map((definition, index) => {
    const place = template.forms[index];
    const form = document.forms[index];
    if (!place || !form) throw new Error(`form ${index} of ${template.source.file} has no place in its template`);
    return planForm({ definition, place, ...form, template, origin, taken });
  });
}

interface Planning {
  readonly definition: FormDefinition;
  readonly place: FormPlace;
  readonly element: PageElement;
  readonly controls: readonly PageElement[];
  readonly template: Template;
  readonly origin: string | undefined;
  readonly taken: Set<string>;
}

function planForm(planning: Planning): FormPlan {
  const plan = meaningOf(planning);
  return { ...plan, said: formAudience(planning.element, plan.operation) };
}

function meaningOf(planning: Planning): Omit<FormPlan, 'said'> {
  const { definition, place, element, template } = planning;
  const dialect = dialectOf(element, place);
  const file = template.source.file;
  const none = {
    definition,
    place,
    name: '',
    table: null,
    label: '',
    implicit: false,
    stored: [],
    items: [],
    choices: [],
    deletes: false,
    dialect,
  };
  if (place.method === 'get' && place.decoration !== true)
    return { ...none, operation: place.controls.length > 0 ? 'query' : 'none' };
  if (
    place.decoration === true ||
    place.method === 'dialog' ||
    leadsElsewhere(linkPlace(template.source), place, planning.origin)
  )
    return { ...none, operation: 'none' };
  const unserved = new Set(place.sampleControls);
  const stored = columnGroups(definition)
    .flatMap((group) => group.controls)
    .filter(({ index }) => !unserved.has(index));
  const name = uniqueName(nameOf(place, file), planning.taken);
  const items = itemsOf(template, stored);
  const outside = stored.filter((control) => !items.some((item) => item.stored.includes(control)));
  // A form that holds only the controls of a list has no row of its own: it saves the list's rows.
  const listed = outside.length === 0 ? items[0] : undefined;
  const implicit = place.save === undefined && !listed;
  const label = listed?.table ?? place.save ?? (foldName(name) === '' ? pageName(file) : name);
  const table = foldName(label);
  const around = rowAround(template, place.scope);
  const itself = !implicit && around?.id === place.scope && around.table === table;
  const operation = listed || itself ? 'update' : 'insert';
  const refers = operation === 'insert' && around && mayBeReferredTo(around) ? around : undefined;
  return {
    ...none,
    name,
    operation,
    table,
    label,
    implicit,
    stored: outside,
    items,
    choices: choicesOf(planning, stored),
    ...(refers ? { parent: refers } : {}),
    deletes: definition.controls.some((control) => deletes(planning, control)),
  };
}

function dialectOf(element: PageElement, place: FormPlace): FormPlan['dialect'] {
  if (isFormspree(place.action)) return 'formspree';
  const said = attribute(element, 'data-netlify');
  return (said !== undefined && said !== 'false') || hasAttribute(element, 'netlify') ? 'netlify' : 'plain';
}

function leadsElsewhere(file: string, place: FormPlace, origin: string | undefined): boolean {
  if (place.action === undefined || isFormspree(place.action)) return false;
  const { kind } = resolveAddress(file, place.action, origin);
  return kind === 'outside' || (kind === 'none' && /^[a-z][a-z0-9+.\-]*:/iv.test(place.action.trim()));
}

/** `name`, else `id`, else the table it says it saves, else the page. */
function nameOf(place: FormPlace, file: string): string {
  for (const written of [place.name, place.elementId, place.save]) {
    const name = written?.trim();
    if (name !== undefined && name !== '') return name;
  }
  return pageName(file);
}

/** `blog/contact.html` is `blog-contact`, `blog/index.html` is `blog`. */
function pageName(file: string): string {
  const bare = isPageFile(file) ? file.replace(/\.html?$/iv, '') : file;
  const name = foldName(bare.replace(/\/index$/v, '').replaceAll('/', '-'));
  return name === '' ? 'form' : name;
}

function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number++) unique = `${name}-${number}`;
  taken.add(unique);
  return unique;
}

function itemsOf(template: Template, stored: readonly Control[]): FormPlan['items'] {
  const byScope = Map.groupBy(stored, (control) => control.scope);
  return [...byScope].flatMap(([id, controls]) => {
    const scope = id === undefined ? undefined : template.scopes[id];
    return scope?.table ? [{ scope, table: scope.table, stored: controls }] : [];
  });
}

/** The nearest row of a table around a place. */
function rowAround(template: Template, id: number): Scope | undefined {
  for (
    let scope = template.scopes[id];
    scope;
    scope = scope.parent === null ? undefined : template.scopes[scope.parent]
  ) {
    if (scope.table !== null) return scope;
  }
  return undefined;
}

/** The only row of a table (`data-row="site"`) and a visitor's own rows say nothing that is worth keeping in every row. */
function mayBeReferredTo(scope: Scope): boolean {
  const single = scope.kind === 'row' && scope.key === undefined && scope.queryText === '';
  return !single && !visitorRows.has(scope.table ?? '');
}

function choicesOf(planning: Planning, stored: readonly Control[]): FormPlan['choices'] {
  return stored.flatMap((control) => {
    const element = planning.controls[control.index];
    if (control.optionsFrom === undefined || !element) return [];
    const table = foldName(control.optionsFrom.split('?', 1)[0] ?? '');
    const byId = childElements(element).some((option) => markOf(option, 'attr-value')?.trim() === '{id}');
    return table !== '' && byId ? [{ name: control.name, table, many: control.multiple }] : [];
  });
}

function deletes(planning: Planning, control: Control): boolean {
  if (control.type !== 'submit' && control.type !== 'image') return false;
  const element = planning.controls[control.index];
  return element !== undefined && /^[^#]*\?(?:[^#]*&)?delete(?:[&#=]|$)/v.test(attribute(element, 'formaction') ?? '');
}
