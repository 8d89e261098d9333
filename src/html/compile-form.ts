import { foldName } from '../schema/index.ts';
import { addFields } from './compile-binding.ts';
import { compileError } from './compile-error.ts';
import { attribute, contains, elementPosition, languageOf, parentElement, textContent } from './document.ts';
import { addHole, addSlot, contentRange, isWritten, marksOf, needPath } from './draft.ts';
import type { Context, ScopeDraft, Work } from './draft.ts';
import { splitMark } from './marks.ts';
import type { Marks } from './marks.ts';
import { controlKind } from './places.ts';
import type { ValueRef } from './nodes.ts';
import type { FieldPlace } from './reading.ts';
import type { FormPlace } from './template.ts';
import { parseTextTemplate, pathsOf } from './text-template.ts';
import type { PageElement } from './tree.ts';

/** Method of a form as browsers read it. */
export function formMethod(element: PageElement): FormPlace['method'] {
  const method = (attribute(element, 'method') ?? '').toLowerCase();
  return method === 'post' || method === 'dialog' ? method : 'get';
}

/** Notes a form's place and, for a posted one, the hole of its `action`. */
export function compileForm(work: Work, element: PageElement, marks: Marks, context: Context): void {
  const index = work.formIndex.get(element);
  if (index === undefined) return;
  work.forms[index] = formPlace(work, element, index, marks, context.scope.id);
  if (formMethod(element) === 'post') {
    addSlot(work, element, 'action', 'the form’s address', (slot) => ({
      kind: 'action',
      slot,
      form: index,
      deletes: false,
    }));
  }
}

/** What the other rooms may know of a form. */
export function formPlace(work: Work, element: PageElement, index: number, marks: Marks, scope: number): FormPlace {
  const text = (name: string): string | undefined => attribute(element, name);
  const save = marks.named.save?.text.trim();
  const as = marks.named.as?.text.trim();
  const name = text('name');
  const elementId = text('id');
  const action = text('action');
  return {
    index,
    method: formMethod(element),
    scope,
    ...(save ? { save } : {}),
    ...(as ? { as } : {}),
    ...(name ? { name } : {}),
    ...(elementId ? { elementId } : {}),
    ...(action === undefined ? {} : { action }),
    controls: (text('aria-controls') ?? '').split(/\s+/).filter(Boolean),
    holdsList: false,
    at: elementPosition(work.document, element),
  };
}

const buttonTypes = new Set(['submit', 'image', 'reset', 'button']);
const neverRefilled = new Set(['password', 'file']);

/** Compiles a control or an option: its value, its state, its message. */
export function compileControl(work: Work, element: PageElement, marks: Marks, context: Context): void {
  if (element.tagName === 'option') compileOption(work, element, marks, context);
  const owned = work.controls.get(element);
  const form = owned && work.document.forms[owned.form]?.element;
  if (!owned || !form) return;
  const method = formMethod(form);
  const type = controlKind(element);
  if (element.tagName === 'button' || buttonTypes.has(type)) {
    if (method === 'post') compileButton(work, element, owned.form);
    return;
  }
  const item = itemScope(context, form);
  if (item) {
    work.formsWithItems.add(owned.form);
    if (attribute(element, 'name')) {
      addSlot(work, element, 'name', 'the list in this form', (slot) => ({
        kind: 'control-name',
        slot,
        scope: item.id,
      }));
    }
  }
  const ref = neverRefilled.has(type) || type === 'hidden' ? null : columnRef(work, element, form, context, item);
  const place = { form: owned.form, control: owned.control, scope: context.scope.id, ref };
  if (!neverRefilled.has(type)) compileState(work, element, type, place);
  if (ref)
    addFields(
      work,
      { element, labels: [attribute(element, 'name')!], context, display: { lang: languageOf(element) } },
      fieldPlace(element, type),
      1,
    );
  if (method === 'post' && type !== 'hidden') compileError(work, element, form, owned, context);
}

