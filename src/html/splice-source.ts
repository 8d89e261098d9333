import { positionFinder } from './position.ts';
import type { Source, SourceSegment } from './template.ts';

/** A range of a source's text that is replaced: by plain text (which keeps the place it replaces), or by another source's. */
export interface SourceEdit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string | Source;
}

/** Replaces ranges of a source, in order and not overlapping, and keeps the way back to every author's file. */
export function spliceSource(source: Source, edits: readonly SourceEdit[]): Source {
  if (edits.length === 0) return source;
  const segments: SourceSegment[] = [];
  const own = ownSegments(source);
  const positionOf = positionFinder(source);
  let text = '';
  const keep = (start: number, end: number): void => {
    segments.push(...runOf(own, positionOf, start, end, text.length));
    text += source.text.slice(start, end);
  };
  let at = 0;
  for (const { start, end, replacement } of edits) {
    keep(at, start);
    if (typeof replacement === 'string') {
      if (replacement !== '') segments.push({ ...runOf(own, positionOf, start, start + 1, text.length)[0]! });
      text += replacement;
    } else {
      const inner = ownSegments(replacement);
      const innerPosition = positionFinder(replacement);
      segments.push(...runOf(inner, innerPosition, 0, replacement.text.length, text.length));
      text += replacement.text;
    }
    at = end;
  }
  keep(at, source.text.length);
  return { ...source, text, segments };
}

/** A piece of a source, with the way back. */
export function sliceSource(source: Source, start: number, end: number): Source {
  const segments = runOf(ownSegments(source), positionFinder(source), start, end, 0);
  return { file: source.file, text: source.text.slice(start, end), segments };
}

function ownSegments(source: Source): readonly SourceSegment[] {
  return source.segments ?? [{ start: 0, file: source.file, fileStart: 0 }];
}

/** The segments of a range, moved to where the range now stands. */
function runOf(
  segments: readonly SourceSegment[],
  positionOf: ReturnType<typeof positionFinder>,
  start: number,
  end: number,
  target: number,
): SourceSegment[] {
  if (start >= end) return [];
  const run: SourceSegment[] = [];
  for (const [index, segment] of segments.entries()) {
    const from = Math.max(segment.start, start);
    const to = Math.min(segments[index + 1]?.start ?? Number.POSITIVE_INFINITY, end);
    if (from >= to) continue;
    const { line, column } = positionOf(from);
    run.push({
      start: target + from - start,
      file: segment.file,
      fileStart: segment.fileStart + from - segment.start,
      line,
      column,
    });
  }
  return run;
}
