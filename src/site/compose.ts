import type { Source } from '../html/index.ts';
import type { Diagnostic } from '../std/index.ts';

/** A page with marks, its shared parts copied in. */
export interface ReadPage {
  readonly file: string;
  readonly source: Source;
  /** Other files whose text stands in it. */
  readonly dependencies: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

export function composePages(sources: readonly Source[]): ReadPage[] {
  return sources.map((source) => ({ file: source.file, source, dependencies: [], diagnostics: [] }));
}
