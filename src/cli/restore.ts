import { resolve } from 'node:path';
import { configuredSettings } from '../extend/index.ts';
import { lastSite, readSettings, restoreData, settingsToShow } from '../server/index.ts';
import type { RestoredData } from '../server/index.ts';
import { memoryLog, systemClock } from '../std/index.ts';
import { countText } from './amounts.ts';
import { dataOptions } from './command.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { dataPlace, withDataToRead } from './place.ts';
import { progressLine } from './progress.ts';

/** Puts a backup in the place of the data. */
export const restore: Command = {
  name: 'restore',
  usage: 'FILE',
  summary: 'puts a backup in the place of the data',
  description:
    'Reads the backup FILE through and checks it; then its database and uploads take the place of those that are there, ' +
    'all or nothing. Stop the server first. What was there before is kept beside the data until the next restore. ' +
    'Settings are not changed: those that were others when the backup was made are named.',
  example: 'backlot restore backups/trattoria.tar.gz --data backlot-data',
  options: { data: dataOptions.data, database: dataOptions.database },
  wordsMin: 1,
  wordsMax: 1,
  async run(input, context) {
    const file = resolve(context.cwd, input.words[0] ?? '');
    const stop = new AbortController();
    void context.stopAsked.then(() => stop.abort());
    const line = progressLine(context.stderr, () => systemClock.now());
    let restored: RestoredData;
    try {
      restored = await restoreData(dataPlace(input, context), file, {
        log: memoryLog(),
        signal: stop.signal,
        onProgress: (progress) => line.tell({ step: 'Reading the archive', ...progress }),
      });
    } finally {
      line.end();
    }
    context.stdout.write([...told(restored), ...(await otherSettings(input, context, restored)), ''].join('\n'));
    return 0;
  },
};

function told({ header, files, replaced }: RestoredData): string[] {
  const counts = Object.values(header.database.rows);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const taken = header.taken.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
  return [
    `Restored the backup of ${taken}: ${countText(rows, 'row')} in ${countText(counts.length, 'table')}, ` +
      `${countText(files, 'uploaded file')}.`,
    ...(replaced === undefined ? [] : [`What was there before is kept until the next restore: ${replaced}.`]),
  ];
}

/** Settings that were others when the backup was made. */
async function otherSettings(
  input: CommandInput,
  context: CommandContext,
  { settings }: RestoredData,
): Promise<string[]> {
  const then: Readonly<Record<string, unknown>> = { ...Object(settings) };
  const site = await withDataToRead(input, context, (data) => lastSite(data.driver));
  const configured = site === undefined ? {} : await configuredSettings(site).catch(() => ({}));
  const now = settingsToShow(readSettings(context.environment, configured));
  const names = new Set([...Object.keys(then), ...Object.keys(now)]);
  return [...names]
    .filter((name) => JSON.stringify(then[name]) !== JSON.stringify(now[name]))
    .map((name) => `The setting ${name} was ${shown(then[name])} then; here it is ${shown(now[name])}.`);
}

function shown(value: unknown): string {
  return value === undefined ? 'the default' : JSON.stringify(value);
}
