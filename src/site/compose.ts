import { composeParts, findParts, parsePage } from '../html/index.ts';
import type { PageDocument, Part, Source } from '../html/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { partFingerprint } from './part-fingerprint.ts';

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

export interface ComposedPages {
  readonly pages: readonly ReadPage[];
  /** Fingerprint of each part's master, by name. */
  readonly parts: Readonly<Record<string, string>>;
}

/**
 * Puts the masters of shared parts in place of the copies. A part's master is the one in `index.html`, else in the
 * first page by path. Nothing is copied into a master, so parts that hold each other cannot go round in circles.
 */
export function composePages(sources: readonly Source[]): ComposedPages {
  const { parsed, masters } = findMasters(sources);
  const pages = sources.map((source): ReadPage => {
    const { document, parts: own } = parsed.get(source.file) ?? { document: undefined, parts: [] };
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
  });
  return { pages, parts: Object.fromEntries([...masters].map(([name, part]) => [name, partFingerprint(part)])) };
}

/** The parts of all pages by file, and the master of each by name. */
export function findMasters(sources: readonly Source[]): {
  readonly parsed: ReadonlyMap<string, { readonly document: PageDocument; readonly parts: readonly Part[] }>;
  readonly masters: ReadonlyMap<string, Part>;
} {
  const parsed = new Map<string, { document: PageDocument; parts: readonly Part[] }>();
  for (const source of sources) {
    if (!source.text.includes('-part')) continue;
    const document = parsePage(source);
    parsed.set(source.file, { document, parts: findParts(source, document) });
  }
  const masters = new Map<string, Part>();
  const byRank = [...parsed.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  for (const file of byRank) {
    for (const part of parsed.get(file)?.parts ?? []) if (!masters.has(part.name)) masters.set(part.name, part);
  }
  return { parsed, masters };
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
