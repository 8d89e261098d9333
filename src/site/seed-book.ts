import { canonicalText } from '../schema/index.ts';
import type { Schema, SeedRow, Table, Value } from '../schema/index.ts';
import { fold } from '../query/index.ts';
import type { Diagnostic, SourcePosition } from '../std/index.ts';
import { orderOf } from './seed-order.ts';
import type { Sequence } from './seed-order.ts';

/** A row while its samples are gathered. */
export interface Seed {
  readonly index: number;
  readonly table: Table;
  readonly values: Map<string, Value>;
  /** Where each value was said. */
  readonly said: Map<string, SourcePosition>;
  readonly references: Map<string, number>;
  readonly links: Map<string, readonly number[]>;
  slug?: string;
  readonly at: SourcePosition;
}

/** A sample that looks for its row. */
interface Sample {
  readonly table: Table;
  readonly values: Readonly<Record<string, Value>>;
  readonly slug?: string;
  /** Equal for samples that stand in the same place of the same query. */
  readonly place: string | undefined;
  readonly at: SourcePosition;
  /** It stands on the row's own page: its values win. */
  readonly wins: boolean;
  /** Rows that samples of the same list have joined already. */
  readonly taken: ReadonlySet<Seed>;
}

/** Gathers samples into rows. */
export interface SeedBook {
  /** The row that a sample is one of; a new one where none fits. Its values are united with the row's. */
  join(sample: Sample): Seed;
  /** Sets a value unless there is one; false when there is another. */
  fill(seed: Seed, name: string, value: Value): boolean;
  at(index: number): Seed | undefined;
  /** Notes that a list shows these rows in this order; `own`: in the rows' own order. */
  sequence(seeds: readonly Seed[], own: boolean): void;
  rows(): SeedRow[];
  readonly diagnostics: Diagnostic[];
}

export function seedBook(schema: Schema): SeedBook {
  const seeds: Seed[] = [];
  const bySlug = new Map<string, Seed[]>();
  const byName = new Map<string, Seed[]>();
  const byPlace = new Map<string, Seed>();
  const singles = new Map<string, Seed>();
  const sequences: Sequence[] = [];
  const diagnostics: Diagnostic[] = [];

  // Where each list has got to among rows of one key: what stands before is taken, however many are called the same.
  const reached = new WeakMap<ReadonlySet<Seed>, Map<readonly Seed[], number>>();

  const free = (found: readonly Seed[] | undefined, sample: Sample): Seed | undefined => {
    if (!found) return undefined;
    const places = reached.get(sample.taken) ?? new Map<readonly Seed[], number>();
    reached.set(sample.taken, places);
    let at = places.get(found) ?? 0;
    while (at < found.length && sample.taken.has(found[at]!)) at++;
    places.set(found, at);
    return found[at];
  };

  const find = (sample: Sample): Seed | undefined => {
    const { table, slug, place } = sample;
    if (table.single) return singles.get(table.name);
    const keyed = slug === undefined ? undefined : free(bySlug.get(`${table.name}\n${slug}`), sample);
    if (keyed) return keyed;
    const name = nameKey(sample);
    const named = name === undefined ? undefined : free(byName.get(name), sample);
    if (named && (slug === undefined || named.slug === undefined || named.slug === slug)) return named;
    const placed = place === undefined ? undefined : byPlace.get(place);
    const fits = placed && !sample.taken.has(placed) && (slug === undefined || (placed.slug ?? slug) === slug);
    return fits ? placed : undefined;
  };

  const indexed = new WeakMap<Seed, Set<readonly Seed[]>>();

  const index = (map: Map<string, Seed[]>, key: string | undefined, seed: Seed): void => {
    if (key === undefined) return;
    const held = map.get(key) ?? [];
    map.set(key, held);
    const places = indexed.get(seed) ?? new Set<readonly Seed[]>();
    indexed.set(seed, places);
    if (places.has(held)) return;
    places.add(held);
    held.push(seed);
  };

  const unite = (seed: Seed, sample: Sample): void => {
    for (const [name, value] of Object.entries(sample.values)) {
      const held = seed.values.get(name);
      if (held === undefined || (held === null && value !== null)) {
        seed.values.set(name, value);
        seed.said.set(name, sample.at);
      } else if (value !== null && !sameValue(held, value)) {
        diagnostics.push(conflict(seed, name, sample));
        if (!sample.wins) continue;
        seed.values.set(name, value);
        seed.said.set(name, sample.at);
      }
    }
  };

  return {
    diagnostics,
    join(sample) {
      let seed = find(sample);
      if (!seed) {
        seed = {
          index: seeds.length,
          table: sample.table,
          values: new Map(),
          said: new Map(),
          references: new Map(),
          links: new Map(),
          at: sample.at,
        };
        seeds.push(seed);
        if (sample.table.single) singles.set(sample.table.name, seed);
      }
      unite(seed, sample);
      if (sample.slug !== undefined) seed.slug ??= sample.slug;
      if (seed.slug !== undefined) index(bySlug, `${sample.table.name}\n${seed.slug}`, seed);
      index(byName, nameKey(sample), seed);
      if (sample.place !== undefined && !byPlace.has(sample.place)) byPlace.set(sample.place, seed);
      return seed;
    },
    fill(seed, name, value) {
      const held = seed.values.get(name);
      if (held !== undefined && held !== null) return sameValue(held, value);
      seed.values.set(name, value);
      return true;
    },
    at: (number) => seeds[number],
    sequence(shown, own) {
      sequences.push({ items: shown.map((seed) => seed.index), own });
    },
    rows: () => orderedRows(seeds, sequences),
  };

  /** What a row is called: the column its slug is made from, else `name`, `title` or `headline`, else its first text. */
  function nameKey(sample: Sample): string | undefined {
    const { table, values } = sample;
    const column = nameColumn(schema, table);
    const value = column === undefined ? undefined : values[column];
    return typeof value === 'string' && value !== '' ? `${table.name}\n${fold(value)}` : undefined;
  }
}

