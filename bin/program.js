// Which form of the program is run. Plain JavaScript that any Node can read, and little of it: every start runs it.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Beside what was built: which sources it was built from. */
export const STAMP_FILE = 'built-from';

/**
 * The module that holds `main`, as a path: what was built, where it was built from the sources that are there now; else
 * the sources. What is published holds no sources: there, what was built is the program.
 *
 * @param {string} root - the package's folder
 * @returns {string}
 */
export function programFile(root) {
  const built = join(root, 'dist', 'server');
  const stamp = read(join(built, STAMP_FILE));
  const sources = sourcesStamp(root);
  const isBuilt = stamp !== undefined && (sources === '' || stamp === sources);
  return isBuilt ? join(built, 'main.js') : join(root, 'src', 'cli', 'main.ts');
}

/**
 * Names, sizes and times of all sources and of what says which libraries they use: changed by whatever could make the
 * program another. Empty where there are no sources.
 *
 * @param {string} root - the package's folder
 * @returns {string}
 */
export function sourcesStamp(root) {
  const lines = [];
  try {
    addSources(lines, join(root, 'src'), 'src');
  } catch {
    return '';
  }
  for (const file of ['package.json', 'package-lock.json']) addState(lines, root, file);
  return lines.join('\n');
}

function addSources(lines, folder, name) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const inside = `${name}/${entry.name}`;
    if (entry.isDirectory()) addSources(lines, join(folder, entry.name), inside);
    else if (!entry.name.endsWith('.test.ts')) addState(lines, folder, entry.name, inside);
  }
}

function addState(lines, folder, file, name = file) {
  try {
    const { size, mtimeMs } = statSync(join(folder, file));
    lines.push(`${name} ${size} ${mtimeMs}`);
  } catch {
    lines.push(`${name} is not there`);
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
