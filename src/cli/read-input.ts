import { parseArgs } from 'node:util';
import type { Command, CommandInput, CommandOption } from './command.ts';
import { didYouMean } from './suggest.ts';

/** What was asked for, or in a sentence what is wrong with it. */
export function readInput(command: Command, args: readonly string[]): CommandInput | string {
  const known: Readonly<Record<string, CommandOption>> = { ...command.options, ...helpOption };
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(known).map(([name, { type, short }]) => [name, { type, ...(short && { short }) }]),
    ),
    allowPositionals: true,
    // Its own messages speak to programmers.
    strict: false,
    tokens: true,
  });
  const words: string[] = [];
  const options: Record<string, string | boolean> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (!option) return unknownOption(command, token.rawName, Object.keys(known));
    if (option.type === 'boolean') {
      if (token.value !== undefined) return `${token.rawName} takes no value.`;
      options[token.name] = true;
    } else {
      if (token.value === undefined || token.value === '' || (!token.inlineValue && token.value.startsWith('-'))) {
        return `${token.rawName} needs a value: --${token.name} ${option.value ?? 'VALUE'}.`;
      }
      options[token.name] = token.value;
    }
  }
  return options['help'] === true ? { words, options } : (wrongWords(command, words) ?? { words, options });
}

/** The option that every command has. */
export const helpOption = {
  help: { type: 'boolean', short: 'h', summary: 'explains the command' },
} as const satisfies Record<string, CommandOption>;

function unknownOption(command: Command, written: string, known: readonly string[]): string {
  const name = written.replace(/^-+/, '');
  return `${command.name} has no option ${written}.${didYouMean(name, known, (found) => `--${found}`)}`;
}

function wrongWords(command: Command, words: readonly string[]): string | undefined {
  if (words.length < command.wordsMin) return `${command.name} needs ${command.usage}: ${command.example}.`;
  const surplus = words[command.wordsMax];
  if (surplus === undefined) return undefined;
  return `${command.name} does not take "${surplus}"${command.usage === '' ? '' : `, only ${command.usage}`}.`;
}
