import { canonicalText } from '../schema/index.ts';
import type { ColumnType, Value } from '../schema/index.ts';
import { printFormat } from './format.ts';
import type { Layout, ValueRef } from './nodes.ts';
import type { Display } from './reading.ts';
import { layoutOf, ownValues, typeOfPath } from './read.ts';
import type { ControlState, FormState, PageData, ScopeData, ScopeRows, Template } from './template.ts';

/*
 * A linked template: one small function per hole, made once per template, run per rendering. Everything that depends
 * on the template alone (types, formats, samples) is decided when linking.
 */

/** Where one rendering is. */
export interface State {
  out: string;
  readonly data: PageData;
  /** Address of the page being served, as links are compared with it. */
  readonly address: string;
  /** Values and conditions in force. */
  current: ScopeData;
  /** By scope id: the row (or surroundings) being rendered, and the id of its row. */
  readonly rowOf: (ScopeData | undefined)[];
  readonly rowIds: (string | undefined)[];
  /** By list scope id: what ids in its item get; '' in the template's own sample. */
  readonly suffixes: (string | undefined)[];
  /** Whether the innermost item around is the template's own sample. */
  ownItem: boolean;
  readonly lists: (ScopeRows | undefined)[];
  readonly forms: Map<string, FormState | undefined>;
}

export type Step = (state: State) => void;

export interface Linker {
  readonly template: Template;
  readonly layout: Layout;
  readonly own: ReturnType<typeof ownValues>;
}

export function newLinker(template: Template): Linker {
  return { template, layout: layoutOf(template), own: ownValues(template) };
}

export function runSteps(steps: readonly Step[], state: State): void {
  for (let i = 0; i < steps.length; i++) steps[i]!(state);
}

export function valueOf(state: State, ref: ValueRef): Value {
  return state.rowOf[ref.scope]?.values[ref.path] ?? null;
}

/** What the original bytes of a hole stand for; undefined when no sample tells. */
export function sampleOf(linker: Linker, ref: ValueRef): Value | undefined {
  const values = linker.own[ref.scope]?.[ref.variant];
  return values && Object.hasOwn(values, ref.path) ? values[ref.path] : undefined;
}

export function sameValue(a: Value, b: Value | undefined): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((member, index) => member === b[index]);
}

export function typeOfRef(linker: Linker, ref: ValueRef): ColumnType | undefined {
  return typeOfPath(linker.template, ref.scope, ref.path);
}

/** A value as people read it, by a format where there is one. */
export function printer(type: ColumnType | undefined, display: Display): (value: Value, timeZone: string) => string {
  const { format, lang } = display;
  if (format && type) return (value, timeZone) => printFormat(format, type, value, lang, timeZone);
  return (value) => plainText(type, value);
}

/** A value as plain text: sets as a list, all else as machine text. */
export function plainText(type: ColumnType | undefined, value: Value): string {
  if (value === null) return '';
  if (typeof value === 'object') return value.join(', ');
  return type ? canonicalText(type, value) : String(value);
}

/** A value as attributes and controls hold it. */
export function machineText(type: ColumnType | undefined, value: Value): string {
  if (value === null) return '';
  if (type) return canonicalText(type, value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** State of the form that a control belongs to, in the row that the form stands in. */
export function formState(linker: Linker, state: State, form: number): FormState | undefined {
  const rowId = state.rowIds[linker.template.forms[form]?.scope ?? 0] ?? '';
  const key = `${form} ${rowId}`;
  if (!state.forms.has(key)) state.forms.set(key, state.data.form(form, rowId));
  return state.forms.get(key);
}

/** State of one control. Controls in the items of a list in the form have theirs by row. */
export function controlState(
  linker: Linker,
  state: State,
  place: { readonly form: number; readonly scope: number },
  control: number,
): ControlState | undefined {
  const form = formState(linker, state, place.form);
  if (!form) return undefined;
  if (place.scope !== linker.template.forms[place.form]?.scope) {
    const item = form.items?.[state.rowIds[place.scope] ?? '']?.[control];
    if (item) return item;
  }
  return form.controls[control];
}
