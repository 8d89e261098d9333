import { checkSite } from '../site/index.ts';
import type { Site } from '../site/index.ts';
import { formatDiagnostic } from '../std/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { dataOptions } from './command.ts';
import type { Command } from './command.ts';
import { openSite } from './place.ts';

/** Looks over every page and says what was found and what is wrong. */
export const check: Command = {
  name: 'check',
  usage: '',
  summary: 'looks over every page: forms, tables, lists, dead links, differences, policies',
  description:
    'Reads every page and prints the forms, tables and lists found, what would differ between the file and the served page, ' +
    'dead links, contradictory rules, who could write what others read, and what a Content-Security-Policy needs. Nothing is ' +
    'changed. The exit code is 1 when there is an error.',
  options: dataOptions,
  wordsMin: 0,
  wordsMax: 0,
  async run(input, context) {
    const site = await openSite(input, context);
    const diagnostics = await checkSite(site);
    context.stdout.write(`${summary(site)}\n`);
    for (const severity of ['error', 'warning', 'note'] as const) {
      for (const diagnostic of diagnostics.filter((one) => one.severity === severity)) {
        context.stdout.write(`${formatDiagnostic(diagnostic)}\n`);
      }
    }
    context.stdout.write(
      `${count(diagnostics, 'error')}, ${count(diagnostics, 'warning')}, ${count(diagnostics, 'note')}\n`,
    );
    return diagnostics.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};

function summary(site: Site): string {
  const marked = [...site.pages.values()];
  const forms = marked.flatMap(({ forms: found }) => found).filter(({ table }) => table !== null).length;
  const lists = marked.flatMap(({ template }) => template.scopes).filter(({ kind }) => kind === 'list').length;
  const tables = Object.values(site.schema.tables).filter(({ owner }) => owner === 'site').length;
  return `${site.files.size} files, ${marked.length} pages with marks or forms, ${forms} forms that save, ${lists} lists, ${tables} tables`;
}

function count(diagnostics: readonly Diagnostic[], severity: Diagnostic['severity']): string {
  const number = diagnostics.filter((one) => one.severity === severity).length;
  return `${number} ${severity}${number === 1 ? '' : 's'}`;
}