function nameColumn(schema: Schema, table: Table): string | undefined {
  if (table.slugFrom !== undefined) return table.slugFrom;
  const known = schema.tables[table.name]?.columns ?? table.columns;
  const named = ['name', 'title', 'headline'].find((name) => known[name]?.type.kind === 'text' && !known[name].system);
  return named ?? Object.values(known).find((column) => column.type.kind === 'text' && !column.system)?.name;
}

/** The rows in an order that gives every list its own back, references pointing to the new places. */
function orderedRows(seeds: readonly Seed[], sequences: readonly Sequence[]): SeedRow[] {
  const order = orderOf(seeds.length, sequences);
  const places = new Map(order.map((index, place) => [index, place]));
  const place = (index: number): number => places.get(index) ?? index;
  return order.map((index) => {
    const seed = seeds[index]!;
    return {
      table: seed.table.name,
      values: Object.fromEntries(seed.values),
      references: Object.fromEntries([...seed.references].map(([name, target]) => [name, place(target)])),
      links: Object.fromEntries([...seed.links].map(([name, targets]) => [name, targets.map(place)])),
      ...(seed.slug === undefined ? {} : { slug: seed.slug }),
      at: seed.at,
    };
  });
}

function sameValue(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => each === b[i]);
  return a === b;
}

function conflict(seed: Seed, name: string, sample: Sample): Diagnostic {
  const column = seed.table.columns[name];
  const held = sample.wins ? (sample.values[name] ?? null) : (seed.values.get(name) ?? null);
  const first = seed.said.get(name) ?? seed.at;
  const shown = column && held !== null ? canonicalText(column.type, held) : String(held);
  return {
    severity: 'warning',
    code: 'site/samples-disagree',
    message: `This sample of \`${seed.table.name}\` says something else of \`${name}\` than another sample of the same row; “${shown}” is taken.`,
    fix: 'Write the same value in both places.',
    at: sample.at,
    also: first,
  };
}
