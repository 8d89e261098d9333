import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { ask } from './ask.ts';
import { isInstalled, LOAD_CORE, nodePath, pinned } from './machine.ts';

/** What one burst of load asks for. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent by POST, urlencoded. `NUMBER` in it is another number in each request: servers must not know the post. */
  readonly form?: string;
  /** The only status that counts as an answer. */
  readonly status: number;
}

export interface Loaded {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

let wrk: boolean | undefined;

/** Which program makes the load. */
export function loadProgram(): 'wrk' | 'autocannon' {
  wrk ??= isInstalled('wrk');
  return wrk ? 'wrk' : 'autocannon';
}

/** Puts load on a server. Throws when it answers something else than what is asked for: a fast error is no figure. */
export async function burst(load: Load): Promise<Loaded> {
  await checkOne(load);
  return loadProgram() === 'wrk' ? await burstByWrk(load) : await burstByAutocannon(load);
}

async function checkOne({ url, headers = {}, form, status }: Load): Promise<void> {
  const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await ask(url, { ...headers, ...type }, form?.replaceAll('NUMBER', randomUUID()));
  if (answer.status !== status) throw new Error(`${url} answers ${answer.status}, not ${status}.`);
}

async function burstByWrk({ url, connections, seconds, headers = {}, form }: Load): Promise<Loaded> {
  const script = new URL('load.lua', import.meta.url).pathname;
  const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const said = await run(
    'wrk',
    ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', script, ...named, url],
    { BENCH_FORM: form ?? '', BENCH_RUN: randomUUID() },
  );
  const line = said.split('\n').find((one) => one.startsWith('{'));
  if (line === undefined) throw new Error(`wrk said nothing of use:\n${said}`);
  const told = JSON.parse(line) as Loaded & { readonly refused: number; readonly failed: number };
  if (told.refused > 0 || told.failed > 0) {
    throw new Error(`${url}: ${told.refused} answers were refusals, ${told.failed} requests failed.`);
  }
  return told;
}

async function burstByAutocannon({ url, connections, seconds, headers = {}, form, status }: Load): Promise<Loaded> {
  const program = new URL('../node_modules/autocannon/autocannon.js', import.meta.url).pathname;
  const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const body =
    form === undefined
      ? []
      : [
          '-m',
          'POST',
          '-I',
          '-b',
          form.replaceAll('NUMBER', '[<id>]'),
          '-H',
          'content-type: application/x-www-form-urlencoded',
        ];
  const said = await run(nodePath(), [
    program,
    '--json',
    '--no-progress',
    '-c',
    String(connections),
    '-d',
    String(seconds),
    ...named,
    ...body,
    url,
  ]);
  const told = JSON.parse(said) as AutocannonResult;
  const answers = told.statusCodeStats?.[String(status)]?.count ?? 0;
  if (answers === 0 || told.errors > 0) throw new Error(`${url}: ${told.errors} failed, ${answers} were ${status}.`);
  return { perSecond: answers / told.duration, p50Ms: told.latency.p50, p99Ms: told.latency.p99 };
}

interface AutocannonResult {
  readonly duration: number;
  readonly errors: number;
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly statusCodeStats?: Readonly<Record<string, { readonly count: number }>>;
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const [program, all] = pinned(LOAD_CORE, command, args);
  const child = spawn(program, all, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complained = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(said);
      else reject(new Error(`${command} ended with ${code}:\n${complained}${said}`));
    });
  });
}
