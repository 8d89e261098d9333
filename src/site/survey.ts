import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { decodePage, findParts, mayHaveMarks, parsePage } from '../html/index.ts';
import type { PageDocument, Part, Source } from '../html/index.ts';
import type { Clock, Diagnostic } from '../std/index.ts';
import type { SiteFile } from './site.ts';

/** What is known of a page's bytes without compiling them. Plain data. */
export interface PageFacts {
  /** SHA-256 of the bytes; '' where they could not be read. */
  readonly hash: string;
  /** A byte scan found marks, and the bytes are text. Other pages are served as they are. */
  readonly marked: boolean;
  readonly noindex: boolean;
  readonly hasForm: boolean;
  /** Names of the shared parts in it, in order. */
  readonly parts: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What was found out about a file when it was in a certain state. */
export interface KnownPage {
  /** `SiteFile.state`; '' where it must not be trusted. */
  readonly state: string;
  readonly facts: PageFacts;
}

/** A page's text as it was just read, parsed where that was needed. */
export interface ReadSource {
  readonly source: Source;
  readonly document?: PageDocument;
  readonly parts: readonly Part[];
}

export interface Survey {
  /** By file, in the order of the files. */
  readonly pages: ReadonlyMap<string, KnownPage>;
  /** Marked pages that were read on the way, as far as memory is to be spent on them. */
  readonly sources: ReadonlyMap<string, ReadSource>;
}

export interface SurveyOptions {
  /** What an earlier survey found out. */
  readonly known: ReadonlyMap<string, KnownPage>;
  readonly clock: Clock;
}

const concurrency = 16;
/** A larger file is not read as a page, only served: no page is that large, but logs and exports are. */
const pageBytesMax = 64 * 1024 * 1024;
/** Text that is kept until it is compiled; what goes beyond is read a second time. */
const keptBytesMax = 8 * 1024 * 1024;
/**
 * A file touched this shortly before it was read may be touched again without its times telling: file systems count
 * them in steps of up to two seconds. It is read again the next time, as git does with its index.
 */
const settlingMs = 3000;

/** Finds out about every page of a folder. Bytes that are known from an earlier survey are not looked at again. */
export async function surveyPages(files: readonly SiteFile[], options: SurveyOptions): Promise<Survey> {
  const found: (KnownPage | undefined)[] = files.map(() => undefined);
  const sources = new Map<string, ReadSource>();
  let keptBytes = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) {
      const file = files[index]!;
      const known = options.known.get(file.path);
      if (known && known.state !== '' && known.state === file.state) {
        found[index] = known;
        continue;
      }
      const isSettled = options.clock.now() - file.touchedMs > settlingMs;
      const looked = await look(file, known?.facts);
      found[index] = { state: isSettled && looked.facts.hash !== '' ? file.state : '', facts: looked.facts };
      if (!looked.read || keptBytes > keptBytesMax) continue;
      keptBytes += file.sizeBytes;
      sources.set(file.path, looked.read);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return { pages: new Map(files.map((file, index) => [file.path, found[index]!])), sources };
}

interface Looked {
  readonly facts: PageFacts;
  readonly read?: ReadSource;
}

const nothing: PageFacts = { hash: '', marked: false, noindex: false, hasForm: false, parts: [], diagnostics: [] };

async function look(file: SiteFile, known: PageFacts | undefined): Promise<Looked> {
  const problem = (severity: 'error' | 'warning', code: string, message: string): Looked => ({
    facts: {
      ...nothing,
      diagnostics: [{ severity, code, message, at: { file: file.path, line: 1, column: 1 } }],
    },
  });
  if (file.sizeBytes > pageBytesMax) {
    return problem(
      'warning',
      'site/page-too-large',
      `This file is larger than ${pageBytesMax} bytes; it is served as it is.`,
    );
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(file.absolutePath);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return problem('error', 'site/unreadable-page', `This file cannot be read: ${reason}. Check its permissions.`);
  }
  const hash = hashOf(bytes);
  return known?.hash === hash ? { facts: known } : scan(file.path, bytes, hash);
}

export function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

function scan(path: string, bytes: Buffer, hash: string): Looked {
  const noindex = bytes.includes('noindex') && /<meta[^>]+noindex/iv.test(bytes.toString('latin1'));
  const facts = { ...nothing, hash, noindex };
  if (!mayHaveMarks(bytes)) return { facts: { ...facts, hasForm: bytes.includes('<form') || bytes.includes('<FORM') } };
  const decoded = decodePage(bytes, path);
  if (!decoded.ok) return { facts: { ...facts, diagnostics: [decoded.diagnostic] } };
  const read = readSource({ file: path, text: decoded.text });
  return { facts: { ...facts, marked: true, parts: read.parts.map(({ name }) => name) }, read };
}

/** A page's text with its parts. Only a page that may hold parts is parsed. */
export function readSource(source: Source): ReadSource {
  if (!source.text.includes('-part')) return { source, parts: [] };
  const document = parsePage(source);
  return { source, document, parts: findParts(source, document) };
}
