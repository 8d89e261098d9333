import { attribute, parsePage } from '../html/index.ts';
import type { PageDocument, PageElement, Scope } from '../html/index.ts';
import { foldName } from '../schema/index.ts';
import { BacklotError, formatPosition } from '../std/index.ts';
import type { SourcePosition } from '../std/index.ts';
import { scopeAudience } from './audience.ts';
import { describeAudience, describeColumn, describeQuery } from './describe.ts';
import { markOf, outlineOf } from './outline.ts';
import type { Outline } from './outline.ts';
import type { Site, SiteForm, SitePage } from './site.ts';

/** What one element is to Backlot, in sentences for a person. */
export interface Explanation {
  readonly at: SourcePosition;
  /** The element's start tag, shortened. */
  readonly element: string;
  readonly facts: readonly string[];
}

/**
 * Says what the element at a place is: its list or row, the column it shows or fills with type and rules, its
 * condition, its form, and who may see or submit it. Without a column, the first element on the line that means
 * something, else the one that the line stands in. Throws `site/no-such-page`, `site/no-element`.
 */
export function explain(site: Site, file: string, line: number, column?: number): Explanation {
  const page = site.pages.get(file);
  if (!page) {
    if (!site.files.has(file)) {
      throw new BacklotError(
        'site/no-such-page',
        `There is no file ${file} in ${site.dir}. Give its path inside the folder.`,
      );
    }
    const said = 'Nothing in this file is marked: it is served byte for byte.';
    return { at: { file, line, column: column ?? 1 }, element: '', facts: [said] };
  }
  const document = parsePage(page.template.source);
  const element = elementAt(document, file, line, column);
  if (!element) {
    throw new BacklotError(
      'site/no-element',
      `${file} has no element at line ${line}. A shared part is explained in the file that holds its master.`,
    );
  }
  const outline = outlineOf(document, page.template);
  const facts = [
    ...markFacts(site, page, outline, element),
    ...bindingFacts(site, outline, element),
    ...formFacts(site, page, document, element),
    ...placeFacts(outline, element),
  ];
  return {
    at: document.positionOf(element.sourceCodeLocation?.startOffset ?? 0),
    element: startTag(document, element),
    facts: facts.length > 0 ? facts : ['It has no mark: it is served as it is written.'],
  };
}

function elementAt(document: PageDocument, file: string, line: number, column?: number): PageElement | undefined {
  let around: PageElement | undefined;
  const starting: PageElement[] = [];
  for (const element of document.elements) {
    const range = element.sourceCodeLocation;
    if (!range) continue;
    const start = document.positionOf(range.startOffset);
    if (start.file !== file) continue;
    if (start.line === line && (column === undefined || start.column === column)) starting.push(element);
    const end = document.positionOf(Math.max(range.startOffset, range.endOffset - 1));
    const at = { file, line, column: column ?? Number.MAX_SAFE_INTEGER };
    if (
      !isBefore(at, start) &&
      (end.file !== file || end.line >= line) &&
      (column === undefined || !isBefore(end, at))
    ) {
      around = element;
    }
  }
  return starting.find(isMeaningful) ?? (column === undefined ? starting[0] : undefined) ?? around;
}

function isBefore(a: SourcePosition, b: SourcePosition): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}

function isMeaningful(element: PageElement): boolean {
  return (
    ['form', 'input', 'select', 'textarea'].includes(element.tagName) ||
    element.attrs.some(
      ({ name }) =>
        name === 'itemprop' || /^data-(?:backlot-)?(?:list|row|save|if|text|attr-|class|format|part|as)/v.test(name),
    )
  );
}

