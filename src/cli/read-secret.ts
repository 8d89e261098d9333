import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { BacklotError } from '../std/index.ts';
import type { CommandContext } from './command.ts';

/** No password that is taken is longer. */
const secretLengthMax = 4096;

/** Reads one line of standard input: from a person without showing it, or from whatever is piped in. */
export async function readSecret({ stdin, stderr }: CommandContext, prompt: string): Promise<string> {
  const isPerson = 'isTTY' in stdin && stdin.isTTY === true;
  if (isPerson) stderr.write(prompt);
  const secret = isPerson ? await typed(stdin) : await piped(stdin);
  if (isPerson) stderr.write('\n');
  if (secret === '') throw new BacklotError('cli/secret', 'The password comes on standard input, and there was none.');
  return secret;
}

async function typed(stdin: CommandContext['stdin']): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
  }
}

async function piped(stdin: CommandContext['stdin']): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.includes('\n') || text.length > secretLengthMax) break;
  }
  return (text.split('\n')[0] ?? '').replace(/\r$/, '');
}
