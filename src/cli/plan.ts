import type { SchemaPlan, SchemaStep } from '../tables/index.ts';
import { dataOptions } from './command.ts';
import type { Command } from './command.ts';
import { openSite, withDataToRead } from './place.ts';

/** Prints what would have to change in the data for the files as they are now. */
export const plan: Command = {
  name: 'plan',
  usage: '',
  summary: 'prints what would change in the tables, and which rows stand in the way',
  description:
    'Compares the files with the schema in use and prints each step. Steps that only add are done by serve and dev by ' +
    'themselves; the others wait for apply. Nothing is changed.',
  options: dataOptions,
  wordsMin: 0,
  wordsMax: 0,
  async run(input, context) {
    return await withDataToRead(input, context, async (data) => {
      const site = await openSite(input, context, data);
      context.stdout.write(describePlan(await data.tables.plan(site.schema)));
      return 0;
    });
  },
};

/** The steps of a plan, a line each. */
export function describePlan({ steps, additive }: SchemaPlan): string {
  if (steps.length === 0) return 'Nothing to change: the tables fit the files.\n';
  const ending = additive
    ? 'All of this only adds: serve does it by itself.'
    : 'backlot apply does this, after a backup.';
  return `${steps.map(describeStep).join('\n')}\n${ending}\n`;
}

/** One step in words. */
export function describeStep(step: SchemaStep): string {
  switch (step.kind) {
    case 'add-table':
      return `add table ${step.table}`;
    case 'add-column':
      return `add column ${step.table}.${step.column}`;
    case 'detach-table':
      return `detach table ${step.table} (its rows are kept)`;
    case 'detach-column':
      return `detach column ${step.table}.${step.column} (its values are kept)`;
    case 'attach-table':
      return `attach table ${step.table} again`;
    case 'attach-column':
      return `attach column ${step.table}.${step.column} again`;
    case 'change-rules':
      return `${step.tightened ? 'tighten' : 'change'} the rules of ${step.table}.${step.column}${offending(step, 'break them and stand until edited')}`;
    case 'change-type':
      return `change ${step.table}.${step.column} from ${step.from} to ${step.to}${offending(step, 'cannot be converted; mend them first')}`;
    case 'rename-proposed':
      return `is ${step.table}.${step.to} the new name of ${step.table}.${step.from}? Then: backlot rename ${step.table}.${step.from} ${step.to}`;
  }
}

function offending(
  step: { readonly offending: readonly string[]; readonly offendingTotal: number },
  what: string,
): string {
  if (step.offendingTotal === 0) return '';
  const shown = step.offending.slice(0, 5).join(', ');
  const more = step.offendingTotal > 5 ? `, … (${step.offendingTotal} in all)` : '';
  return `; rows that ${what}: ${shown}${more}`;
}
