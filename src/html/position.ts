import type { SourcePosition } from '../std/index.ts';
import type { Source } from './template.ts';

/**
 * Makes a function from offsets in a source's text to places in the author's files. Lines end at LF, CRLF or a lone CR;
 * columns count UTF-16 units from 1. A leading byte order mark takes no column. Line starts are found once, when first asked.
 */
export function positionFinder(source: Source): (offset: number) => SourcePosition {
  let ownLines: number[] | undefined;
  const segments = source.segments;
  if (!segments || segments.length === 0) {
    return (offset) => {
      ownLines ??= lineStarts(source.text);
      return place(source.file, ownLines, offset, source.text);
    };
  }
  return (offset) => {
    let low = 0;
    let high = segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (segments[middle]!.start <= offset) low = middle;
      else high = middle - 1;
    }
    const segment = segments[low]!;
    const within = Math.max(0, offset - segment.start);
    return segmentPlace(source, segment, within);
  };
}

function segmentPlace(
  source: Source,
  segment: NonNullable<Source['segments']>[number],
  within: number,
): SourcePosition {
  if (segment.line === undefined || segment.column === undefined) {
    return { file: segment.file, line: 1, column: segment.fileStart + within + 1 };
  }
  const run = source.text.slice(segment.start, segment.start + within);
  const starts = lineStarts(run);
  const lines = starts.length - 1;
  const column = lines === 0 ? segment.column + within : run.length - starts[lines]! + 1;
  return { file: segment.file, line: segment.line + lines, column };
}

function place(file: string, starts: readonly number[], offset: number, text: string): SourcePosition {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  const mark = low === 0 && text.charCodeAt(0) === 0xfeff && offset > 0 ? 1 : 0;
  return { file, line: low + 1, column: offset - starts[low]! + 1 - mark };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 13) {
      if (text.charCodeAt(i + 1) === 10) i++;
      starts.push(i + 1);
    } else if (code === 10) starts.push(i + 1);
  }
  return starts;
}