function compileButton(work: Work, element: PageElement, form: number): void {
  const action = attribute(element, 'formaction');
  if (action === undefined || !/^[^#]*\?(?:[^#]*&)?delete(?:[&#=]|$)/.test(action)) return;
  addSlot(work, element, 'formaction', 'the form’s address', (slot) => ({ kind: 'action', slot, form, deletes: true }));
}

/** The list whose item a control stands in, when that list stands inside the control's form. */
function itemScope(context: Context, form: PageElement): ScopeDraft | undefined {
  const { scope } = context;
  return scope.kind === 'list' && scope.element && scope.element !== form && contains(form, scope.element)
    ? scope
    : undefined;
}

/** The column that fills a control: in a form that saves the row it stands in, or an item's row in the form. */
function columnRef(
  work: Work,
  element: PageElement,
  form: PageElement,
  context: Context,
  item: ScopeDraft | undefined,
): ValueRef | null {
  const name = foldName(attribute(element, 'name') ?? '');
  if (name === '' || name.startsWith('_') || name === 'form-name') return null;
  if (!item) {
    const save = marksOf(work, form).named.save;
    const row = context.scope.variants[context.variant]?.element;
    if (!save || !row || foldName(splitMark(save.text).table) !== context.scope.table || !contains(row, form))
      return null;
  }
  return needPath(context, name, elementPosition(work.document, element));
}

function fieldPlace(element: PageElement, type: string): FieldPlace {
  if (type === 'textarea' || type === 'select') return { kind: type };
  if (type === 'checkbox' || type === 'radio') {
    return { kind: 'checks', many: type === 'checkbox' && attribute(element, 'value') !== undefined };
  }
  return { kind: 'input' };
}

interface ControlPlace {
  readonly form: number;
  readonly control: number;
  readonly scope: number;
  readonly ref: ValueRef | null;
}

function compileState(work: Work, element: PageElement, type: string, place: ControlPlace): void {
  if (type === 'select') return;
  if (type === 'textarea') {
    const { start, end } = contentRange(element);
    addHole(work, start, end, {
      kind: 'control-text',
      ...place,
      slot: null,
      original: work.text.slice(start, end),
      value: textContent(element),
    });
    return;
  }
  if (type === 'checkbox' || type === 'radio') {
    if (isWritten(work, element, 'checked')) return;
    const value = attribute(element, 'value') ?? 'on';
    addSlot(work, element, 'checked', 'the form', (slot) => ({
      kind: 'control-checked',
      ...place,
      slot,
      original: '',
      value,
    }));
    return;
  }
  if (isWritten(work, element, 'value')) return;
  addSlot(work, element, 'value', 'the form', (slot) => ({
    kind: 'control-value',
    ...place,
    slot,
    original: '',
    value: slot.value ?? '',
  }));
}

function compileOption(work: Work, element: PageElement, marks: Marks, context: Context): void {
  let select = parentElement(element);
  while (select && select.tagName !== 'select')
    select = select.tagName === 'datalist' ? undefined : parentElement(select);
  const owned = select && work.controls.get(select);
  const outer = select && work.contexts.get(select);
  const form = owned && work.document.forms[owned.form]?.element;
  if (!owned || !outer || !select || !form || isWritten(work, element, 'selected')) return;
  const ref = columnRef(work, select, form, outer, itemScope(outer, form));
  const mark =
    marks.attributes.find(({ target }) => target === 'value') ??
    (attribute(element, 'value') === undefined ? marks.named.text : undefined);
  const parts = mark ? parseTextTemplate(mark.text).parts : [];
  const paths = pathsOf(parts);
  const at = elementPosition(work.document, element);
  const words =
    paths.length > 0
      ? { parts, refs: paths.map((path) => needPath(context, path, at)), lang: languageOf(element) }
      : undefined;
  const value =
    attribute(element, 'value') ??
    textContent(element)
      .trim()
      .replace(/[\t\n\f\r ]+/g, ' ');
  addSlot(work, element, 'selected', 'the form', (slot) => ({
    kind: 'control-option',
    form: owned.form,
    control: owned.control,
    scope: outer.scope.id,
    ref,
    slot,
    original: '',
    value,
    ...(words ? { words } : {}),
  }));
}
