import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Tells one state of the program from another, for what it keeps of its work: sizes and times of its own files, and the
 * Node that runs it, whose `Intl` data formats are learnt from. Undefined where its files cannot be looked at.
 */
export function programStamp(): string | undefined {
  const isBuilt = import.meta.url.endsWith('.js');
  const own = fileURLToPath(new URL(isBuilt ? './' : '../', import.meta.url));
  const { node, icu, cldr, tz, unicode } = process.versions;
  const lines = [`node ${node} icu ${icu ?? ''} cldr ${cldr ?? ''} tz ${tz ?? ''} unicode ${unicode ?? ''}`];
  try {
    // The package's own file says which versions of libraries it takes.
    lines.push(stateOf(fileURLToPath(new URL('../../package.json', import.meta.url))));
    addFiles(lines, own);
  } catch {
    return undefined;
  }
  return lines.join('\n');
}

function addFiles(lines: string[], folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) addFiles(lines, path);
    else if (!entry.name.endsWith('.test.ts')) lines.push(stateOf(path));
  }
}

function stateOf(path: string): string {
  const { size, mtimeMs, ctimeMs } = statSync(path);
  return `${path} ${size} ${mtimeMs} ${ctimeMs}`;
}
