import type { Readable, Writable } from 'node:stream';
import { BacklotError } from '../std/index.ts';

/** Where a command runs: passed in, so that tests can run commands in one process. */
export interface CommandContext {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Resolves when the operator asks the program to stop (SIGTERM, SIGINT). Asking for it is what waits for them. */
  readonly stopAsked: Promise<void>;
}

/** An option as `parseArgs` of Node takes it, with the words that explain it. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  /** One letter: `h` for `-h`. */
  readonly short?: string;
  /** `DIR`, `N`: what stands for the value in the usage line. */
  readonly value?: string;
  readonly summary: string;
}

/** What a command was asked for. Options that take a value are strings. */
export interface CommandInput {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

export interface Command {
  readonly name: string;
  /** Words after the name: `SITE`, `[TABLE]`. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  /** A short paragraph for `backlot NAME --help`. */
  readonly description: string;
  /** A whole command line that works, for help and for whoever left a word out. */
  readonly example: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** How many words it takes. */
  readonly wordsMin: number;
  readonly wordsMax: number;
  /**
   * Does the work. Gives the exit code: 0 when all went well, 1 when there is something to mend.
   *
   * @throws BacklotError for what the operator can mend; printed in one line, exit code 1
   */
  run(input: CommandInput, context: CommandContext): Promise<number>;
}

/** Options that say where data is, for every command but `serve` and `dev`. */
export const dataOptions = {
  site: { type: 'string', value: 'DIR', summary: 'the site; default: the one last served with the data' },
  data: { type: 'string', value: 'DIR', summary: 'the data folder; default: ./backlot-data' },
  database: { type: 'string', value: 'URL', summary: 'a PostgreSQL database: postgres://user:password@host/name' },
} as const satisfies Record<string, CommandOption>;

/** Options of the commands that serve. */
export const serveOptions = {
  data: dataOptions.data,
  database: dataOptions.database,
  port: { type: 'string', value: 'N', summary: 'the port; 0 takes any that is free; default: 4000' },
  host: { type: 'string', value: 'H', summary: 'the address to listen on; default: 127.0.0.1, this machine only' },
  'trace-hooks': { type: 'boolean', summary: 'prints each run of a hook with its time and outcome' },
} as const satisfies Record<string, CommandOption>;

/** The command was written wrongly: one line, exit code 2. */
export function usageError(message: string): BacklotError {
  return new BacklotError(USAGE_CODE, message);
}

export const USAGE_CODE = 'cli/usage';

/** Reads one option that takes a value. */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}
