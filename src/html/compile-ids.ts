import { addSlot, isWritten } from './draft.ts';
import type { Context, ScopeDraft, Work } from './draft.ts';
import type { IdReference } from './nodes.ts';
import type { PageElement } from './tree.ts';

/** Attributes that name one id, or several. Every `aria-…` attribute is looked at too. */
const idAttributes = new Set(['for', 'form', 'list', 'headers', 'itemref', 'popovertarget', 'commandfor', 'anchor']);

/** Gives ids inside items their holes, and all that refers to them theirs. Runs when every element has been compiled. */
export function compileIds(work: Work): void {
  const idScopes = new Map<string, ScopeDraft>();
  for (const [element, context] of work.contexts) {
    const scope = itemScope(context);
    const id = element.attrs.find(({ name, prefix }) => name === 'id' && !prefix)?.value;
    if (!scope || !id || isWritten(work, element, 'id')) continue;
    if (!idScopes.has(id)) idScopes.set(id, scope);
    addSlot(work, element, 'id', 'the list', (slot) => ({ kind: 'id', slot, scope: scope.id }));
  }
  if (idScopes.size === 0) return;
  for (const [element, context] of work.contexts) {
    const scope = itemScope(context);
    if (scope) compileReferences(work, element, scope, idScopes);
  }
}

/** The list in whose item a place stands. A row or a reference inside an item belongs to that item. */
function itemScope(context: Context): ScopeDraft | undefined {
  for (let scope: ScopeDraft | null = context.scope; scope; scope = scope.parent)
    if (scope.kind === 'list') return scope;
  return undefined;
}

function compileReferences(
  work: Work,
  element: PageElement,
  scope: ScopeDraft,
  idScopes: ReadonlyMap<string, ScopeDraft>,
): void {
  for (const { name, value, prefix } of element.attrs) {
    if (prefix || name === 'id' || value === '') continue;
    const parts = referenceParts(name, value, scope, idScopes);
    if (!parts || isWritten(work, element, name)) continue;
    addSlot(work, element, name, 'the list', (slot): IdReference => ({ kind: 'id-reference', slot, parts }));
  }
}

/** Splits a value at the ids in it that are local to items; undefined when there is none. */
function referenceParts(
  name: string,
  value: string,
  scope: ScopeDraft,
  idScopes: ReadonlyMap<string, ScopeDraft>,
): IdReference['parts'] | undefined {
  const listed = idAttributes.has(name) || name.startsWith('aria-');
  if (!listed && !value.startsWith('#')) return undefined;
  const words = listed ? value.split(/(\s+)/) : [value];
  const parts: (string | { scope: number; own: number })[] = [];
  let found = false;
  for (const word of words) {
    const target = idScopes.get(listed ? word : word.slice(1));
    const own = target && sharedRow(scope, target);
    parts.push(word);
    if (!target || !own) continue;
    parts.push({ scope: target.id, own: own.id });
    found = true;
  }
  return found ? parts : undefined;
}

/** The scope whose row tells which copy of the id is meant: the id's own list around us, or one of the same table. */
function sharedRow(scope: ScopeDraft, target: ScopeDraft): ScopeDraft | undefined {
  for (let around: ScopeDraft | null = scope; around; around = around.parent) if (around === target) return around;
  for (let around: ScopeDraft | null = scope; around; around = around.parent) {
    if (around.kind === 'list' && around.table === target.table) return around;
  }
  return undefined;
}
