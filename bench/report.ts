import type { Compared, Figure } from './rounds.ts';
import { loadProgram } from './load.ts';
import { canPin } from './machine.ts';
import type { Machine } from './machine.ts';

/** One part of the results. */
export interface Section {
  readonly title: string;
  /** What was done, so that a reader can judge whether it is fair. */
  readonly text: string;
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A figure that the project promises, and what came out. */
export interface Verdict {
  readonly promise: string;
  readonly measured: number;
  readonly least?: number;
  readonly most?: number;
  readonly unit: string;
}

function isMet({ measured, least, most }: Verdict): boolean {
  return (least === undefined || measured >= least) && (most === undefined || measured <= most);
}

/** A table of contenders with medians and spread, and each one's ratio to the first. */
export function comparison(what: string, { figures, repeated, disturbed }: Compared): Table {
  const [first] = figures;
  const rows = figures.map((figure) => [
    figure.name,
    written(figure.median),
    `${written(figure.least)} to ${written(figure.most)}`,
    figure === first || !first ? '' : `${(first.median / figure.median).toFixed(2)} ×`,
  ]);
  const note = repeated + disturbed > 0 ? ` (${repeated} rounds repeated, ${disturbed} disturbed)` : '';
  return { head: [`${what}${note}`, 'median', 'spread', `${first?.name ?? ''} is`], rows };
}

export function ratio(compared: Compared, over: string): number {
  const [first] = compared.figures;
  const other = compared.figures.find(({ name }) => name === over);
  return first && other ? first.median / other.median : Number.NaN;
}

export function written(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** The whole of `RESULTS.md`. */
export function resultsPage(machine: Machine, sections: readonly Section[], day: string): string {
  const { versions } = machine;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const verdicts = sections.flatMap(({ title, verdicts: all }) => all.map((verdict) => ({ title, verdict })));
  return `${[
    '# Results',
    '',
    'Written by `npm run bench`. Every figure is a ratio of two programs in one run on one machine: the same figure on another machine may differ, the ratio much less.',
    '',
    `${day}, commit ${machine.commit}. ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GiB, Linux ${machine.kernel}.`,
    `${programs.join(', ')}. Load by ${loadProgram()}${canPin() ? ', servers on one core, load on another' : '; servers and load share the cores'}.`,
    '',
    '| promise | asked | measured | |',
    '|---|---|---|---|',
    ...verdicts.map(({ title, verdict }) => verdictRow(title, verdict)),
    ...sections.flatMap(sectionLines),
  ].join('\n')}\n`;
}

function verdictRow(title: string, verdict: Verdict): string {
  const asked = verdict.least === undefined ? `at most ${verdict.most}` : `at least ${verdict.least}`;
  const state = isMet(verdict) ? 'met' : '**missed**';
  return `| ${title}: ${verdict.promise} | ${asked} ${verdict.unit} | ${written(verdict.measured)} ${verdict.unit} | ${state} |`;
}

function sectionLines({ title, text, tables }: Section): string[] {
  return ['', `## ${title}`, '', text, ...tables.flatMap((table) => ['', ...tableLines(table)])];
}

function tableLines({ head, rows }: Table): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

/** The same for the terminal. */
export function printSection(section: Section): string {
  const tables = section.tables.map(({ head, rows }) => {
    const all = [head, ...rows];
    const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
    return all
      .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd())
      .join('\n');
  });
  const verdicts = section.verdicts.map(
    (verdict) =>
      `  ${isMet(verdict) ? 'met   ' : 'MISSED'} ${verdict.promise}: ${written(verdict.measured)} ${verdict.unit}`,
  );
  return [`\n${section.title}`, ...tables, ...verdicts].join('\n');
}

export type { Figure };
