import { renameInUse } from '../server/index.ts';
import type { OpenData } from '../server/index.ts';
import type { Site } from '../site/index.ts';
import { BacklotError } from '../std/index.ts';
import { changeData } from './change-data.ts';
import { dataOptions } from './command.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { openSite } from './place.ts';

/** Gives a table or column another name. */
export const rename: Command = {
  name: 'rename',
  usage: 'FROM TO',
  summary: 'renames a table or a column, keeping its data',
  description:
    'Renames a table (backlot rename dish plate) or a column (backlot rename dish.cost price). The data stays where it is. ' +
    'Write the new name in the files first, then rename; afterwards it says where the old name still stands. Done by the ' +
    'running server when there is one.',
  example: 'backlot rename dish.cost price',
  options: dataOptions,
  wordsMin: 2,
  wordsMax: 2,
  async run(input, context) {
    const [from = '', to = ''] = input.words;
    const said = await changeData(input, context, 'rename', { from, to }, async (data) =>
      renameInUse(data, from, to, await siteIfAny(input, context, data)),
    );
    context.stdout.write(said);
    return 0;
  },
};

/** Renaming needs no files: they only tell where the old name still stands. */
async function siteIfAny(input: CommandInput, context: CommandContext, data: OpenData): Promise<Site | undefined> {
  try {
    return await openSite(input, context, data);
  } catch (error) {
    if (error instanceof BacklotError && input.options['site'] === undefined) return undefined;
    throw error;
  }
}
