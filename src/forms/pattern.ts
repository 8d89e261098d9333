import { createContext, Script } from 'node:vm';
import type { Context } from 'node:vm';
import { isLinear } from './pattern-proof.ts';

/** A `pattern` attribute made ready: compiled as the HTML standard says, and with a word on how it may be run. */
export interface Pattern {
  readonly anchored: RegExp;
  /** Proved to take time linear in the value: run directly. */
  readonly linear: boolean;
}

/** How long a pattern that is not proved linear may run on one control's values. */
const patternTimeoutMs = 10;

const patternsMax = 2000;
const compiled = new Map<string, Pattern | null>();

/**
 * Compiles a pattern as browsers do: alone with the flag `v`, and only when that succeeds anchored at both ends.
 * Null for an invalid pattern, which browsers ignore.
 */
export function compilePattern(source: string): Pattern | null {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const pattern = compile(source);
  if (compiled.size >= patternsMax) compiled.clear();
  compiled.set(source, pattern);
  return pattern;
}

function compile(source: string): Pattern | null {
  try {
    void new RegExp(source, 'v');
    return { anchored: new RegExp(`^(?:${source})$`, 'v'), linear: isLinear(source) };
  } catch {
    return null;
  }
}

/** Whether all values match. A pattern that takes too long on them matches none. */
export function patternMatches(pattern: Pattern, values: readonly string[]): boolean {
  if (pattern.linear) return values.every((value) => pattern.anchored.test(value));
  return matchesInTime(pattern.anchored, values);
}

interface Sandbox extends Context {
  pattern: RegExp | undefined;
  values: readonly string[];
}

let sandbox: Sandbox | undefined;
let script: Script | undefined;

/**
 * The clock that stops the script runs on while the machine does other things, so a run that was stopped before this
 * thread had its time is tried again.
 */
function matchesInTime(pattern: RegExp, values: readonly string[]): boolean {
  sandbox ??= Object.assign(createContext({}), { pattern: undefined, values: [] });
  script ??= new Script('values.every((value) => pattern.test(value))');
  sandbox.pattern = pattern;
  sandbox.values = values;
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      const before = process.threadCpuUsage();
      try {
        return script.runInContext(sandbox, { timeout: patternTimeoutMs }) === true;
      } catch (error) {
        if (!isTimeout(error)) throw error;
        const { user, system } = process.threadCpuUsage(before);
        if (user + system >= (patternTimeoutMs * 1000) / 2) return false;
      }
    }
    return false;
  } finally {
    sandbox.pattern = undefined;
    sandbox.values = [];
  }
}

/** The error is of the sandbox's own world, where `instanceof` does not reach. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
