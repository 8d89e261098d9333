import { resolve } from 'node:path';
import { lastSite, loadServedSite, openDataToRead, readSettings, configuredSettings } from '../server/index.ts';
import type { DataPlace, OpenData } from '../server/index.ts';
import type { Site } from '../site/index.ts';
import { BacklotError, memoryLog, systemClock, systemRandom } from '../std/index.ts';
import { textOption } from './command.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { programVersion } from './version.ts';

/** Where the data is that a command was pointed to. */
export function dataPlace(input: CommandInput, context: CommandContext): DataPlace {
  return {
    dataDir: resolve(context.cwd, textOption(input, 'data') ?? 'backlot-data'),
    databaseUrl: textOption(input, 'database'),
  };
}

/** Opens the data for reading, lets `work` read, closes it. A server may go on beside it. */
export async function withDataToRead<T>(
  input: CommandInput,
  context: CommandContext,
  work: (data: OpenData) => Promise<T>,
): Promise<T> {
  const data = await openDataToRead({
    ...dataPlace(input, context),
    clock: systemClock,
    random: systemRandom,
    log: memoryLog(),
    program: await programVersion(),
  });
  try {
    return await work(data);
  } finally {
    await data.close();
  }
}

/** The folder a command is about: `--site`, else the one last served with the data. */
export async function siteDirOf(input: CommandInput, context: CommandContext, data?: OpenData): Promise<string> {
  const named = textOption(input, 'site');
  if (named !== undefined) return resolve(context.cwd, named);
  const last = data
    ? await lastSite(data.driver)
    : await withDataToRead(input, context, (open) => lastSite(open.driver));
  if (last === undefined) {
    throw new BacklotError('cli/site', 'No site has been served with this data yet. Name one with --site DIR.');
  }
  return last;
}

/** Loads the folder a command is about, as the server would. */
export async function openSite(input: CommandInput, context: CommandContext, data?: OpenData): Promise<Site> {
  const siteDir = await siteDirOf(input, context, data);
  const settings = readSettings(context.environment, await configuredSettings(siteDir));
  return await loadServedSite({ siteDir, dataDir: dataPlace(input, context).dataDir, timeZone: settings.timeZone });
}
