import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tableTypes, TYPES_FILE } from '../extend/index.ts';
import { BacklotError } from '../std/index.ts';
import { countText } from './amounts.ts';
import { dataOptions } from './command.ts';
import type { Command } from './command.ts';
import { openSite } from './place.ts';

/** Writes the types of a site's tables beside its configuration. */
export const types: Command = {
  name: 'types',
  usage: '',
  summary: 'writes the types of the tables, for backlot.config.ts',
  description:
    `Writes ${TYPES_FILE} into the site's folder: the tables and columns that its pages make, as types. ` +
    'A compiler or editor then finds misspelt tables and columns in backlot.config.ts. The file is never served.',
  example: 'backlot types --site examples/trattoria',
  options: dataOptions,
  wordsMin: 0,
  wordsMax: 0,
  async run(input, context) {
    const { dir, schema } = await openSite(input, context);
    const file = join(dir, TYPES_FILE);
    try {
      await writeFile(file, tableTypes(schema));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new BacklotError('cli/types', `${file} could not be written: ${reason}.`, { cause: error });
    }
    const count = Object.values(schema.tables).filter(({ owner, detached }) => owner === 'site' && !detached).length;
    context.stdout.write(`${file} has the types of ${countText(count, 'table')}.\n`);
    return 0;
  },
};
