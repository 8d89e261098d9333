import { renameInUse } from '../server/index.ts';
import { changeData } from './change-data.ts';
import { dataOptions } from './command.ts';
import type { Command } from './command.ts';

/** Gives a table or column another name. */
export const rename: Command = {
  name: 'rename',
  usage: 'FROM TO',
  summary: 'renames a table or a column, keeping its data',
  description:
    'Renames a table (backlot rename dish plate) or a column (backlot rename dish.cost price). The data stays where it is; ' +
    'change the files to the new name too. Done by the running server when there is one.',
  options: { data: dataOptions.data, database: dataOptions.database },
  wordsMin: 2,
  wordsMax: 2,
  async run(input, context) {
    const [from = '', to = ''] = input.words;
    const said = await changeData(
      input,
      context,
      'rename',
      { from, to },
      async (data) => await renameInUse(data, from, to),
    );
    context.stdout.write(said);
    return 0;
  },
};
