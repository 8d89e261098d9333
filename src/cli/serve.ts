import { relative, resolve } from 'node:path';
import type { HookRun } from '../extend/index.ts';
import { startServer } from '../server/index.ts';
import { systemClock, systemRandom } from '../std/index.ts';
import { serveOptions, textOption, usageError } from './command.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { giveBackAfterStart } from './give-back.ts';
import { operatorLog } from './operator-log.ts';
import { dataPlace } from './place.ts';
import { programVersion } from './version.ts';

/** Serves a folder until asked to stop. */
export const serve: Command = {
  name: 'serve',
  usage: 'SITE',
  summary: 'serves a folder of HTML with its forms and data',
  description:
    'Serves the folder SITE. Its posted forms are validated by their own HTML and stored; its marked elements show rows. ' +
    'No file is changed. Prints one line with the address when it is ready. Stops on SIGTERM or Ctrl+C, after ' +
    'finishing what is under way. The word serve may be left out.',
  example: 'backlot serve examples/trattoria --port 8080',
  options: serveOptions,
  wordsMin: 1,
  wordsMax: 1,
  run: (input, context) => runServer(input, context, false),
};

/** Shared with `dev`. */
export async function runServer(input: CommandInput, context: CommandContext, dev: boolean): Promise<number> {
  // Asked for first, so that a signal during the start is not lost.
  const { stopAsked } = context;
  const siteDir = resolve(context.cwd, input.words[0] ?? '.');
  let ready = false;
  const server = await startServer({
    siteDir,
    ...dataPlace(input, context),
    host: textOption(input, 'host') ?? '127.0.0.1',
    port: portOf(textOption(input, 'port')),
    environment: context.environment,
    clock: systemClock,
    random: systemRandom,
    log: operatorLog(context.stderr, () => systemClock.now()),
    program: await programVersion(),
    dev,
    onHookRun: input.options['trace-hooks'] === true ? (run) => context.stderr.write(hookLine(run)) : undefined,
    onNotices: (lines) => {
      const told = lines.length === 0 && ready ? ['Reloaded: nothing to mend.'] : lines;
      for (const line of told) context.stderr.write(`${line}\n`);
    },
  });
  ready = true;
  context.stdout.write(`${shortPath(siteDir, context.cwd)} is served at ${server.address}\n`);
  const link = await server.setupLink();
  if (link !== undefined)
    context.stderr.write(`There is no admin yet. Make one with this link, which works once: ${link}\n`);
  const stopWaiting = giveBackAfterStart();
  await stopAsked;
  stopWaiting();
  await server.close();
  return 0;
}

/** `hook hooks.booking.insert.check 0.4 ms refused` */
function hookLine({ hook, durationMs, outcome }: HookRun): string {
  return `hook ${hook} ${durationMs.toFixed(1)} ms ${outcome.replaceAll('\n', ' ')}\n`;
}

/** As one would write it here. */
function shortPath(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside === '' || inside.startsWith('..') ? path : inside;
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 4000;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw usageError(`--port is "${text}"; it takes a whole number from 0 to 65535.`);
  }
  return port;
}
