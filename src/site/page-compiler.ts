import { readFileSync } from 'node:fs';
import { decodePage } from '../html/index.ts';
import type { Part } from '../html/index.ts';
import type { CompileCache } from './compile-cache.ts';
import { compile } from './compile.ts';
import type { CompiledPage, CompileSettings } from './compile.ts';
import { composePage, findMasters, masterFiles } from './compose.ts';
import { partFingerprint } from './part-fingerprint.ts';
import type { SiteFile } from './site.ts';
import { hashOf, readSource } from './survey.ts';
import type { ReadSource, Survey } from './survey.ts';

/** The marked pages of a folder, compiled when they are asked for. */
export interface PageCompiler {
  /** Files of the marked pages, in path order. */
  readonly files: readonly string[];
  /** The page, from the cache where it is there. Never throws: what goes wrong is told with the page. */
  compiled(file: string): CompiledPage;
  /** Whether the page can be had again without compiling it. */
  isKept(file: string): boolean;
  /** Fingerprint of each shared part's master, by name. */
  parts(): Readonly<Record<string, string>>;
  /** Lets go of parsed pages, which weigh more than all else; a page that is asked for later is read again. */
  release(): void;
  /** Names of the entries in the cache that these pages need. */
  entries(): ReadonlySet<string>;
}

export interface PageCompilerOptions {
  readonly files: ReadonlyMap<string, SiteFile>;
  readonly survey: Survey;
  readonly settings: CompileSettings;
  readonly cache?: CompileCache | undefined;
}

/** Where compiled pages are kept inside the cache. */
export const pagesFolder = 'pages';

export function pageCompiler({ files, survey, settings, cache }: PageCompilerOptions): PageCompiler {
  const { pages } = survey;
  const marked = [...pages].flatMap(([file, { facts }]) => (facts.marked ? [file] : []));
  const byPart = masterFiles(new Map(marked.map((file) => [file, pages.get(file)?.facts.parts ?? []])));
  const mastersHash = hashOf(
    JSON.stringify([...byPart].map(([name, file]) => [name, file, pages.get(file)?.facts.hash])),
  );
  const kept = new Set<string>();
  let sources: ReadonlyMap<string, ReadSource> = survey.sources;
  let found: ReadonlyMap<string, Part> | undefined;
  const masters = (): ReadonlyMap<string, Part> => {
    found ??= findMasters(new Map([...new Set(byPart.values())].map((file) => [file, read(file)])));
    return found;
  };
  const read = (file: string): ReadSource => sources.get(file) ?? readPage(file, files.get(file));
  const entryOf = (file: string): string => {
    const { hash = '', parts = [] } = pages.get(file)?.facts ?? {};
    const key = hashOf(JSON.stringify([file, hash, parts.length === 0 ? '' : mastersHash]));
    return `${pagesFolder}/${key.slice(0, 1)}/${key.slice(1)}`;
  };
  return {
    files: marked,
    compiled(file) {
      const entry = entryOf(file);
      const known = cache?.read(entry);
      if (isCompiledPage(known, file)) {
        kept.add(file);
        return known;
      }
      const source = read(file);
      const page = compile(composePage(source, masters()), settings);
      // Bytes that have changed since the survey are not what the entry's name stands for.
      if (cache && isSurveyed(source, pages.get(file)?.facts.hash) && cache.write(entry, page)) kept.add(file);
      return page;
    },
    isKept: (file) => kept.has(file),
    parts: () => Object.fromEntries([...masters()].map(([name, part]) => [name, partFingerprint(part)])),
    release() {
      sources = new Map();
      found = undefined;
    },
    entries: () => new Set(marked.map(entryOf)),
  };
}

function isSurveyed({ source }: ReadSource, hash: string | undefined): boolean {
  return hashOf(source.text) === hash;
}

/** Reads a page a second time. One that is gone is empty, and says so when it is compiled. */
function readPage(file: string, found: SiteFile | undefined): ReadSource {
  let text = '';
  try {
    const decoded = found && decodePage(readFileSync(found.absolutePath), file);
    if (decoded?.ok) text = decoded.text;
  } catch {
    // It was there a moment ago; whoever takes it away meets an empty page until the folder is read again.
  }
  return readSource({ file, text });
}

/** An entry is as whole as its hash says; this only tells a page from something else that was kept. */
function isCompiledPage(value: unknown, file: string): value is CompiledPage {
  return typeof value === 'object' && value !== null && 'template' in value && 'file' in value && value.file === file;
}
