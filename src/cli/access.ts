import { accessReport } from '../site/index.ts';
import { dataOptions } from './command.ts';
import type { Command } from './command.ts';
import { openSite } from './place.ts';

/** Prints who may read and write each table. */
export const access: Command = {
  name: 'access',
  usage: '',
  summary: 'prints who may read and write each table, and where the files say so',
  description:
    'Prints, for every table, who may read, insert, update and delete, which columns, and the place in the files that ' +
    'says so. What a visitor may not read is not sent to them.',
  example: 'backlot access',
  options: dataOptions,
  wordsMin: 0,
  wordsMax: 0,
  async run(input, context) {
    context.stdout.write(accessReport(await openSite(input, context)));
    return 0;
  },
};
