import { readFile } from 'node:fs/promises';
import { composeParts, decodePage } from '../html/index.ts';
import type { SourcePosition } from '../std/index.ts';
import { findMasters } from './compose.ts';
import { partFingerprint } from './part-fingerprint.ts';
import type { Site } from './site.ts';
import { readSource } from './survey.ts';
import type { ReadSource } from './survey.ts';

/** What a part has been over time: fingerprints of its masters by name. */
export type PartFingerprints = Readonly<Record<string, readonly string[]>>;

/** A copy of a shared part that is not what its master is now. */
export interface PartCopy {
  readonly name: string;
  readonly at: SourcePosition;
  /** Where its master stands. */
  readonly master: SourcePosition;
  /** It is none of the masters there have been: someone wrote into the copy. */
  readonly edited: boolean;
}

/** The copies on disk that differ from their masters, and the files as they would be with the masters in them. */
export interface PartCopies {
  readonly differing: readonly PartCopy[];
  /** New text by file, BOM included; files with an edited copy are left out. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Compares the copies of shared parts with their masters. `earlier` holds the fingerprints of masters that were served
 * before: a copy that is one of them is merely old; any other has been edited.
 */
export async function partCopies(site: Site, earlier: PartFingerprints): Promise<PartCopies> {
  const reads = await readsOf(site);
  const masters = findMasters(reads);
  const differing: PartCopy[] = [];
  const texts = new Map<string, string>();
  for (const { source, parts } of reads.values()) {
    const own = parts.flatMap((part): PartCopy[] => {
      const master = masters.get(part.name);
      const print = partFingerprint(part);
      if (!master || master.file === part.file || print === site.parts[part.name]) return [];
      const edited = !(earlier[part.name] ?? []).includes(print);
      return [{ name: part.name, at: part.at, master: master.at, edited }];
    });
    differing.push(...own);
    if (own.length > 0 && !own.some(({ edited }) => edited)) {
      texts.set(source.file, composeParts(source, masters).text);
    }
  }
  return { differing, texts };
}

async function readsOf(site: Site): Promise<ReadonlyMap<string, ReadSource>> {
  const reads = new Map<string, ReadSource>();
  for (const file of [...site.pages.keys()].sort()) {
    const found = site.files.get(file);
    const decoded = found && decodePage(await readFile(found.absolutePath), file);
    if (decoded?.ok) reads.set(file, readSource({ file, text: decoded.text }));
  }
  return reads;
}
