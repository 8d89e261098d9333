import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSqlite } from '../database/index.ts';
import type { Driver } from '../database/index.ts';
import { loadSite, readSeeds } from '../site/index.ts';
import type { Site } from '../site/index.ts';
import { manualClock, memoryLog, seededRandom } from '../std/index.ts';
import type { ManualClock } from '../std/index.ts';
import { openTables } from '../tables/index.ts';
import type { Actor, RowWrite, Tables } from '../tables/index.ts';
import { pageGetter } from './get.ts';
import type { PageGetter, PageRequest } from './get.ts';

/** A folder opened with its data and pages, for tests. The clock stands at noon (UTC) of 14 August 2026. */
export interface House {
  readonly site: Site;
  readonly tables: Tables;
  readonly pages: PageGetter;
  readonly clock: ManualClock;
  close(): Promise<void>;
}

const visitor: Actor = { kind: 'visitor', id: 'visitor', roles: [] };
const program: Actor = { kind: 'system', id: 'system', roles: [] };
export const signedIn = (id: string, ...roles: string[]): Actor => ({ kind: 'user', id, roles });

/** Opens files as a site; the driver is closed with it. Without one: SQLite in a folder of its own. */
export async function openHouse(files: Readonly<Record<string, string>>, driver?: Driver): Promise<House> {
  const root = await mkdtemp(join(tmpdir(), 'backlot-pages-'));
  const dir = join(root, 'site');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  const clock = manualClock();
  const log = memoryLog();
  const site = await loadSite({ dir, timeZone: 'Europe/Rome' });
  assert.deepEqual(
    site.diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  const open = driver ?? (await openSqlite({ file: join(root, 'data.db'), clock, log }));
  const tables = await openTables({ driver: open, clock, random: seededRandom(1), log });
  await tables.apply(await tables.plan(site.schema));
  await tables.seed(readSeeds(site).rows);
  const pages = pageGetter({ site, tables, clock, cacheBytesMax: 1024 * 1024, headers: () => ({}) });
  return {
    site,
    tables,
    pages,
    clock,
    async close() {
      pages.close();
      await tables.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A request for a page by its file. */
export function requestFor(
  house: House,
  file: string,
  more: { readonly path?: string; readonly key?: string; readonly search?: string; readonly actor?: Actor } = {},
): PageRequest {
  const page = house.site.pages.get(file);
  assert.ok(page, file);
  return {
    page,
    path: more.path ?? page.urlPaths[0] ?? '/',
    ...(more.key === undefined ? {} : { key: more.key }),
    search: new URLSearchParams(more.search ?? ''),
    actor: more.actor ?? visitor,
  };
}

/** The page as it is sent, or what is answered instead. */
export async function pageText(
  house: House,
  ...request: Parameters<typeof requestFor> extends [House, ...infer R] ? R : never
): Promise<string> {
  const answer = await house.pages.get(requestFor(house, ...request));
  return answer.kind === 'page' ? answer.page.representation('identity').bytes.toString() : answer.kind;
}

/** Writes as the program itself, and waits until the cache has heard of it. Gives the id of the first row. */
export async function write(house: House, ...writes: readonly RowWrite[]): Promise<string> {
  const outcome = await house.tables.write(program, writes);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  await house.tables.feed.reached(outcome.position);
  return String(outcome.rows[0]?.['id'] ?? '');
}
