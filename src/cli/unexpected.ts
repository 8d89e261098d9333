import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

/** One line for an error that nobody foresaw; where it came from is kept in a file, for a report. */
export function describeUnexpected(error: unknown, nowMs: number, folder: string = tmpdir()): string {
  const name = `backlot-error-${new Date(nowMs).toISOString().replace(/[:.]/g, '-')}-${process.pid}.txt`;
  const file = join(folder, name);
  const what = error instanceof Error ? `${error.name}: ${error.message.split('\n')[0] ?? ''}` : String(error);
  try {
    // It may name data: only for its owner.
    writeFileSync(file, `${inspect(error, { depth: 4 })}\n`, { mode: 0o600, flag: 'wx' });
    return `Something went wrong inside Backlot (${what}). The details are in ${file}.`;
  } catch {
    return `Something went wrong inside Backlot (${what}). The details could not be written to ${file}.`;
  }
}
