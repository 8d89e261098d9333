import { configuredSettings } from '../extend/index.ts';
import { examine, readSettings, realNetwork, thisMachine } from '../server/index.ts';
import type { ExamineOptions, Finding, OpenData } from '../server/index.ts';
import { BacklotError, systemClock } from '../std/index.ts';
import { dataOptions } from './command.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { dataPlace, hasCode, openSite, siteDirOf, withDataToRead } from './place.ts';

/** Looks whether the site can go live, and is well. */
export const doctor: Command = {
  name: 'doctor',
  usage: '',
  summary: 'looks whether all is well for going live: domain, HTTPS, mail, backups, disk',
  description:
    'Looks at domain, HTTPS, proxies, mail, the data folder, disk space, the last backup, failed jobs, versions, time zone, pages with ' +
    'errors and changes of tables that wait, and prints a line for each, with what to do. Works beside a running server, with ' +
    'the same settings, and changes nothing. The exit code is 1 when something must be mended.',
  example: 'backlot doctor --data backlot-data',
  options: dataOptions,
  wordsMin: 0,
  wordsMax: 0,
  run: (input, context) => runDoctor(input, context, { network: realNetwork, machine: thisMachine }),
};

const words = { good: 'ok', advice: 'advice', mend: 'MEND' } as const;

/** The command with network and machine passed in. */
async function runDoctor(
  input: CommandInput,
  context: CommandContext,
  surroundings: Pick<ExamineOptions, 'network' | 'machine'>,
): Promise<number> {
  const findings = await look(input, context, surroundings);
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  for (const { state, subject, text } of findings) {
    context.stdout.write(`${words[state].padEnd(7)} ${subject.padEnd(width)}  ${text}\n`);
  }
  const count = (state: Finding['state']): number => findings.filter((one) => one.state === state).length;
  const mend = count('mend');
  const rest = `${count('advice')} to think about, ${count('good')} well.`;
  context.stdout.write(`\n${mend === 0 ? 'Nothing must be mended' : `${mend} to mend`}, ${rest}\n`);
  return mend === 0 ? 0 : 1;
}

async function look(
  input: CommandInput,
  context: CommandContext,
  surroundings: Pick<ExamineOptions, 'network' | 'machine'>,
): Promise<readonly Finding[]> {
  const troubles: Finding[] = [];
  const examineWith = async (data: OpenData | undefined): Promise<readonly Finding[]> => {
    const siteDir = await siteDirOf(input, context, data).catch(() => undefined);
    const settings = readSettings(context.environment, siteDir === undefined ? {} : await configuredSettings(siteDir));
    const site =
      siteDir === undefined
        ? undefined
        : await openSite(input, context, data).catch((error: unknown) => trouble(troubles, 'Pages', error));
    const place = dataPlace(input, context);
    return await examine({ ...surroundings, place, settings, site, data, clock: systemClock });
  };
  try {
    return [...(await withDataToRead(input, context, examineWith)), ...troubles];
  } catch (error) {
    if (!(error instanceof BacklotError) || error.code === 'server/setting' || error.code === 'extend/config')
      throw error;
    if (!hasCode(error, 'server/no-data')) trouble(troubles, 'Data', error);
    return [...(await examineWith(undefined)), ...troubles];
  }
}

function trouble(troubles: Finding[], subject: string, error: unknown): undefined {
  if (!(error instanceof BacklotError)) throw error;
  troubles.push({ state: 'mend', subject, text: error.message });
}
