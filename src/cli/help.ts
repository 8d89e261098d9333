import type { Command, CommandOption } from './command.ts';
import { helpOption } from './read-input.ts';

const lineWidth = 100;

/** `backlot --help`. */
export function generalHelp(commands: readonly Command[]): string {
  return [
    'Backlot gives a folder of HTML a back end.',
    '',
    'usage: backlot [serve] SITE [options]',
    '       backlot COMMAND [options]',
    '',
    ...table(commands.map((command) => [synopsis(command), command.summary])),
    '',
    'Exit codes: 0 done, 1 something to mend, 2 used wrongly.',
    'backlot COMMAND --help explains one command; backlot --version prints the version.',
    '',
  ].join('\n');
}

/** `backlot NAME --help`. */
export function commandHelp(command: Command): string {
  const options: Readonly<Record<string, CommandOption>> = { ...command.options, ...helpOption };
  return [
    `usage: backlot ${synopsis(command)} [options]`,
    '',
    ...wrap(command.description, lineWidth),
    '',
    ...table(Object.entries(options).map(([name, option]) => [flag(name, option), option.summary])),
    '',
    `example: ${command.example}`,
    '',
  ].join('\n');
}

function flag(name: string, { short, value }: CommandOption): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

function synopsis(command: Command): string {
  return command.usage === '' ? command.name : `${command.name} ${command.usage}`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
