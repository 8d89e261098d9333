import type { Piece } from './draft.ts';
import type { TemplateNode } from './nodes.ts';

/** Two pieces of which neither encloses the other: the markup is nested wrongly there. */
export interface Crossing {
  readonly offset: number;
}

interface Open {
  readonly piece: Piece | null;
  readonly end: number;
  at: number;
  readonly nodes: TemplateNode[];
}

/**
 * Nests pieces by their ranges and fills the gaps with literal text: the result, with every hole written as the author
 * did, is the text again. Iterative; time is that of sorting.
 */
export function assemble(
  text: string,
  pieces: readonly Piece[],
): { readonly nodes: readonly TemplateNode[]; readonly crossings: readonly Crossing[] } {
  const sorted = pieces
    .map((piece, index) => ({ piece, index }))
    .toSorted(
      (a, b) =>
        a.piece.start - b.piece.start ||
        Number(isInsertion(b.piece)) - Number(isInsertion(a.piece)) ||
        b.piece.end - a.piece.end ||
        a.piece.order - b.piece.order ||
        a.index - b.index,
    );
  const crossings: Crossing[] = [];
  const root: Open = { piece: null, end: text.length, at: 0, nodes: [] };
  const open: Open[] = [root];
  for (const { piece } of sorted) {
    let around = closeUntil(text, open, piece);
    if (piece.start < around.at || piece.end > around.end) {
      crossings.push({ offset: piece.start });
      continue;
    }
    literal(text, around, piece.start);
    if (piece.region) {
      around = { piece, end: piece.end, at: piece.start, nodes: [] };
      open.push(around);
    } else {
      around.nodes.push(piece.make([]));
      around.at = piece.end;
    }
  }
  while (open.length > 1) close(text, open);
  literal(text, root, text.length);
  return { nodes: merged(root.nodes), crossings };
}

/** An insertion belongs to what ends where it stands, not to what begins there. */
function isInsertion(piece: Piece): boolean {
  return !piece.region && piece.start === piece.end;
}

function closeUntil(text: string, open: Open[], piece: Piece): Open {
  for (;;) {
    const around = open.at(-1)!;
    const ended = isInsertion(piece) ? around.end < piece.start : around.end <= piece.start;
    if (!around.piece || !ended) return around;
    close(text, open);
  }
}

function close(text: string, open: Open[]): void {
  const ended = open.pop()!;
  const around = open.at(-1)!;
  literal(text, ended, ended.end);
  around.nodes.push(ended.piece!.make(merged(ended.nodes)));
  around.at = ended.end;
}

function literal(text: string, around: Open, to: number): void {
  if (to <= around.at) return;
  around.nodes.push(text.slice(around.at, to));
  around.at = to;
}

/** Joins neighbouring literal texts. */
function merged(nodes: readonly TemplateNode[]): readonly TemplateNode[] {
  const joined: TemplateNode[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (typeof node === 'string' && typeof last === 'string') joined[joined.length - 1] = last + node;
    else if (node !== '') joined.push(node);
  }
  return joined;
}