function startTag(document: PageDocument, element: PageElement): string {
  const range = element.sourceCodeLocation;
  const tag = range?.startTag ?? range;
  const text = tag ? document.source.text.slice(tag.startOffset, tag.endOffset) : `<${element.tagName}>`;
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

function markFacts(site: Site, page: SitePage, outline: Outline, element: PageElement): string[] {
  const facts: string[] = [];
  for (const [id, owner] of outline.elements) {
    const scope = page.template.scopes[id];
    if (owner === element && scope) facts.push(...scopeFacts(site, page, outline, scope));
  }
  const part = markOf(element, 'part');
  if (part !== undefined) facts.push(`Shared part “${part}”: this is its master copy; other pages are served with it.`);
  for (const [name, says] of [
    ['if', 'Kept only when'],
    ['text', 'Its text is made of'],
    ['class', 'Its classes are switched by'],
    ['format', 'Its text is formatted as'],
  ] as const) {
    const mark = markOf(element, name);
    if (mark !== undefined) facts.push(`${says}: ${mark}`);
  }
  for (const { name, value } of element.attrs) {
    const made = /^data-(?:backlot-)?attr-(.+)$/v.exec(name)?.[1];
    if (made !== undefined) facts.push(`Its attribute \`${made}\` is made of: ${value}`);
  }
  return facts;
}

function scopeFacts(site: Site, page: SitePage, outline: Outline, scope: Scope): string[] {
  const table = scope.table ?? '';
  const said = scopeAudience(outline, scope.id);
  const facts: string[] = [];
  if (scope.kind === 'list') {
    const query = page.queries[scope.id]?.query ?? scope.query;
    const words = describeQuery(query);
    facts.push(`List of \`${table}\`${words === '' ? ', all rows in their own order' : `: ${words}`}.`);
    const filters = page.forms.filter((form) => form.controlsLists.includes(scope.id)).flatMap((form) => form.filters);
    if (filters.length > 0)
      facts.push(`Visitors may filter it by ${filters.map((filter) => filter.parameter).join(', ')}.`);
  } else if (scope.key !== undefined) {
    const prefix = page.detail?.scope === scope.id ? `${page.detail.prefix}…` : 'the URL';
    facts.push(`The row of \`${table}\` whose \`${scope.key}\` stands in ${prefix}; 404 when there is none.`);
  } else if (scope.kind === 'nested') {
    facts.push(`The row of \`${table}\` that the row around refers to.`);
  } else {
    facts.push(`One row of \`${table}\`.`);
  }
  if (site.schema.tables[table]?.owner === 'backlot') facts.push('The table is the server’s own.');
  facts.push(`Seen by ${describeAudience(said.who)}${said.explicit ? '' : ' (nothing says otherwise)'}.`);
  return facts;
}

function bindingFacts(site: Site, outline: Outline, element: PageElement): string[] {
  const property = attribute(element, 'itemprop');
  if (property === undefined) return [];
  const scope = outline.scopeAround(element);
  const holder =
    outline.elements.get(scope.id) === element && scope.kind === 'nested' ? parentScope(outline, scope) : scope;
  const table = holder.table === null ? undefined : site.schema.tables[holder.table];
  if (!table) return ['Its `itemprop` is not in a list or row: it is left alone.'];
  return property.split(/\s+/v).flatMap((name) => {
    const column = table.columns[foldName(name)];
    if (column) return [`Shows \`${table.name}.${column.name}\`: ${describeColumn(column)}.`];
    return name === 'url' && table.page ? [`Leads to the row’s own page, ${table.page.prefix}….`] : [];
  });
}

function parentScope(outline: Outline, scope: Scope): Scope {
  return outline.template.scopes[scope.parent ?? 0] ?? scope;
}

function formFacts(site: Site, page: SitePage, document: PageDocument, element: PageElement): string[] {
  for (const found of document.forms) {
    const form = page.forms[found.index];
    if (!form) continue;
    if (found.element === element) return describeForm(form);
    const index = found.controls.indexOf(element);
    if (index >= 0) return describeControl(site, form, index);
  }
  return [];
}

function describeForm(form: SiteForm): string[] {
  if (form.operation === 'none') return ['This form is left alone.'];
  if (form.operation === 'query') return [`Filters by ${form.filters.map((filter) => filter.parameter).join(', ')}.`];
  const facts = [
    form.operation === 'insert'
      ? `Adds a row to \`${form.table ?? ''}\`${form.parent ? `, for the \`${form.parent.table}\` around it` : ''}.`
      : `Changes the row of \`${form.table ?? ''}\` around it.`,
    `Posted as “${form.name}” by ${describeAudience(form.as)}${form.asExplicit ? '' : ' (nothing says otherwise)'}.`,
  ];
  if (form.deletes) facts.push('One of its buttons deletes the row.');
  for (const item of form.items) facts.push(`Saves the rows of \`${item.table}\` inside it as well.`);
  facts.push(`Then shows ${form.successRow ? 'the row’s own page' : (form.successPath ?? 'this page')}.`);
  return facts;
}

function describeControl(site: Site, form: SiteForm, index: number): string[] {
  const control = form.definition.controls[index];
  if (!control) return [];
  if (control.name === '') return ['It has no `name`, so it is never sent.'];
  const filter = form.filters.find((each) => each.control === index);
  if (filter) return [`Filters by \`${filter.parameter}\`.`];
  const item = form.items.find((each) => index in each.columns);
  const column = item?.columns[index] ?? form.columns[index];
  const table = item?.table ?? form.table;
  const known = column === undefined || table === null ? undefined : site.schema.tables[table]?.columns[column];
  return known ? [`Fills \`${table ?? ''}.${known.name}\`: ${describeColumn(known)}.`] : ['It is not stored.'];
}

function placeFacts(outline: Outline, element: PageElement): string[] {
  const facts: string[] = [];
  let scope: Scope | undefined = outline.scopeAround(element);
  if (outline.elements.get(scope.id) === element) scope = outline.template.scopes[scope.parent ?? 0];
  for (; scope && scope.id !== 0; scope = outline.template.scopes[scope.parent ?? 0]) {
    facts.push(
      `It stands in a ${scope.kind === 'list' ? 'list' : 'row'} of \`${scope.table ?? ''}\` (${formatPosition(scope.at)}).`,
    );
  }
  return facts;
}
