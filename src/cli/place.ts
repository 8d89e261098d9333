import { resolve } from 'node:path';
import { configuredSettings } from '../extend/index.ts';
import { lastSite, loadServedSite, openDataToRead, readSettings } from '../server/index.ts';
import type { DataPlace, OpenData, OpenDataOptions } from '../server/index.ts';
import type { Site } from '../site/index.ts';
import { BacklotError, memoryLog, systemClock, systemRandom } from '../std/index.ts';
import { textOption, usageError } from './command.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { programVersion } from './version.ts';

/**
 * Where the data is that a command was pointed to: by its options, else by the variables BACKLOT_DATA and
 * BACKLOT_DATABASE, which keep a password out of the list of processes.
 */
export function dataPlace(input: CommandInput, context: CommandContext): DataPlace {
  const { environment } = context;
  const databaseUrl = textOption(input, 'database') ?? (environment['BACKLOT_DATABASE'] || undefined);
  if (databaseUrl !== undefined && !/^postgres(?:ql)?:\/\//.test(databaseUrl)) {
    const named = textOption(input, 'database') === undefined ? 'BACKLOT_DATABASE' : '--database';
    throw usageError(`${named} takes the address of a PostgreSQL database: postgres://user:password@host:5432/name.`);
  }
  const data = textOption(input, 'data') ?? (environment['BACKLOT_DATA'] || 'backlot-data');
  return { dataDir: resolve(context.cwd, data), databaseUrl };
}

/** What it takes to open the data that a command was pointed to. */
export async function dataOptionsOf(input: CommandInput, context: CommandContext): Promise<OpenDataOptions> {
  return {
    ...dataPlace(input, context),
    clock: systemClock,
    random: systemRandom,
    log: memoryLog(),
    program: await programVersion(),
  };
}

/** Opens the data for reading, lets `work` read, closes it. A server may go on beside it. */
export async function withDataToRead<T>(
  input: CommandInput,
  context: CommandContext,
  work: (data: OpenData) => Promise<T>,
): Promise<T> {
  const data = await openDataToRead(await dataOptionsOf(input, context));
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
  const last = data ? await lastSite(data.driver) : await lastSiteOnDisk(input, context);
  if (last === undefined) {
    const { dataDir, databaseUrl } = dataPlace(input, context);
    const where = databaseUrl === undefined ? `the data in ${dataDir}` : 'this database';
    throw new BacklotError('cli/site', `No site has been served with ${where} yet. Name one with --site DIR.`);
  }
  return last;
}

async function lastSiteOnDisk(input: CommandInput, context: CommandContext): Promise<string | undefined> {
  try {
    return await withDataToRead(input, context, (data) => lastSite(data.driver));
  } catch (error) {
    if (hasCode(error, 'server/no-data')) return undefined;
    throw error;
  }
}

/** Whether an error is an operating failure of this code. */
export function hasCode(error: unknown, code: string): error is BacklotError {
  return error instanceof BacklotError && error.code === code;
}

/** Loads the folder a command is about, as the server would. */
export async function openSite(input: CommandInput, context: CommandContext, data?: OpenData): Promise<Site> {
  const siteDir = await siteDirOf(input, context, data);
  const settings = readSettings(context.environment, await configuredSettings(siteDir));
  return await loadServedSite({ siteDir, dataDir: dataPlace(input, context).dataDir, settings });
}
