import { composeParts } from '../html/index.ts';
import type { PageDocument, Part, Source } from '../html/index.ts';
import type { Diagnostic } from '../std/index.ts';
import type { ReadSource } from './survey.ts';

/** A page with marks, its shared parts copied in. */
export interface ReadPage {
  readonly file: string;
  readonly source: Source;
  /** The source parsed, where that has been done on the way. */
  readonly document?: PageDocument;
  /** Other files whose text stands in it. */
  readonly dependencies: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Puts the masters of shared parts in place of a page's copies. Nothing is copied into a master, so parts that hold each
 * other cannot go round in circles.
 */
export function composePage(read: ReadSource, masters: ReadonlyMap<string, Part>): ReadPage {
  const { source, document, parts: own } = read;
  if (own.length === 0) return { file: source.file, source, dependencies: [], diagnostics: [] };
  const used = own.flatMap((part) => masters.get(part.name) ?? []).filter((part) => part.file !== source.file);
  return {
    file: source.file,
    ...(used.length === 0
      ? { source, ...(document ? { document } : {}) }
      : { source: composeParts(source, masters, document) }),
    dependencies: [...new Set(used.map((part) => part.file))].sort(),
    diagnostics: own.flatMap((part) => faultsOf(part, own, masters)),
  };
}

/** The file of each part's master: `index.html` where the part stands in it, else the first page by path. */
export function masterFiles(partNames: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, string> {
  const masters = new Map<string, string>();
  const byRank = [...partNames.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  for (const file of byRank) {
    for (const name of partNames.get(file) ?? []) if (!masters.has(name)) masters.set(name, file);
  }
  return masters;
}

/** The master of each part by name, given what stands in the files. */
export function findMasters(reads: ReadonlyMap<string, Pick<ReadSource, 'parts'>>): ReadonlyMap<string, Part> {
  const names = new Map([...reads].map(([file, { parts }]) => [file, parts.map(({ name }) => name)]));
  const masters = new Map<string, Part>();
  for (const [name, file] of masterFiles(names)) {
    const part = reads.get(file)?.parts.find((each) => each.name === name);
    if (part) masters.set(name, part);
  }
  return masters;
}

function rank(file: string): number {
  return file === 'index.html' ? 0 : 1;
}

function faultsOf(part: Part, siblings: readonly Part[], masters: ReadonlyMap<string, Part>): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const first = siblings.find((each) => each.name === part.name);
  if (first && first !== part && masters.get(part.name)?.file === part.file) {
    diagnostics.push({
      severity: 'warning',
      code: 'site/part-twice',
      message: `The part “${part.name}” stands twice in the file that holds its master; the first is the master, this one stays as it is.`,
      fix: 'Give the second one a name of its own.',
      at: part.at,
      also: first.at,
    });
  }
  const inner = innerParts(part);
  for (const name of inner) {
    if (!masters.has(name)) continue;
    diagnostics.push({
      severity: 'warning',
      code: 'site/part-in-part',
      message: `The part “${name}” stands inside the part “${part.name}”: it is served as “${part.name}” holds it, not from its own master.`,
      fix: 'Take one out of the other.',
      at: part.at,
      also: masters.get(name)!.at,
    });
  }
  return diagnostics;
}

/** Names of parts written inside a part. */
function innerParts(part: Part): string[] {
  const opening = part.markup.indexOf('>');
  return [...part.markup.slice(opening).matchAll(/\sdata-(?:backlot-)?part\s*=\s*["']?([^"'\s>]+)/giv)].flatMap(
    (match) => match[1] ?? [],
  );
}
