import { nextMidnightMs } from '../pages/index.ts';
import { checkQuery } from '../query/index.ts';
import type { CheckedQuery, Condition } from '../query/index.ts';
import type { Table } from '../schema/index.ts';
import type { TableReader } from '../tables/index.ts';
import { decide, onlyStaff } from './access.ts';
import { queryScope } from './context.ts';
import type { ApiContext } from './context.ts';
import { json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';
import { isFilledByVisitors } from './schema-answer.ts';

/** How far back submissions are counted. */
const DAYS = 30;
const DAY_MS = 86_400_000;

interface Summary {
  readonly submissions: {
    /** The days that are counted, oldest first, as the site's time zone has them. */
    readonly days: readonly string[];
    readonly tables: readonly { readonly table: string; readonly counts: readonly number[] }[];
  };
  /** Rows of visitors that a list of a page would show if only a column of theirs said yes. */
  readonly waiting: readonly { readonly table: string; readonly column: string; readonly count: number }[];
  /** Pages with a fault in their marks: they are served as they are in the file. */
  readonly brokenPages: readonly { readonly file: string; readonly message: string }[];
}

/** The last answer of each server, and what it was made from. */
const made = new WeakMap<ApiContext, { readonly key: string; readonly site: unknown; readonly summary: Summary }>();

/** `GET /api/summary`: what the start page tells. Made anew only when something was written, or another day began. */
export async function readSummary(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  const site = context.site();
  const { today } = queryScope(context);
  const tables = Object.values(context.tables.schema.tables).filter(
    (table) =>
      !table.detached &&
      table.owner !== 'backlot' &&
      isFilledByVisitors(site, table) &&
      decide(context, call.actor, 'read', table).allowed,
  );
  const names = tables.map(({ name }) => name);
  const key = JSON.stringify([context.tables.feed.position, today, names]);
  const known = made.get(context);
  if (known?.key === key && known.site === site) return json(200, known.summary);
  const summary = await summaryOf(context, tables);
  made.set(context, { key, site, summary });
  return json(200, summary);
}

async function summaryOf(context: ApiContext, tables: readonly Table[]): Promise<Summary> {
  const days = lastDays(context);
  const [counted, waiting] = await context.tables.snapshot(async (reader) => [
    await countAll(context, reader, tables, days),
    await countWaiting(context, reader, tables),
  ]);
  return {
    submissions: { days: days.map(({ date }) => date), tables: counted },
    waiting,
    brokenPages: [...context.site().pages.values()]
      .filter(({ ok }) => !ok)
      .map(({ file, diagnostics }) => ({
        file,
        message: diagnostics.find(({ severity }) => severity === 'error')?.message ?? '',
      })),
  };
}

interface Day {
  readonly date: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The last days in the site's time zone, today last. */
function lastDays({ clock, site }: ApiContext): readonly Day[] {
  const { timeZone } = site();
  const days: Day[] = [];
  // A day early, as days have up to 25 hours; what is too much is cut off.
  let fromMs = nextMidnightMs(clock.now() - (DAYS + 1) * DAY_MS, timeZone);
  while (fromMs <= clock.now()) {
    const untilMs = nextMidnightMs(fromMs, timeZone);
    const noon = new Date((fromMs + untilMs) / 2);
    days.push({ date: dateOf(noon, timeZone), fromMs, untilMs });
    fromMs = untilMs;
  }
  return days.slice(-DAYS);
}

function dateOf(moment: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    moment,
  );
}

async function countAll(
  context: ApiContext,
  reader: TableReader,
  tables: readonly Table[],
  days: readonly Day[],
): Promise<Summary['submissions']['tables']> {
  const counted: { table: string; counts: number[] }[] = [];
  for (const table of tables) {
    const counts: number[] = [];
    for (const day of days) counts.push(await reader.count(madeWithin(context, table, day), queryScope(context)));
    counted.push({ table: table.name, counts });
  }
  return counted;
}

/** Ids begin with the moment they were made at (UUID version 7), and are indexed: no day costs more than its rows. */
function madeWithin(context: ApiContext, table: Table, { fromMs, untilMs }: Day): CheckedQuery {
  const first = `${idPrefix(fromMs)}-0000-0000-000000000000`;
  const last = `${idPrefix(untilMs - 1)}-ffff-ffff-ffffffffffff`;
  return checked(context, table, [idCondition('min', first), idCondition('max', last)]);
}

function idCondition(operator: 'min' | 'max', text: string): Condition {
  return { path: 'id', operator, operands: [{ kind: 'text', text }] };
}

function idPrefix(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}

async function countWaiting(
  context: ApiContext,
  reader: TableReader,
  tables: readonly Table[],
): Promise<Summary['waiting']> {
  const waiting: { table: string; column: string; count: number }[] = [];
  for (const table of tables) {
    for (const column of releasingColumns(context, table)) {
      const query = checked(context, table, [{ path: column, operator: 'false', operands: [] }]);
      const count = await reader.count(query, queryScope(context));
      if (count > 0) waiting.push({ table: table.name, column, count });
    }
  }
  return waiting;
}

/** Columns of yes or no that the lists of pages ask for: `entry?approved`. */
function releasingColumns(context: ApiContext, table: Table): ReadonlySet<string> {
  const columns = new Set<string>();
  for (const { template, queries } of context.site().pages.values()) {
    for (const { id, kind, table: listed } of template.scopes) {
      if (kind !== 'list' || listed !== table.name) continue;
      for (const { path, operator } of queries[id]?.query.conditions ?? []) {
        if (operator === 'true' && table.columns[path]?.type.kind === 'boolean') columns.add(path);
      }
    }
  }
  return columns;
}

function checked({ tables }: ApiContext, table: Table, conditions: readonly Condition[]): CheckedQuery {
  const answer = checkQuery({ conditions, sort: [] }, table, { schema: tables.schema });
  if (!answer.ok) throw new Error(`Table ${table.name} cannot be counted: ${answer.errors[0]?.message ?? ''}`);
  return answer.value;
}
