import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { callControl } from '../database/index.ts';
import { configuredSettings } from '../extend/index.ts';
import { backupsOf, lastSite, readSettings, refuseNoData } from '../server/index.ts';
import type { Backups, BackupProgress, BackupState, MadeBackup, OpenData } from '../server/index.ts';
import { BacklotError, systemClock } from '../std/index.ts';
import { bytesText, countText } from './amounts.ts';
import { dataOptions } from './command.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { dataOptionsOf, dataPlace, hasCode, withDataToRead } from './place.ts';
import { progressLine } from './progress.ts';
import type { ProgressLine } from './progress.ts';

/** Makes a backup of everything. */
export const backup: Command = {
  name: 'backup',
  usage: '[FILE]',
  summary: 'writes database, uploads, schema and settings into one file, and checks it',
  description:
    'Makes a backup of everything but the site itself, while the site goes on being served: one .tar.gz file, read back and ' +
    'compared before it gets its name. Without FILE it goes into backups/ in the data folder, where the oldest make room. ' +
    'FILE must not exist yet. Where a server holds the data folder, the server makes the backup.',
  example: 'backlot backup /mnt/safe/trattoria.tar.gz',
  options: dataOptions,
  wordsMin: 0,
  wordsMax: 1,
  async run(input, context) {
    const [word] = input.words;
    const file = word === undefined ? undefined : resolve(context.cwd, word);
    const line = progressLine(context.stderr, () => systemClock.now());
    try {
      const made = (await backUpByServer(input, context, file, line)) ?? (await backUpHere(input, context, file, line));
      line.end();
      const amounts = [
        bytesText(made.bytes),
        `${countText(made.rows, 'row')} in ${countText(made.tables, 'table')}`,
        countText(made.files, 'uploaded file'),
      ];
      context.stdout.write(`${made.file}: ${amounts.join(', ')}. Read back, and whole.\n`);
      return 0;
    } catch (error) {
      line.end();
      throw error;
    }
  },
};

/** The backups of data that this process has open. */
export async function backupsHere(input: CommandInput, context: CommandContext, data: OpenData): Promise<Backups> {
  const site = (await siteOf(input, context, data)) ?? null;
  const configured = site === null ? {} : await configuredSettings(site).catch(() => ({}));
  const { clock, log, program } = await dataOptionsOf(input, context);
  return backupsOf(data, { settings: readSettings(context.environment, configured), site, program, clock, log });
}

async function siteOf(input: CommandInput, context: CommandContext, data: OpenData): Promise<string | undefined> {
  const named = input.options['site'];
  return typeof named === 'string' ? resolve(context.cwd, named) : await lastSite(data.driver);
}

const steps: Readonly<Record<BackupProgress['step'], string>> = {
  database: 'Copying the database',
  packing: 'Packing the database and the files',
  checking: 'Reading the archive back',
};

function tell(line: ProgressLine, { step, ...amounts }: BackupProgress): void {
  line.tell({ step: steps[step], ...amounts });
}

async function backUpHere(
  input: CommandInput,
  context: CommandContext,
  file: string | undefined,
  line: ProgressLine,
): Promise<MadeBackup> {
  const stop = new AbortController();
  void context.stopAsked.then(() => stop.abort());
  return await withDataToRead(input, context, async (data) => {
    const backups = await backupsHere(input, context, data);
    return await backups.make('backup', { file, signal: stop.signal, onProgress: (progress) => tell(line, progress) });
  });
}

const ASK_AGAIN_MS = 200;

/** Undefined where no server holds the data folder, or none can be asked. */
async function backUpByServer(
  input: CommandInput,
  context: CommandContext,
  file: string | undefined,
  line: ProgressLine,
): Promise<MadeBackup | undefined> {
  const place = dataPlace(input, context);
  if (place.databaseUrl !== undefined) return undefined;
  refuseNoData(place);
  let id: unknown;
  try {
    id = await callControl(place.dataDir, 'backup', file === undefined ? {} : { file });
  } catch (error) {
    if (hasCode(error, 'database/control')) return undefined;
    throw error;
  }
  for (;;) {
    // Written by a server of this same program.
    const state = (await callControl(place.dataDir, 'backup-state', {})) as BackupState;
    if (state.state === 'none' || state.id !== id) {
      throw new BacklotError('cli/backup', 'The server has gone on to another backup; backups/ shows what was made.');
    }
    if (state.state === 'made') return state.made;
    if (state.state === 'failed') throw new BacklotError(state.code, state.message);
    tell(line, state.progress);
    await wait(ASK_AGAIN_MS);
  }
}
