import { readPage } from '../html/index.ts';
import type { ReadRow, Scope } from '../html/index.ts';
import { fixedValues } from '../query/index.ts';
import type { CheckedQuery } from '../query/index.ts';
import type { SeedRow, Table, Value } from '../schema/index.ts';
import type { Diagnostic, SourcePosition } from '../std/index.ts';
import { resolveAddress } from './address.ts';
import { seedBook } from './seed-book.ts';
import type { Seed, SeedBook } from './seed-book.ts';
import type { Site, SitePage } from './site.ts';

/** The first rows of a site's tables, and where samples contradict each other. */
export interface Seeds {
  /** References hold indexes into this array. In the order in which the files show them. */
  readonly rows: readonly SeedRow[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the samples of every page as rows (LANGUAGE, "Samples become rows"): those of detail pages last, and they win. A sample joins the row with the same key (its page's address, else its name); within one list every sample is a
 * row of its own; for the same query the row in the same place is taken. Tables of the server's and whatever is not for
 * anyone are decoration.
 */
export function readSeeds(site: Site): Seeds {
  const book = seedBook(site.schema);
  const pages = [...site.pages.values()].filter((page) => page.ok);
  const ordered = [...pages.filter((page) => !page.detail), ...pages.filter((page) => page.detail)];
  for (const page of ordered) {
    const reading: Reading = { site, page, book };
    readScopes(reading, readPage(page.template).rows, null, 0);
  }
  return { rows: book.rows(), diagnostics: book.diagnostics };
}

interface Reading {
  readonly site: Site;
  readonly page: SitePage;
  readonly book: SeedBook;
}

/** Reads the scopes inside one read row. `around` is that row's seed, where it has one. */
function readScopes(
  reading: Reading,
  read: Readonly<Record<number, readonly ReadRow[]>>,
  around: Seed | null,
  parent: number,
): void {
  const inside = reading.page.template.scopes.filter((scope) => scope.parent === parent);
  // References first: lists beside them may ask for what the row refers to (`dish?section={section.id}`).
  const ordered = [...inside].sort(
    (a, b) => Number(b.relation.kind === 'reference') - Number(a.relation.kind === 'reference'),
  );
  for (const scope of ordered) {
    const rows = read[scope.id] ?? [];
    if (rows.length > 0) readScope(reading, scope, rows, around);
  }
}

/** Whether a scope is the row that the page stands for; title and head may show it too. */
function isOwnRow(page: SitePage, scope: Scope): boolean {
  return scope.key !== undefined && scope.table === page.detail?.table && scope.key === page.detail?.key;
}

function readScope(reading: Reading, scope: Scope, rows: readonly ReadRow[], around: Seed | null): void {
  const { site, page, book } = reading;
  const table = scope.table === null ? undefined : site.schema.tables[scope.table];
  if (!table || table.owner !== 'site' || page.access.page !== 'anyone' || page.access.scopes[scope.id] !== 'anyone')
    return;
  const query = page.queries[scope.id];
  const taken = new Set<Seed>();
  const seeds: Seed[] = [];
  for (const [index, read] of rows.entries()) {
    const slug = slugOf(reading, scope, table, read);
    const seed = book.join({
      table,
      values: ownValues(table, read.values),
      ...(slug === undefined ? {} : { slug }),
      place: placeOf(scope, around, index),
      at: read.at,
      wins: isOwnRow(page, scope),
      taken,
    });
    taken.add(seed);
    seeds.push(seed);
    if (query) fix(reading, scope, query, seed, around, read.at);
    readScopes(reading, read.scopes, seed, scope.id);
  }
  if (scope.kind === 'list') book.sequence(seeds, isOwnOrder(scope));
  if (around) relate(scope, around, seeds);
}

/** First rows are made at one time, so a list by time shows them in their own order too. */
function isOwnOrder(scope: Scope): boolean {
  return scope.query.sort.every(({ path }) => path === 'position' || path === 'created_at' || path === 'updated_at');
}

/** Values that a row stores: the address of its own page is none of them. */
function ownValues(table: Table, values: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => {
      const column = table.columns[name];
      return column !== undefined && !column.system;
    }),
  );
}

/** The place that a sample takes where another list of the same query has one. Lists inside rows count row by row. */
function placeOf(scope: Scope, around: Seed | null, index: number): string | undefined {
  if (scope.kind === 'nested') return undefined;
  if (scope.kind === 'row' && scope.key !== undefined) return undefined;
  const depends = scope.query.conditions.some(({ operands }) => operands.some((operand) => operand.kind === 'path'));
  const inside = depends || scope.relation.kind !== 'none' ? String(around?.index ?? '') : '';
  return [scope.table, scope.queryText, scope.relation.kind, inside, index].join('\n');
}

/** The key in the address of a row's page: the file's own for a detail page, else where its `url` leads. */
function slugOf(reading: Reading, scope: Scope, table: Table, read: ReadRow): string | undefined {
  const { page, site } = reading;
  if (isOwnRow(page, scope)) return page.detail?.sampleKey;
  const url = read.values['url'];
  if (!table.page || typeof url !== 'string' || table.columns['url']) return undefined;
  const address = resolveAddress(page.file, url, site.origin);
  if (address.kind !== 'inside') return undefined;
  const route = site.routes.resolve(address.path);
  // The file that serves as the sample is where every sample's link may lead; it names no row.
  if (route.kind !== 'row' || route.key === null || site.details.get(route.file)?.table !== table.name)
    return undefined;
  const sample = site.details.get(route.file)?.sampleKey;
  return route.key === sample ? undefined : route.key;
}

/** Gives a sample what its list's query says of all its rows. */
function fix(
  reading: Reading,
  scope: Scope,
  query: CheckedQuery,
  seed: Seed,
  around: Seed | null,
  at: SourcePosition,
): void {
  const { book } = reading;
  for (const [name, value] of Object.entries(fixedValues(query))) {
    const column = query.table?.columns[name];
    if (!column || column.system || column.type.kind === 'reference' || column.type.kind === 'references') continue;
    if (!book.fill(seed, name, value)) {
      book.diagnostics.push(contradiction(scope, name, at));
    }
  }
  if (!around) return;
  for (const { path, operator, operands } of query.query.conditions) {
    const operand = operands[0];
    if (operator !== 'eq' || operand?.kind !== 'path' || operands.length > 1) continue;
    const column = query.table?.columns[path];
    if (column?.type.kind === 'reference') {
      const target = referredSeed(book, around, operand.path);
      if (target) seed.references.set(path, seed.references.get(path) ?? target.index);
    } else if (column && !column.system) {
      const value = around.values.get(operand.path);
      if (value !== undefined && value !== null) book.fill(seed, path, value);
    }
  }
}

/** The row whose id `{id}`, `{section}` or `{section.id}` is, seen from the row around. */
function referredSeed(book: SeedBook, around: Seed, path: string): Seed | undefined {
  if (path === 'id') return around;
  const index = around.references.get(path.replace(/\.id$/v, ''));
  return index === undefined ? undefined : book.at(index);
}

function relate(scope: Scope, around: Seed, seeds: readonly Seed[]): void {
  const { relation } = scope;
  const [first] = seeds;
  if (relation.kind === 'reference' && first) {
    if (!around.references.has(relation.column)) around.references.set(relation.column, first.index);
  } else if (relation.kind === 'references') {
    const held = around.links.get(relation.column) ?? [];
    around.links.set(relation.column, [...new Set([...held, ...seeds.map((seed) => seed.index)])]);
  } else if (relation.kind === 'children') {
    for (const seed of seeds) {
      if (!seed.references.has(around.table.name)) seed.references.set(around.table.name, around.index);
    }
  }
}

function contradiction(scope: Scope, name: string, at: SourcePosition): Diagnostic {
  return {
    severity: 'error',
    code: 'site/sample-contradicts-query',
    message: `This sample says something else of \`${name}\` than its list does (\`${scope.queryText}\`), so it would not be listed.`,
    fix: `Take \`${name}\` out of the sample, or out of the list’s query.`,
    at,
    also: scope.at,
  };
}
