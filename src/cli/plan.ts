import { describePlan } from '../server/index.ts';
import type { Site } from '../site/index.ts';
import type { SchemaPlan } from '../tables/index.ts';
import { dataOptions } from './command.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { hasCode, openSite, withDataToRead } from './place.ts';

/** Prints what would have to change in the data for the files as they are now. */
export const plan: Command = {
  name: 'plan',
  usage: '',
  summary: 'prints what would change in the tables, and which rows stand in the way',
  description:
    'Compares the files with the tables in use and prints each step. Steps that only add, or set aside what the files no ' +
    'longer mention, are done by serve and dev when they start; the others wait for backlot apply. Nothing is changed.',
  example: 'backlot plan',
  options: dataOptions,
  wordsMin: 0,
  wordsMax: 0,
  async run(input, context) {
    context.stdout.write(describePlan(await planOf(input, context)));
    return 0;
  },
};

async function planOf(input: CommandInput, context: CommandContext): Promise<SchemaPlan> {
  try {
    return await withDataToRead(input, context, async (data) =>
      data.tables.plan((await openSite(input, context, data)).schema),
    );
  } catch (error) {
    if (!hasCode(error, 'server/no-data')) throw error;
    return fromNothing(await openSite(input, context));
  }
}

/** Before anything was served: everything is new. */
function fromNothing(site: Site): SchemaPlan {
  const names = Object.keys(site.schema.tables).sort();
  return {
    target: site.schema,
    steps: names.map((table) => ({ kind: 'add-table', table })),
    additive: true,
  };
}
