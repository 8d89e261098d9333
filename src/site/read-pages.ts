import { readFile } from 'node:fs/promises';
import { decodePage, mayHaveMarks } from '../html/index.ts';
import type { Source } from '../html/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { composePages } from './compose.ts';
import type { ComposedPages } from './compose.ts';
import { isPageFile } from './routes.ts';
import type { SiteFile } from './site.ts';

export interface ReadPages extends ComposedPages {
  readonly noindex: ReadonlySet<string>;
  /** Files without marks that hold forms, for the notice of what cannot work yet. */
  readonly formFiles: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

const concurrency = 16;
/** A larger file is not read as a page, only served: no page is that large, but logs and exports are. */
const pageBytesMax = 64 * 1024 * 1024;

/** Reads every page of a folder, and keeps those in which a byte scan finds marks. The others are not parsed. */
export async function readPages(files: readonly SiteFile[]): Promise<ReadPages> {
  const candidates = files.filter((file) => isPageFile(file.path));
  const scanned: (Scanned | undefined)[] = candidates.map(() => undefined);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < candidates.length; index = next++) scanned[index] = await scan(candidates[index]!);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const found = scanned.filter((each) => each !== undefined);
  return {
    ...composePages(found.flatMap((each) => each.source ?? [])),
    noindex: new Set(found.filter((each) => each.noindex).map((each) => each.path)),
    formFiles: found.filter((each) => !each.source && each.hasForm).map((each) => each.path),
    diagnostics: found.flatMap((each) => each.diagnostics),
  };
}

interface Scanned {
  readonly path: string;
  readonly source?: Source;
  readonly noindex: boolean;
  readonly hasForm: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

async function scan(file: SiteFile): Promise<Scanned> {
  const nothing = { path: file.path, noindex: false, hasForm: false, diagnostics: [] };
  const problem = (severity: 'error' | 'warning', code: string, message: string): Scanned => ({
    ...nothing,
    diagnostics: [{ severity, code, message, at: { file: file.path, line: 1, column: 1 } }],
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
  const noindex = bytes.includes('noindex') && /<meta[^>]+noindex/iv.test(bytes.toString('latin1'));
  const known = { ...nothing, noindex };
  if (!mayHaveMarks(bytes)) return { ...known, hasForm: bytes.includes('<form') || bytes.includes('<FORM') };
  const decoded = decodePage(bytes, file.path);
  if (!decoded.ok) return { ...known, diagnostics: [decoded.diagnostic] };
  return { ...known, source: { file: file.path, text: decoded.text } };
}
