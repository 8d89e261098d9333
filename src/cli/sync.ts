import { rename, stat, writeFile } from 'node:fs/promises';
import { partHistory } from '../server/index.ts';
import { partCopies } from '../site/index.ts';
import type { Site } from '../site/index.ts';
import { formatPosition } from '../std/index.ts';
import { dataOptions } from './command.ts';
import type { Command } from './command.ts';
import { openSite, withDataToRead } from './place.ts';

/** Writes the masters of shared parts into their copies on disk. */
export const sync: Command = {
  name: 'sync',
  usage: '',
  summary: 'writes shared parts (data-part) into their copies on disk',
  description:
    'Brings the copies of shared parts up to date with their masters, so that every page looks right when it is opened ' +
    'from disk. A copy that someone has written into is left alone and named; the exit code is 1 then. Backlot knows the ' +
    'masters it has served with this data: a copy of one of them is merely old.',
  example: 'backlot sync',
  options: dataOptions,
  wordsMin: 0,
  wordsMax: 0,
  async run(input, context) {
    return await withDataToRead(input, context, async (data) => {
      const site = await openSite(input, context, data);
      const { differing, texts } = await partCopies(site, await partHistory(data.driver));
      for (const [file, text] of texts) {
        await replaceFile(site, file, text);
        context.stdout.write(`${file}: brought up to date\n`);
      }
      const edited = differing.filter((copy) => copy.edited);
      for (const { name, at, master } of edited) {
        context.stderr.write(
          `${formatPosition(at)}: this copy of “${name}” is none that was served before; ${at.file} was left alone. ` +
            `Move what you wrote to the master at ${formatPosition(master)}, or copy the master here.\n`,
        );
      }
      if (differing.length === 0) context.stdout.write('Every copy is up to date.\n');
      return edited.length === 0 ? 0 : 1;
    });
  },
};

/** Replaces a file at once: a reader sees the old text or the new one. */
async function replaceFile(site: Site, file: string, text: string): Promise<void> {
  const path = site.files.get(file)?.absolutePath;
  if (path === undefined) throw new Error(`${file} is not in the folder`);
  const { mode } = await stat(path);
  const beside = `${path}.backlot-sync`;
  await writeFile(beside, text, { mode });
  await rename(beside, path);
}
