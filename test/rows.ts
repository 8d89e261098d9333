import { PassThrough } from 'node:stream';
import { main } from '../src/cli/main.ts';
import type { Served } from './served.ts';

/** The rows of a table as `backlot export` gives them beside the running server, cut down to some columns. */
export async function rows(
  site: Pick<Served, 'dataDir'>,
  table: string,
  columns: readonly string[],
  databaseUrl?: string,
): Promise<readonly Record<string, unknown>[]> {
  const where = ['--data', site.dataDir, ...(databaseUrl === undefined ? [] : ['--database', databaseUrl])];
  const { code, stdout, stderr } = await command(['export', table, '--format', 'json', ...where]);
  if (code !== 0) throw new Error(stderr);
  const all = JSON.parse(stdout) as Record<string, unknown>[];
  return all.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])));
}

/** Runs the command line in this process. */
export async function command(
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly stdin?: string;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const stdin = new PassThrough();
  stdin.end(options.stdin ?? '');
  const texts = [collect(stdout), collect(stderr)] as const;
  const code = await main(args, {
    cwd: options.cwd ?? process.cwd(),
    environment: options.environment ?? {},
    stdin,
    stdout,
    stderr,
    stopAsked: new Promise(() => undefined),
  });
  stdout.end();
  stderr.end();
  return { code, stdout: await texts[0], stderr: await texts[1] };
}

async function collect(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
