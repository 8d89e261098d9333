import type { SourcePosition } from '../std/index.ts';
import { attribute, closest, elementPosition, parsePage } from './document.ts';
import type { PageDocument } from './document.ts';
import { folderOfFile, relativeLink } from './link.ts';
import { linkEdits, mover } from './rebase.ts';
import { sliceSource, spliceSource } from './splice-source.ts';
import type { SourceEdit } from './splice-source.ts';
import type { Source } from './template.ts';
import type { PageElement } from './tree.ts';

/** An element with `data-part`, as it stands in one file. The one in the master file is every other's content. */
export interface Part {
  readonly name: string;
  /** The file it is written in. */
  readonly file: string;
  /** The element with its tags. */
  readonly markup: string;
  readonly start: number;
  readonly end: number;
  readonly at: SourcePosition;
  /** The page it stands in. */
  readonly document: PageDocument;
}

/** The parts of a page, in order. A part inside another belongs to that one. */
export function findParts(source: Source, document: PageDocument = parsePage(source)): readonly Part[] {
  const parts: Part[] = [];
  const partNames = new Map<PageElement, string>();
  for (const element of document.elements) {
    const name = (attribute(element, 'data-part') ?? attribute(element, 'data-backlot-part'))?.trim();
    const location = element.sourceCodeLocation;
    if (!name || !location?.startTag) continue;
    partNames.set(element, name);
    if (closest(element, (around) => partNames.has(around))) continue;
    const { startOffset: start, endOffset: end } = location;
    if (parts.some((part) => start < part.end)) continue;
    parts.push({
      name,
      file: source.file,
      markup: source.text.slice(start, end),
      start,
      end,
      at: elementPosition(document, element),
      document,
    });
  }
  return parts;
}

/**
 * Replaces a page's parts by their masters' copies, links rebased to the page's folder. A link that is only a fragment
 * stays where its target is on the page, else it leads to the master's page. Parts without a master, and the masters'
 * own, stay. `segments` of the result lead back to both files. `document` is the source parsed, where that has been done.
 */
export function composeParts(
  source: Source,
  masters: ReadonlyMap<string, Part>,
  document: PageDocument = parsePage(source),
): Source {
  const edits: SourceEdit[] = [];
  for (const part of findParts(source, document)) {
    const master = masters.get(part.name);
    if (!master || master.file === source.file) continue;
    edits.push({ start: part.start, end: part.end, replacement: copyFor(master, source, document) });
  }
  return spliceSource(source, edits);
}

/** A master's markup as another page holds it. */
function copyFor(master: Part, target: Source, document: PageDocument): Source {
  const from = folderOfFile(master.file);
  const to = target.base ?? folderOfFile(target.file);
  const move = mover(from, to);
  const inPart = new Set(idsWithin(master));
  const change = (link: string): string | undefined => {
    if (!/^#[^!]/.test(link)) return from === to ? undefined : move(link);
    const id = link.slice(1);
    if (document.byId.has(id) || inPart.has(id) || !master.document.byId.has(id)) return undefined;
    return relativeLink(`/${master.file}${link}`, to);
  };
  const range = { start: master.start, end: master.end };
  const edits = linkEdits(master.document, change, range).map((edit) => ({
    ...edit,
    start: edit.start - master.start,
    end: edit.end - master.start,
  }));
  return spliceSource(sliceSource(master.document.source, master.start, master.end), edits);
}

function idsWithin(master: Part): string[] {
  return [...master.document.byId]
    .filter(([, element]) => {
      const offset = element.sourceCodeLocation?.startOffset ?? -1;
      return offset >= master.start && offset < master.end;
    })
    .map(([id]) => id);
}
