import { relative, resolve } from 'node:path';
import { explain as explainElement } from '../site/index.ts';
import { formatPosition } from '../std/index.ts';
import { dataOptions, usageError } from './command.ts';
import type { Command } from './command.ts';
import { openSite } from './place.ts';

/** Says what one element of a page is to the program. */
export const explain: Command = {
  name: 'explain',
  usage: 'FILE:LINE[:COLUMN]',
  summary: 'says what the element at a line is: its row, column, rules and who may see it',
  description:
    'Says what the element at a line of a page is: the list or row it belongs to, the column it shows or fills, its type ' +
    'and rules, its form, and who may see or submit it. FILE is a path inside the site, or a path to it.',
  example: 'backlot explain menu.html:38',
  options: dataOptions,
  wordsMin: 1,
  wordsMax: 1,
  async run(input, context) {
    const match = /^(.+?):(\d+)(?::(\d+))?$/.exec(input.words[0] ?? '');
    if (!match) throw usageError(`"${input.words[0]}" is no place; write it as menu.html:12 or menu.html:12:5.`);
    const [, file = '', line, column] = match;
    const site = await openSite(input, context);
    const inside = site.files.has(file) ? file : relative(site.dir, resolve(context.cwd, file)).replaceAll('\\', '/');
    const { at, element, facts } = explainElement(
      site,
      inside,
      Number(line),
      column === undefined ? undefined : Number(column),
    );
    context.stdout.write(
      [`${formatPosition(at)} ${element}`.trimEnd(), ...facts.map((fact) => `  ${fact}`), ''].join('\n'),
    );
    return 0;
  },
};
