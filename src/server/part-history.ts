import type { Driver } from '../database/index.ts';
import type { PartFingerprints, Site } from '../site/index.ts';
import { readNote, writeNote } from './last-site.ts';

const KEY = 'parts';
/** How many earlier masters of each part are remembered. */
const EARLIER_MAX = 200;

/** Fingerprints of the masters that were served with this data, newest last. */
export async function partHistory(driver: Pick<Driver, 'dialect' | 'query'>): Promise<PartFingerprints> {
  const note = await readNote(driver, KEY);
  return note === undefined ? {} : (JSON.parse(note) as PartFingerprints);
}

/** Remembers the masters that are served now, so that `backlot sync` can tell an old copy from an edited one. */
export async function rememberParts(driver: Driver, site: Pick<Site, 'parts'>): Promise<void> {
  const earlier = await partHistory(driver);
  const changed = Object.entries(site.parts).filter(([name, print]) => earlier[name]?.at(-1) !== print);
  if (changed.length === 0) return;
  const next: Record<string, readonly string[]> = { ...earlier };
  for (const [name, print] of changed) {
    next[name] = [...(earlier[name] ?? []).filter((old) => old !== print), print].slice(-EARLIER_MAX);
  }
  await writeNote(driver, KEY, JSON.stringify(next));
}
