import { parseValue } from '../schema/index.ts';
import type { ColumnType, Value } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { align } from './align.ts';
import { parsePage } from './document.ts';
import { readFormat } from './format.ts';
import { resolveLink } from './link.ts';
import type { Layout, MarkupHole, TemplateNode } from './nodes.ts';
import type { Field, RawRow, RawValue } from './reading.ts';
import { markdownDoubt } from './markdown-doubt.ts';
import { isPlaceholder } from './places.ts';
import { positionFinder } from './position.ts';
import { newReading, readScopes } from './read-raw.ts';
import { sanitiseHtml } from './sanitise.ts';
import type { ReadRow, Template } from './template.ts';

/** Rows read from a page, by the scopes that stand directly in it. */
export interface ReadPage {
  readonly rows: Readonly<Record<number, readonly ReadRow[]>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** What typing raw texts needs to know. */
interface Typing {
  readonly layout: Layout;
  readonly template: Template;
  readonly positionOf: ReturnType<typeof positionFinder>;
  readonly markup: ReadonlyMap<string, MarkupHole>;
  readonly diagnostics: Diagnostic[];
  /** Only whether values can be read counts, not what they are: rich text need not be cleaned. */
  readonly judging: boolean;
}

/** This room's part of a template. */
export function layoutOf(template: Template): Layout {
  return template.nodes;
}

/**
 * Reads the rows that a page shows. Without `text`: the samples of the file itself, as they were read when it was
 * compiled. With it: a page rendered from the template, read back by laying the template over it. Values are typed by
 * `bindTypes`, else by what the places themselves say. What cannot be read as its type is left out, with a warning.
 */
export function readPage(template: Template, text?: string): ReadPage {
  const layout = layoutOf(template);
  const source = text === undefined ? template.source : { file: template.source.file, text };
  const typing = newTyping(template, positionFinder(source));
  const raw = text === undefined ? layout.samples : rawOfRendered(template, layout, text);
  return { rows: typedScopes(typing, raw), diagnostics: typing.diagnostics };
}

function newTyping(template: Template, positionOf: Typing['positionOf']): Typing {
  const layout = layoutOf(template);
  const markup = new Map<string, MarkupHole>();
  for (const node of allNodes(layout.nodes)) {
    if (typeof node !== 'string' && node.kind === 'markup') markup.set(`${node.ref.scope}/${node.ref.path}`, node);
  }
  return { layout, template, positionOf, markup, diagnostics: [], judging: false };
}

function rawOfRendered(template: Template, layout: Layout, text: string): Record<number, RawRow[]> {
  const own = parsePage(template.source);
  const copy = parsePage({ file: template.source.file, text });
  const reading = newReading({ readers: layout.readers, elements: own.elements, copyText: text, mode: 'rendered' });
  const top = template.scopes.filter(({ parent }) => parent === 0).map(({ id }) => id);
  return readScopes(reading, top, align(own.root, copy.root, reading.shape));
}

/** The typed values of each variant's own sample: what its holes' original bytes stand for. */
export function ownValues(
  template: Template,
): Readonly<Record<number, readonly (Readonly<Record<string, Value>> | null)[]>> {
  const layout = layoutOf(template);
  const typing = newTyping(template, positionFinder(template.source));
  const values: Record<number, (Readonly<Record<string, Value>> | null)[]> = {};
  for (const [scope, rows] of Object.entries(layout.own)) {
    values[Number(scope)] = rows.map((row) => row && typedRow(typing, Number(scope), row).values);
  }
  return values;
}

/** Warnings about samples that cannot be read as the types of their columns. */
export function sampleDiagnostics(template: Template): readonly Diagnostic[] {
  const typing = { ...newTyping(template, positionFinder(template.source)), judging: true };
  typedScopes(typing, layoutOf(template).samples);
  return typing.diagnostics;
}

function typedScopes(typing: Typing, raw: Readonly<Record<number, readonly RawRow[]>>): Record<number, ReadRow[]> {
  const rows: Record<number, ReadRow[]> = {};
  for (const [scope, found] of Object.entries(raw))
    rows[Number(scope)] = found.map((row) => typedRow(typing, Number(scope), row));
  return rows;
}

function typedRow(typing: Typing, scope: number, row: RawRow): ReadRow {
  const fields = typing.layout.readers[scope]?.variants[row.variant]?.fields ?? [];
  const order = fields.map((_field, index) => index).sort((a, b) => fields[a]!.precedence - fields[b]!.precedence);
  const values: Record<string, Value> = {};
  for (const index of order) {
    const field = fields[index]!;
    const raw = row.fields[index] ?? null;
    const type = typeOfPath(typing.template, scope, field.name) ?? defaultType(field);
    const value = typedValue(typing, scope, field, raw, type, values[field.name]);
    if (value === undefined) continue;
    if (Object.hasOwn(values, field.name) && !joins(field, type)) continue;
    values[field.name] = value;
  }
  return { values, scopes: typedScopes(typing, row.scopes), at: typing.positionOf(row.at) };
}

/** The type of a path: as bound, else what the scope's own places vote for. */
export function typeOfPath(template: Template, scope: number, path: string): ColumnType | undefined {
  let types = knownTypes.get(template);
  if (!types) {
    types = new Map(Object.entries(layoutOf(template).types));
    for (const { id, bindings } of template.scopes) {
      for (const { name, type } of bindings) if (type && !types.has(`${id}/${name}`)) types.set(`${id}/${name}`, type);
    }
    knownTypes.set(template, types);
  }
  return types.get(`${scope}/${path}`);
}

const knownTypes = new WeakMap<Template, Map<string, ColumnType>>();

/** Before types are bound, a bare condition is about a boolean; all else is text. */
function defaultType({ place }: Field): ColumnType {
  return (place.kind === 'condition' || place.kind === 'class') && place.absent !== null
    ? { kind: 'boolean' }
    : { kind: 'text' };
}

/** Checkboxes of one name add up to a set. */
function joins(field: Field, type: ColumnType): boolean {
  return field.place.kind === 'checks' && (type.kind === 'set' || type.kind === 'references');
}

function typedValue(
  typing: Typing,
  scope: number,
  field: Field,
  raw: RawValue | null,
  type: ColumnType,
  before: Value | undefined,
): Value | undefined {
  if (raw === null) return field.precedence === 0 ? null : undefined;
  const { place } = field;
  if (raw.members) return raw.members.length === 0 ? null : [...new Set(raw.members)];
  if (place.kind === 'checks') return checkedValue(raw, type, before);
  if (place.kind === 'condition' || place.kind === 'class') return conditionValue(raw, type);
  if (place.kind === 'words-attribute' && raw.machine !== null) {
    if (type.kind === 'boolean') return raw.machine === 'true';
    if (raw.machine === 'false') return undefined;
  }
  if (place.kind === 'markup') return markupValue(typing, scope, field, raw, type);
  const link = type.kind === 'url' || (place.kind === 'attribute' && place.url);
  const text =
    place.kind === 'attribute' || place.kind === 'input' || place.kind === 'textarea' || place.kind === 'select'
      ? raw.machine
      : raw.text;
  if (text === null) return null;
  if (link && type.kind !== 'reference') return isPlaceholder(text) ? undefined : resolveLink(text, typing.layout.base);
  const formatted =
    place.kind === 'text' && field.display.format
      ? readFormat(field.display.format, type, text, field.display.lang, 'UTC')
      : undefined;
  const value = formatted ?? parseValue(type, textTypes.has(type.kind) ? text : text.trim());
  if (value === undefined && place.kind !== 'words' && place.kind !== 'words-attribute')
    warn(typing, field, text, type);
  return value;
}

const textTypes = new Set(['text', 'html', 'markdown']);

function warn(typing: Typing, field: Field, text: string, type: ColumnType): void {
  typing.diagnostics.push({
    severity: 'warning',
    code: 'html/sample-unreadable',
    message: `“${text.length > 60 ? `${text.slice(0, 60)}…` : text}” cannot be read as ${field.name}, which is ${type.kind}.`,
    fix: 'Write the machine value beside it (<data value="14.5">, <time datetime="…">), or say how it is written with data-format.',
    at: field.at,
  });
}

function checkedValue(raw: RawValue, type: ColumnType, before: Value | undefined): Value | undefined {
  if (type.kind === 'boolean') return before === true || raw.machine !== null;
  if (raw.machine === null) return before === undefined ? null : undefined;
  if (type.kind !== 'set' && type.kind !== 'references') return parseValue(type, raw.machine);
  const members = Array.isArray(before) ? (before as readonly string[]) : [];
  return [...members, raw.machine];
}

function conditionValue(raw: RawValue, type: ColumnType): Value | undefined {
  if (raw.machine === null) return undefined;
  return type.kind === 'boolean' || (raw.machine !== 'true' && raw.machine !== 'false')
    ? parseValue(type, raw.machine)
    : undefined;
}

function markupValue(typing: Typing, scope: number, field: Field, raw: RawValue, type: ColumnType): Value {
  const hole = typing.markup.get(`${scope}/${field.name}`);
  if (type.kind === 'markdown' && typing.judging) {
    const doubt = markdownDoubt(field, raw, hole);
    if (doubt) typing.diagnostics.push(doubt);
  }
  if (type.kind === 'markdown' || typing.judging) return raw.text;
  return sanitiseHtml((raw.machine ?? '').trim(), hole?.classes, hole?.container);
}

/** All nodes of a layout, regions before what stands in them. */
export function* allNodes(nodes: readonly TemplateNode[]): Generator<TemplateNode> {
  for (const node of nodes) {
    yield node;
    if (typeof node === 'string') continue;
    if ('inner' in node) yield* allNodes(node.inner);
    if (node.kind === 'list') for (const { inner } of node.variants) yield* allNodes(inner);
  }
}
