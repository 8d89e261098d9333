import type { Row, Table } from '../api-types.ts';

/** One thing a visitor has sent. */
export interface Submission {
  readonly table: Table;
  readonly row: Row;
  /** When it came, UTC. */
  readonly at: string;
}

/** How far each table has been read, and what has been read of it but not shown. */
export interface Place {
  readonly [table: string]: { readonly waiting: readonly Row[]; readonly next: string | null | undefined };
}

export interface SubmissionPage {
  readonly submissions: readonly Submission[];
  /** Undefined at the end. */
  readonly next: Place | undefined;
}

/** Takes rows, newest first, for as long as it is certain that none is newer. */
export function takeNewest(tables: readonly Table[], from: Place): SubmissionPage {
  const submissions: Submission[] = [];
  const left = new Map(
    tables.map((table) => [table.name, { ...(from[table.name] ?? { waiting: [], next: null }), taken: 0 }]),
  );
  for (;;) {
    let newest: Submission | undefined;
    let runsDry = false;
    for (const table of tables) {
      const { waiting, next, taken } = left.get(table.name)!;
      const row = waiting[taken];
      if (row) {
        const at = receivedAt(row);
        if (!newest || at > newest.at) newest = { table, row, at };
      } else if (next !== null) runsDry = true;
    }
    if (runsDry || !newest) break;
    submissions.push(newest);
    left.get(newest.table.name)!.taken++;
  }
  const place = Object.fromEntries(
    [...left].map(([name, { waiting, next, taken }]) => [name, { waiting: waiting.slice(taken), next }]),
  );
  const isOver = Object.values(place).every(({ waiting, next }) => waiting.length === 0 && next === null);
  return { submissions, next: isOver ? undefined : place };
}

/** When a row was made. */
export function receivedAt(row: Row): string {
  return String(row['created_at'] ?? row['_created_at'] ?? '');
}
