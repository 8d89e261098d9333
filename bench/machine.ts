import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** What a reader must know of the machine to judge a figure. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  /** By program: `node`, `nginx`, `wrk`. Those not installed are left out. */
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string;
}

/** The core that servers run on, and the one that the load comes from: two programs never share one. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

export function describeMachine(): Machine {
  const versions: Record<string, string> = {
    node: process.versions.node,
    sqlite: process.versions.sqlite ?? '',
    express: packageVersion('express'),
    ejs: packageVersion('ejs'),
    autocannon: packageVersion('autocannon'),
  };
  const nginx = said('nginx', ['-v']).match(/nginx\/(\S+)/)?.[1];
  if (nginx) versions['nginx'] = nginx;
  const wrk = said('wrk', ['-v']).match(/wrk\s+(\S+)/)?.[1];
  if (wrk) versions['wrk'] = wrk;
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    versions,
    commit: said('git', ['rev-parse', '--short', 'HEAD']).trim(),
  };
}

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** A command line that stays on one core, where the machine has two and `taskset` is installed. */
export function pinned(core: number, command: string, args: readonly string[]): [string, string[]] {
  return canPin() ? ['taskset', ['--cpu-list', String(core), command, ...args]] : [command, [...args]];
}

let pins: boolean | undefined;

export function canPin(): boolean {
  pins ??= availableParallelism() > 1 && isInstalled('taskset');
  return pins;
}

/** Milliseconds that all cores together have been busy since the machine started; undefined where nothing tells. */
export function busyMs(): number | undefined {
  if (!existsSync('/proc/stat')) return undefined;
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/);
  // user nice system idle iowait irq softirq steal: all but idle and iowait.
  const busy = ticks
    .slice(0, 8)
    .reduce((sum, tick, index) => (index === 3 || index === 4 ? sum : sum + Number(tick)), 0);
  return busy * TICK_MS;
}

/** Milliseconds of processor time that a process and its children have used, those that have ended too. */
export function processMs(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return ownMs(pid) + children.reduce((sum, child) => sum + processMs(Number(child)), 0);
  } catch {
    return ownMs(pid);
  }
}

function ownMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) * TICK_MS;
  } catch {
    return 0;
  }
}

const TICK_MS = 10;

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/)?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function packageVersion(name: string): string {
  const about = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(about, 'utf8')) as { version: string }).version;
}

function said(program: string, args: readonly string[]): string {
  try {
    const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    return `${stdout ?? ''}${stderr ?? ''}`;
  } catch {
    return '';
  }
}

/** Node's own path: benches start servers with the very Node they run on. */
export function nodePath(): string {
  return process.execPath;
}

/** Runs a command to its end and gives what it printed. */
export function output(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 2 ** 26 });
}
