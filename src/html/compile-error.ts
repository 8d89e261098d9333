import { attribute, hasAttribute, parentElement, textContent, childElements } from './document.ts';
import { addHole, addSlot, contentRange, elementRange, isWritten } from './draft.ts';
import type { Context, Work } from './draft.ts';
import { controlKind } from './places.ts';
import type { PageElement } from './tree.ts';

/** Elements that a paragraph would close, or that cannot hold one. */
const noParagraph = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre']);

/**
 * Prepares a control for a message: `aria-invalid`, and the element of its `aria-errormessage`, or a paragraph after it
 * (after the label it stands in) that `aria-describedby` names. Radio buttons and checkboxes of one name share one
 * paragraph, after the last of them.
 */
export function compileError(
  work: Work,
  element: PageElement,
  form: PageElement,
  owned: { readonly form: number; readonly control: number },
  context: Context,
): void {
  const name = attribute(element, 'name') ?? '';
  if (name === '') return;
  const scope = context.scope.id;
  const target = work.document.byId.get(attribute(element, 'aria-errormessage') ?? '');
  const group = groupOf(work, element, owned.form, name);
  const controls = group.map((member) => work.controls.get(member)!.control);
  const common = { form: owned.form, controls: target ? [owned.control] : controls, scope };
  if (!isWritten(work, element, 'aria-invalid')) {
    addSlot(work, element, 'aria-invalid', 'the form', (slot) => ({
      kind: 'control-invalid',
      ...common,
      slot,
      id: '',
    }));
  }
  if (target) {
    const known = work.errorTargets.get(target) ?? [];
    work.errorTargets.set(target, [...known, { ...owned, scope }]);
    return;
  }
  const id = paragraphId(work, owned.form, controls[0] ?? owned.control, name);
  if (!isWritten(work, element, 'aria-describedby')) {
    addSlot(work, element, 'aria-describedby', 'the form', (slot) => ({
      kind: 'control-described',
      ...common,
      slot,
      id,
    }));
  }
  if (group.at(-1) !== element) return;
  const { end } = elementRange(anchorOf(element, form, context));
  addHole(work, end, end, { kind: 'error', form: owned.form, controls, id, scope });
}

/** Members of a group that count; more boxes of one name than this are no form that anyone fills. */
const groupMax = 500;

/** The controls of one kind and name in a form, by `form kind name`: found once per form. */
function groupOf(work: Work, element: PageElement, form: number, name: string): readonly PageElement[] {
  const kind = controlKind(element);
  if (kind !== 'checkbox' && kind !== 'radio') return [element];
  let groups = work.controlGroups.get(form);
  if (!groups) {
    groups = new Map();
    for (const member of work.document.forms[form]?.controls ?? []) {
      if (hasAttribute(member, 'aria-errormessage')) continue;
      const key = `${controlKind(member)} ${attribute(member, 'name') ?? ''}`;
      const known = groups.get(key);
      if (!known) groups.set(key, [member]);
      else if (known.length < groupMax) known.push(member);
    }
    work.controlGroups.set(form, groups);
  }
  return groups.get(`${kind} ${name}`) ?? [element];
}

/** `NAME-error`, unless the page uses that id for something else. */
function paragraphId(work: Work, form: number, control: number, name: string): string {
  const key = `${form} ${control}`;
  const known = work.errorIds.get(key);
  if (known !== undefined) return known;
  const wanted = `${name.trim().replace(/\s+/g, '-')}-error`;
  let number = work.errorNumbers.get(wanted) ?? 1;
  let id = number === 1 ? wanted : `${wanted}-${number}`;
  while (work.ids.has(id)) id = `${wanted}-${++number}`;
  work.errorNumbers.set(wanted, number);
  work.ids.add(id);
  work.errorIds.set(key, id);
  return id;
}

/** Behind which element the paragraph stands: the control, its label, or a paragraph around them. */
function anchorOf(element: PageElement, form: PageElement, context: Context): PageElement {
  const item = context.scope.variants[context.variant]?.element;
  let anchor = element;
  for (
    let around = parentElement(element);
    around && around !== form && around !== item;
    around = parentElement(around)
  ) {
    if (around.tagName === 'label' || noParagraph.has(around.tagName)) anchor = around;
  }
  return anchor.sourceCodeLocation ? anchor : element;
}

/** Adds the holes of what `aria-errormessage` names, once all controls are known. */
export function compileErrorTargets(work: Work): void {
  for (const [target, controls] of work.errorTargets) {
    if (!work.contexts.has(target) || !target.sourceCodeLocation?.startTag) continue;
    const tag = target.tagName;
    if (hasAttribute(target, 'hidden') && !isWritten(work, target, 'hidden')) {
      addSlot(work, target, 'hidden', 'aria-errormessage', (slot) => ({ kind: 'error-hidden', controls, slot, tag }));
    }
    if (childElements(target).length > 0 || textContent(target).trim() !== '') continue;
    const { end } = contentRange(target);
    addHole(work, end, end, { kind: 'error-text', controls, slot: null, tag });
  }
}
