import { foldName } from '../schema/index.ts';

/** A path used in `{…}`, a binding, or an aggregate: `price`, `section.name`, `count(dish)`, `sum(line.total)`. */
export type Path = string;

/** A text with holes: literal text and paths in turn. */
export type TextTemplate = readonly (string | { readonly path: Path })[];

const pathPattern = /^[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*$/u;
const aggregatePattern = /^(count|sum|min|max)\(\s*([^()]+?)\s*\)$/;

/**
 * Reads a path as it may stand in `{…}`: a name, a dotted relation path, or `count(x)`, `sum(x.y)`, `min`, `max`. Names
 * are folded. Undefined when it is none.
 */
function parsePath(text: string): Path | undefined {
  const trimmed = text.trim();
  const aggregate = aggregatePattern.exec(trimmed);
  if (aggregate) {
    const inner = parsePath(aggregate[2]!);
    return inner === undefined || inner.includes('(') ? undefined : `${aggregate[1]!}(${inner})`;
  }
  if (!pathPattern.test(trimmed)) return undefined;
  const names = trimmed.split('.').map(foldName);
  return names.every((name) => name !== '') ? names.join('.') : undefined;
}

/** Splits a text at its holes. `unreadable` lists what stands in braces and is no path; it stays literal text. */
export function parseTextTemplate(text: string): { readonly parts: TextTemplate; readonly unreadable: string[] } {
  const parts: (string | { path: Path })[] = [];
  const unreadable: string[] = [];
  let literal = '';
  let at = 0;
  for (const hole of text.matchAll(/\{([^{}]*)\}/g)) {
    literal += text.slice(at, hole.index);
    at = hole.index + hole[0].length;
    const path = parsePath(hole[1]!);
    if (path === undefined) {
      unreadable.push(hole[0]);
      literal += hole[0];
      continue;
    }
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push({ path });
  }
  literal += text.slice(at);
  if (literal !== '') parts.push(literal);
  return { parts, unreadable };
}

/** The paths of a template's holes, in order. */
export function pathsOf(template: TextTemplate): Path[] {
  return template.filter((part) => typeof part !== 'string').map((part) => part.path);
}

/** The path of a text that consists of one hole and nothing else. */
export function singlePath(template: TextTemplate): Path | undefined {
  const [only, second] = template;
  return only !== undefined && typeof only !== 'string' && second === undefined ? only.path : undefined;
}
