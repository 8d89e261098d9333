import { checkSite } from '../site/index.ts';
import type { Site } from '../site/index.ts';
import { formatDiagnostic, formatPosition } from '../std/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { dataOptions } from './command.ts';
import type { Command } from './command.ts';
import { openSite } from './place.ts';

/** Looks over every page and says what was found and what is wrong. */
export const check: Command = {
  name: 'check',
  usage: '',
  summary: 'looks over every page: what was found in it, and what to mend',
  description:
    'Reads every page and prints the forms, tables and lists found, what each page needs of a Content-Security-Policy, what ' +
    'would differ between the file and the served page, dead links, forms that cannot work, rules that contradict each ' +
    'other, and who could write what others read. Nothing is changed, and no data is needed. The exit code is 1 when ' +
    'there is an error.',
  example: 'backlot check --site examples/trattoria',
  options: dataOptions,
  wordsMin: 0,
  wordsMax: 0,
  async run(input, context) {
    const site = await openSite(input, context);
    const diagnostics = await checkSite(site);
    const found = diagnostics.filter(isFinding);
    const told = diagnostics.filter((diagnostic) => !isFinding(diagnostic));
    const ofSeverity = (severity: Diagnostic['severity']): readonly string[] =>
      told.filter((diagnostic) => diagnostic.severity === severity).map(formatDiagnostic);
    context.stdout.write(
      [
        `${site.dir}: ${summary(site)}`,
        ...section('Found', found.map(finding)),
        // What matters most stands last, where the terminal is.
        ...section('Notes', ofSeverity('note')),
        ...section('Warnings', ofSeverity('warning')),
        ...section('Errors', ofSeverity('error')),
        '',
        (['error', 'warning', 'note'] as const).map((severity) => count(told, severity)).join(', '),
        '',
      ].join('\n'),
    );
    return told.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};

/** What a page holds is no advice. */
const findings = new Set(['site/list', 'site/row', 'site/form', 'site/filter', 'site/policy']);

function isFinding({ code }: Diagnostic): boolean {
  return findings.has(code);
}

function finding({ at, message }: Diagnostic): string {
  return `${at ? `${formatPosition(at)}: ` : ''}${message}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}

function summary(site: Site): string {
  const marked = [...site.pages.values()];
  const forms = marked.flatMap((page) => page.forms).filter(({ table }) => table !== null).length;
  const lists = marked.flatMap(({ template }) => template.scopes).filter(({ kind }) => kind === 'list').length;
  const tables = Object.values(site.schema.tables).filter(({ owner }) => owner === 'site').length;
  const parts = [
    plural(site.files.size, 'file'),
    plural(marked.length, 'page') + ' with marks or posted forms',
    plural(forms, 'stored form'),
    plural(lists, 'list'),
    plural(tables, 'table'),
  ];
  return parts.join(', ');
}

function count(diagnostics: readonly Diagnostic[], severity: Diagnostic['severity']): string {
  return plural(diagnostics.filter((one) => one.severity === severity).length, severity);
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
