import { languageOf } from './document.ts';
import { addFields, isForbidden, readableCondition, textRange, unreadableNames } from './compile-binding.ts';
import { addHole, addSlot, needCondition, needPath, refuse, report } from './draft.ts';
import type { Context, Work } from './draft.ts';
import { attributeContext } from './escape.ts';
import { styleHole } from './escape-url.ts';
import { markPosition, splitMark } from './marks.ts';
import type { Mark, Marks } from './marks.ts';
import { attributesByName, presenceAttributes } from './places.ts';
import { parseTextTemplate, pathsOf, singlePath } from './text-template.ts';
import type { TextTemplate } from './text-template.ts';
import type { PageElement } from './tree.ts';

/** Compiles `data-text`. */
export function compileWords(
  work: Work,
  element: PageElement,
  mark: Mark,
  template: { readonly parts: TextTemplate; readonly unreadable: readonly string[] },
  context: Context,
): void {
  const range = textRange(work, element, mark.attribute);
  if (!range) return;
  reportUnreadable(work, element, mark, template.unreadable);
  const at = markPosition(work.document, element, mark);
  const refs = pathsOf(template.parts).map((path) => needPath(context, path, at));
  const lang = languageOf(element);
  const { start, end, first } = range;
  addHole(work, start, end, {
    kind: 'words',
    parts: template.parts,
    refs,
    original: work.text.slice(start, end),
    tag: element.tagName,
    first,
    lang,
  });
  const readable = readableWords(template.parts);
  if (readable && context.scope.kind !== 'page') {
    const { path, prefix, suffix } = readable;
    addFields(work, { element, labels: [path], context, display: { lang } }, { kind: 'words', prefix, suffix }, 2);
  }
}

function literal(part: TextTemplate[number] | undefined): string {
  return typeof part === 'string' ? part : '';
}

/** A text with a single hole for a column of the row itself can be read back. */
function readableWords(parts: TextTemplate): { path: string; prefix: string; suffix: string } | undefined {
  const [path, second] = pathsOf(parts);
  if (path === undefined || second !== undefined || /[.(]/.test(path) || unreadableNames.has(path)) return undefined;
  const index = parts.findIndex((part) => typeof part !== 'string');
  return { path, prefix: literal(parts[index - 1]), suffix: literal(parts[index + 1]) };
}

/** Compiles `data-attr-X`. */
export function compileWordsAttribute(
  work: Work,
  element: PageElement,
  mark: Marks['attributes'][number],
  context: Context,
): void {
  const { parts, unreadable } = parseTextTemplate(mark.text);
  const paths = pathsOf(parts);
  if (paths.length === 0) return;
  const { target } = mark;
  if (isForbidden(work, element, target, mark.attribute)) return;
  const escapeContext = attributeContext(element.tagName, target, attributesByName(element));
  if (escapeContext === 'forbidden') return;
  if (escapeContext === 'style' && !styleStands(parts)) {
    refuse(
      work,
      element,
      mark.attribute,
      'html/hole-not-allowed',
      "In style a value can only be a number or the inside of url('…').",
      "Switch a class with data-class, or write the hole as a number or inside url('…').",
    );
    return;
  }
  reportUnreadable(work, element, mark, unreadable);
  const at = markPosition(work.document, element, mark);
  const refs = paths.map((path) => needPath(context, path, at));
  const lang = languageOf(element);
  addSlot(work, element, target, mark.attribute, (slot) => ({
    kind: 'words-attribute',
    parts,
    refs,
    slot,
    context: escapeContext,
    lang,
  }));
  const readable = readableWords(parts);
  if (!readable || singlePath(parts) === undefined || context.scope.kind === 'page') return;
  const { path, prefix, suffix } = readable;
  addFields(
    work,
    {
      element,
      labels: [path],
      context,
      display: { lang },
      ...(presenceAttributes.has(target) ? { vote: { kind: 'boolean' } as const } : {}),
    },
    { kind: 'words-attribute', name: target, prefix, suffix },
    3,
  );
}

function styleStands(parts: TextTemplate): boolean {
  let before = '';
  for (const part of parts) {
    if (typeof part !== 'string' && styleHole(before) === null) return false;
    before += typeof part === 'string' ? part : '0';
  }
  return true;
}

function reportUnreadable(work: Work, element: PageElement, mark: Mark, unreadable: readonly string[]): void {
  for (const braces of unreadable) {
    report(
      work,
      'error',
      'html/unreadable-path',
      markPosition(work.document, element, mark),
      `${braces} is no path.`,
      'Write a column ({name}), a relation’s column ({section.name}) or a count ({count(dish)}).',
    );
  }
}

/** Compiles `data-class`. Words that are not `name?query` belong to the page’s own scripts. */
export function compileClass(work: Work, element: PageElement, marks: Marks, context: Context): void {
  const mark = marks.named.class;
  if (!mark) return;
  const at = markPosition(work.document, element, mark);
  const switches = mark.text
    .trim()
    .split(/\s+/)
    .filter((word) => word.includes('?'))
    .map((word) => {
      const { table: name, query } = splitMark(word);
      const need = needCondition(work, context, query ?? '', at);
      const readable = context.scope.kind === 'page' ? undefined : readableCondition(need.query);
      if (readable) {
        const { path, present, absent } = readable;
        const place = { kind: 'class', name, present, absent } as const;
        addFields(work, { element, labels: [path], context, display: { lang: '' } }, place, 5);
      }
      return { name, condition: need.id };
    })
    .filter(({ name }) => name !== '');
  if (switches.length === 0) return;
  addSlot(work, element, 'class', mark.attribute, (slot) => ({ kind: 'class', slot, switches }));
}
