import { applyPlan } from '../server/index.ts';
import { backupsHere } from './backup.ts';
import { changeData } from './change-data.ts';
import { dataOptions } from './command.ts';
import type { Command } from './command.ts';
import { openSite, siteDirOf } from './place.ts';

/** Makes the tables fit the files. */
export const apply: Command = {
  name: 'apply',
  usage: '',
  summary: 'makes the tables fit the files, after a backup',
  description:
    'Does what plan prints. First it makes a backup in the data folder and verifies it. Values that could not be converted ' +
    'stop it before anything is changed. Done by the running server when there is one; the server then follows.',
  example: 'backlot apply',
  options: dataOptions,
  wordsMin: 0,
  wordsMax: 0,
  async run(input, context) {
    const args = input.options['site'] === undefined ? {} : { siteDir: await siteDirOf(input, context) };
    const said = await changeData(input, context, 'apply', args, async (data) => {
      const site = await openSite(input, context, data);
      const backups = await backupsHere(input, context, data);
      return await applyPlan(data, site, async () => (await backups.make('before-apply')).file);
    });
    context.stdout.write(said);
    return 0;
  },
};
