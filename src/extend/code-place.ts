import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatPosition } from '../std/index.ts';
import type { SourcePosition } from '../std/index.ts';

/*
 * Where in the author's files something is. Types are stripped by blanking them out, so lines and columns of what runs
 * are those of what was written.
 */

/** Where an error came from: the innermost place of its stack in the site's folder. */
export function placeOfError(siteDir: string, error: unknown): SourcePosition | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const line of stack.split('\n')) {
    const [, url, number, column] = /(file:\/\/[^\s()]+?):(\d+)(?::(\d+))?\)?$/.exec(line.trim()) ?? [];
    const file = url === undefined ? undefined : siteFile(siteDir, url);
    if (file !== undefined) return { file, line: Number(number), column: Number(column ?? 1) };
  }
  return undefined;
}

/**
 * Where a function is written, by asking the engine. That takes some milliseconds: only for hooks that cannot say it
 * themselves, because they never came back or gave back nonsense.
 */
export function placeOfFunction(siteDir: string, code: object): SourcePosition | undefined {
  // Loaded only here: hardly any run of the program needs it.
  const { Session } = process.getBuiltinModule('node:inspector');
  const session = new Session();
  const held = globalThis as { [asked]?: object };
  try {
    session.connect();
    const urls = new Map<string, string>();
    session.on('Debugger.scriptParsed', ({ params }) => void urls.set(params.scriptId, params.url));
    session.post('Debugger.enable');
    held[asked] = code;
    let place: SourcePosition | undefined;
    const expression = `globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(asked))})]`;
    session.post('Runtime.evaluate', { expression }, (_, found) => {
      const { objectId } = found.result;
      if (objectId === undefined) return;
      session.post('Runtime.getProperties', { objectId }, (__, { internalProperties = [] }) => {
        const location = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
          | { scriptId: string; lineNumber: number; columnNumber: number }
          | undefined;
        const file = location && siteFile(siteDir, urls.get(location.scriptId) ?? '');
        if (location && file !== undefined) {
          place = { file, line: location.lineNumber + 1, column: location.columnNumber + 1 };
        }
      });
    });
    return place;
  } catch {
    // Another debugger is at work, or this Node was built without one: the hook's name must do.
    return undefined;
  } finally {
    delete held[asked];
    session.disconnect();
  }
}

const asked = Symbol.for('backlot.placeOfFunction');

/** `backlot.config.ts:12:9`, or nothing. */
export function writtenPlace(place: SourcePosition | undefined): string {
  return place ? ` (${formatPosition(place)})` : '';
}

function siteFile(siteDir: string, url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const path = fileURLToPath(new URL(url.replace(/\?.*$/, '')));
  const inside = relative(siteDir, path);
  if (inside.startsWith('..') || inside === '' || inside.split(sep).includes('node_modules')) return undefined;
  return inside.split(sep).join('/');
}
