import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BacklotError } from '../std/index.ts';
import type { SourcePosition } from '../std/index.ts';
import { placeOfFunction } from './code-place.ts';

/** What is wrong with a site's configuration: `backlot.config.ts:12: hooks.booking has …`. */
export function configError(file: string, problem: string, at?: SourcePosition, cause?: unknown): BacklotError {
  const place = at ? `${at.file}:${at.line}` : file;
  return new BacklotError('extend/config', `${place}: ${problem}`, { cause });
}

/**
 * Where a part of the configuration is written: at the first function in it, which the engine knows, else at the only
 * line of the file that has its name as a key.
 */
export function placeOfPart(siteDir: string, file: string, key: string, part: unknown): SourcePosition | undefined {
  const code = firstFunction(part, 3);
  return (code && placeOfFunction(siteDir, code)) ?? placeOfKey(siteDir, file, key);
}

function firstFunction(part: unknown, depth: number): object | undefined {
  if (typeof part === 'function') return part;
  if (typeof part !== 'object' || part === null || depth === 0) return undefined;
  for (const inner of Object.values(part)) {
    const found = firstFunction(inner, depth - 1);
    if (found) return found;
  }
  return undefined;
}

function placeOfKey(siteDir: string, file: string, key: string): SourcePosition | undefined {
  const written = new RegExp(`(?:^|[\\s{,'"])${RegExp.escape(key)}['"]?\\s*[:(]`);
  const lines = readFileSync(join(siteDir, file), 'utf8').split('\n');
  const found = lines.flatMap((line, index) => (written.test(line) ? [index] : []));
  if (found.length !== 1) return undefined;
  return { file, line: found[0]! + 1, column: lines[found[0]!]!.indexOf(key) + 1 };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
