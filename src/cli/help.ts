import type { Command } from './command.ts';

/** `backlot --help`. */
export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => synopsis(command).length));
  const lines = commands.map((command) => `  ${synopsis(command).padEnd(width)}  ${command.summary}`);
  return [
    'backlot gives a folder of HTML a back end.',
    '',
    'usage: backlot [serve] SITE [options]',
    '       backlot COMMAND [options]',
    '',
    ...lines,
    '',
    'backlot COMMAND --help explains one command; backlot --version prints the version.',
    '',
  ].join('\n');
}

/** `backlot NAME --help`. */
export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(([name, option]): readonly [string, string] => [
    `--${name}${option.value === undefined ? '' : ` ${option.value}`}`,
    option.summary,
  ]);
  const width = Math.max(0, ...options.map(([flag]) => flag.length));
  return [
    `usage: backlot ${synopsis(command)}${options.length > 0 ? ' [options]' : ''}`,
    '',
    command.description,
    ...(options.length > 0 ? ['', ...options.map(([flag, summary]) => `  ${flag.padEnd(width)}  ${summary}`)] : []),
    '',
  ].join('\n');
}

function synopsis(command: Command): string {
  return command.usage === '' ? command.name : `${command.name} ${command.usage}`;
}
