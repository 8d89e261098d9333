import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BacklotError, systemClock } from '../std/index.ts';
import { USAGE_CODE } from './command.ts';
import type { Command, CommandContext } from './command.ts';
import { commands } from './commands.ts';
import { commandHelp, generalHelp } from './help.ts';
import { processContext } from './process-context.ts';
import { readInput } from './read-input.ts';
import { serve } from './serve.ts';
import { didYouMean, suggest } from './suggest.ts';
import { describeUnexpected } from './unexpected.ts';
import { programVersion } from './version.ts';

/** Exit codes: done, something to mend, used wrongly. */
const OK = 0;
const FAILED = 1;
const USAGE = 2;

const names = commands.map(({ name }) => name);

/**
 * Runs the command line.
 *
 * @param args - the words after `backlot`
 * @returns the exit code: 0 done, 1 something to mend, 2 used wrongly
 */
export async function main(args: readonly string[], context: CommandContext = processContext()): Promise<number> {
  const [first = ''] = args;
  if (first === '--version' || first === '-v') {
    context.stdout.write(`${await programVersion()}\n`);
    return OK;
  }
  if (args.length === 0 || first === '--help' || first === '-h' || first === 'help') return help(args[1], context);
  const named = commands.find(({ name }) => name === first);
  if (!named && isMistypedCommand(first, context)) return usage(`there is no command "${first}".`, first, context);
  // The word `serve` may be left out.
  return named ? await runCommand(named, args.slice(1), context) : await runCommand(serve, args, context);
}

function help(name: string | undefined, context: CommandContext): number {
  const command = commands.find((one) => one.name === name);
  if (!command && name !== undefined && !name.startsWith('-')) {
    return usage(`there is no command "${name}".`, name, context);
  }
  context.stdout.write(command ? commandHelp(command) : generalHelp(commands));
  return OK;
}

function usage(problem: string, word: string, context: CommandContext): number {
  context.stderr.write(`backlot: ${problem}${didYouMean(word, names)} See backlot --help.\n`);
  return USAGE;
}

/** A word that is no folder either. */
function isMistypedCommand(word: string, context: CommandContext): boolean {
  return !word.startsWith('-') && suggest(word, names) !== undefined && !existsSync(resolve(context.cwd, word));
}

async function runCommand(command: Command, args: readonly string[], context: CommandContext): Promise<number> {
  const input = readInput(command, args);
  if (typeof input === 'string') {
    context.stderr.write(`backlot: ${input} See backlot ${command.name} --help.\n`);
    return USAGE;
  }
  if (input.options['help'] === true) {
    context.stdout.write(commandHelp(command));
    return OK;
  }
  try {
    return await command.run(input, context);
  } catch (error) {
    // Whoever read the output has read enough: `backlot export dish | head -1`.
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return OK;
    if (error instanceof BacklotError && error.code === USAGE_CODE) {
      context.stderr.write(`backlot: ${error.message} See backlot ${command.name} --help.\n`);
      return USAGE;
    }
    const line = error instanceof BacklotError ? error.message : describeUnexpected(error, systemClock.now());
    context.stderr.write(`backlot: ${line.replaceAll('\n', ' ')}\n`);
    return FAILED;
  }
}
