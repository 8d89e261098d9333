import { parseArgs } from 'node:util';
import { BacklotError } from '../std/index.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { commands } from './commands.ts';
import { commandHelp, generalHelp } from './help.ts';
import { programVersion } from './version.ts';

/** Exit codes: done, something to mend, used wrongly. */
const OK = 0;
const FAILED = 1;
const USAGE = 2;

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
  if (args.length === 0 || first === '--help' || first === '-h' || first === 'help') {
    return help(args[1], context);
  }
  const named = commands.find((command) => command.name === first);
  const command = named ?? commands.find(({ name }) => name === 'serve');
  if (!command) throw new Error('there is no serve command');
  return await runCommand(command, named ? args.slice(1) : args, context);
}

function help(name: string | undefined, context: CommandContext): number {
  const command = commands.find((one) => one.name === name);
  context.stdout.write(command ? commandHelp(command) : generalHelp(commands));
  return OK;
}

async function runCommand(command: Command, args: readonly string[], context: CommandContext): Promise<number> {
  const input = readInput(command, args);
  if (typeof input === 'string') {
    context.stderr.write(`backlot: ${input} (see backlot ${command.name} --help)\n`);
    return USAGE;
  }
  if (input.options['help'] === true) {
    context.stdout.write(commandHelp(command));
    return OK;
  }
  try {
    return await command.run(input, context);
  } catch (error) {
    if (!(error instanceof BacklotError)) throw error;
    context.stderr.write(`backlot: ${error.message}\n`);
    return FAILED;
  }
}

/** The words and options, or what is wrong with them. */
function readInput(command: Command, args: readonly string[]): CommandInput | string {
  const options = Object.fromEntries(Object.entries(command.options).map(([name, { type }]) => [name, { type }]));
  try {
    const parsed = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    });
    const { positionals } = parsed;
    const values = parsed.values as CommandInput['options'];
    if (values['help'] === true) return { words: positionals, options: values };
    if (positionals.length < command.wordsMin) return `${command.name} needs ${command.usage}`;
    const surplus = positionals[command.wordsMax];
    if (surplus !== undefined) {
      return command.name === 'serve' && positionals.length > 1
        ? `there is no command "${positionals[0]}"`
        : `${command.name} does not take "${surplus}"`;
    }
    return { words: positionals, options: values };
  } catch (error) {
    return error instanceof Error ? error.message.split('.')[0]! : String(error);
  }
}

function processContext(): CommandContext {
  const stopAsked = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  return {
    cwd: process.cwd(),
    environment: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    stopAsked,
  };
}
