import { serveOptions } from './command.ts';
import type { Command } from './command.ts';
import { runServer } from './serve.ts';

/** Serves a folder while it is being worked on. */
export const dev: Command = {
  name: 'dev',
  usage: 'SITE',
  summary: 'serves a folder while you work on it: reloads the browser, shows errors',
  description:
    'Like serve, and watches the folder. When a file changes, what only adds to the tables is done at once, open browsers ' +
    'reload, and errors are shown in the terminal and on the page.',
  example: 'backlot dev examples/trattoria',
  options: serveOptions,
  wordsMin: 1,
  wordsMax: 1,
  run: (input, context) => runServer(input, context, true),
};
