import { execFileSync } from 'node:child_process';
import { cp, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { postMessage, send, settle } from './client.ts';
import type { Operation } from './ledger.ts';
import { judgeWorld } from './life.ts';
import { isClean } from './oracle.ts';
import { within } from './program.ts';
import type { ServedProgram } from './program.ts';
import { addResult, nothingYet } from './scenario.ts';
import type { Scenario, ScenarioResult, ScenarioRun } from './scenario.ts';
import { readState } from './state.ts';
import { attach, whyNoStrace } from './strace.ts';
import type { Injection } from './strace.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

/** Runs one failure on a fresh copy of the data, serves it once more and judges. Problems keep the folder. */
export async function failOnce(
  run: ScenarioRun,
  seed: string,
  fail: (world: World) => Promise<void>,
  dataDir?: string,
): Promise<ScenarioResult> {
  const world = await openWorld(run.template, run.parent, dataDir);
  const failed = { seed, folder: world.folder, cycles: run.cycles };
  try {
    await fail(world);
    world.kills += 1;
    const server = await world.serve();
    const verdict = judgeWorld(world, await readState(world.place));
    await server.kill();
    const result = { cycles: 1, acknowledged: world.ledger.acknowledged, verdict };
    if (!isClean(verdict)) return { ...result, failed };
    await rm(world.folder, { recursive: true, force: true });
    return result;
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...nothingYet, verdict: { ...nothingYet.verdict, other: [said] }, failed };
  } finally {
    await world.close();
  }
}

/** Posts one form after another. Stops when one is not taken, or after `count`. Gives how many were taken. */
async function postSome(world: World, name: string, count: number, text = ''): Promise<number> {
  for (let number = 1; number <= count; number++)
    if (!(await postOne(world, `${name}-${number}`, text))) return number - 1;
  return count;
}

async function postOne(world: World, token: string, text: string): Promise<boolean> {
  const { ledger } = world;
  const said = `${token} ${text}`.trim();
  const intended: Omit<Operation, 'outcome'> = {
    token,
    kind: 'post',
    table: 'message',
    version: 1,
    values: { text: said },
    entries: 1,
    cycle: 1,
  };
  const operation = ledger.intend(intended);
  const reply = await postMessage(world.client, [
    ['name', token],
    ['text', said],
  ]);
  return settle(operation, reply, { accepted: 303, surprises: ledger.surprises });
}

/** What a server must say while it cannot write: health 503, pages as ever, forms 503. */
async function checkReadsGoOn(world: World): Promise<void> {
  const surprise = (text: string): number => world.ledger.surprises.push(text);
  const health = await send(world.client, 'GET', '/_backlot/health');
  if (health?.status !== 503) surprise(`health is ${health?.status ?? 'silent'} while nothing can be written`);
  const page = await send(world.client, 'GET', '/');
  if (page?.status !== 200) surprise(`the page is ${page?.status ?? 'silent'} while nothing can be written`);
  const rows = await send(world.client, 'GET', '/api/dish');
  if (rows?.status !== 200) surprise(`the API reads ${rows?.status ?? 'nothing'} while nothing can be written`);
}

const beforeFailure = 3;
const postsAtMost = 12;

/** An error of the disk: after it nothing is acknowledged any more, until the operator has seen to it. */
async function diskError(world: World, injection: Injection): Promise<void> {
  const server = await world.serve();
  await postSome(world, 'before', beforeFailure);
  const failing = await attach(server.pid, injection);
  const taken = await postSome(world, 'during', postsAtMost);
  await failing.detach();
  // Where the call fell to a checkpoint or to a mail, no post has noticed: then the server may go on.
  if (taken < postsAtMost && !(await isWell(world))) {
    await checkReadsGoOn(world);
    if (await postOne(world, 'after', '')) world.ledger.surprises.push('a post was taken after the disk had failed');
  }
  await server.kill();
}

async function isWell(world: World): Promise<boolean> {
  return (await send(world.client, 'GET', '/_backlot/health'))?.status === 200;
}

/** A full disk: 503 for writes, reads go on, and when there is space again all goes on by itself. */
async function diskFull(world: World, injection: Injection): Promise<void> {
  const server = await world.serve();
  await postSome(world, 'before', beforeFailure);
  const failing = await attach(server.pid, injection);
  const taken = await postSome(world, 'during', postsAtMost);
  if (taken < postsAtMost) await checkReadsGoOn(world);
  refuseUnacknowledged(world);
  await failing.detach();
  await recovers(world);
  await server.kill();
}

/** Of what a full disk refused, nothing may be there: the message to the visitor says that nothing was saved. */
function refuseUnacknowledged({ ledger }: World): void {
  for (const operation of ledger.operations) {
    const { outcome } = operation;
    if (outcome.kind === 'unknown' && outcome.status === 503) operation.outcome = { kind: 'refused', status: 503 };
  }
}

async function recovers(world: World): Promise<void> {
  const well = async (): Promise<void> => {
    while (!(await isWell(world))) await wait(100);
  };
  await within(well(), 'The server did not recover when there was space again');
  if ((await postSome(world, 'recovered', 3)) < 3)
    world.ledger.surprises.push('posts are refused although health is well');
}

/** Each of the first writes and flushes fails once. */
function diskErrors(run: ScenarioRun): Promise<ScenarioResult> {
  const injections = ['pwrite64', 'fdatasync'].flatMap((call) =>
    Array.from({ length: 40 }, (_, index): Injection => ({ call, number: index + 1, effect: 'error=EIO' })),
  );
  return sweep(run, injections, diskError);
}

function fullDisks(run: ScenarioRun): Promise<ScenarioResult> {
  const injections = Array.from({ length: 40 }, (_, index): Injection => {
    return { call: 'pwrite64', number: index + 1, andAfter: true, effect: 'error=ENOSPC' };
  });
  return sweep(run, injections, diskFull);
}

/** As many of the injections as there are cycles, spread evenly. */
async function sweep(
  run: ScenarioRun,
  injections: readonly Injection[],
  fail: (world: World, injection: Injection) => Promise<void>,
): Promise<ScenarioResult> {
  const notRun = whyNoStrace();
  if (notRun !== undefined) return { ...nothingYet, notRun };
  let sum = nothingYet;
  for (const injection of spread(injections, run.cycles)) {
    const one = await failOnce(run, run.random.seed, (world) => fail(world, injection));
    sum = addResult(sum, one);
    if (sum.failed) {
      run.say(`at ${injection.call} ${injection.number}, ${injection.effect}`);
      return sum;
    }
    if (sum.cycles % 10 === 0) run.say(`${sum.cycles} failures, ${sum.acknowledged} writes acknowledged`);
  }
  return sum;
}

export function spread<T>(all: readonly T[], count: number): readonly T[] {
  if (count >= all.length) return all;
  return Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]!);
}

const megabyte = 1024 * 1024;

/** A small file system of its own that really fills up, and gets space again. */
async function smallDisk(run: ScenarioRun): Promise<ScenarioResult> {
  let sum = nothingYet;
  for (let cycle = 1; cycle <= run.cycles && !sum.failed; cycle++) {
    const random = run.random.part(`cycle-${cycle}`);
    const disk = join(run.parent, `disk-${cycle}`);
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${16_384 + random.int(0, 8192)}k`, 'tmpfs', disk], {
        stdio: 'pipe',
      });
    } catch {
      await rm(disk, { recursive: true });
      return { ...nothingYet, notRun: 'no small file system may be mounted here' };
    }
    try {
      sum = addResult(sum, await failOnce(run, run.random.seed, (world) => fillDisk(world, disk), join(disk, 'data')));
    } finally {
      if (sum.failed)
        await cp(disk, join(sum.failed.folder, 'disk'), { recursive: true, filter: (path) => !path.endsWith('.sock') });
      execFileSync('umount', [disk]);
      await rm(disk, { recursive: true });
    }
  }
  return sum;
}

async function fillDisk(world: World, disk: string): Promise<void> {
  const ballast = join(disk, 'ballast');
  const { bavail, bsize } = await statfs(disk);
  await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 2 * megabyte)));
  const server: ServedProgram = await world.serve();
  const taken = await postSome(world, 'fills', 400, 'word '.repeat(1000));
  if (taken === 400) world.ledger.surprises.push('the disk did not fill up');
  await checkReadsGoOn(world);
  refuseUnacknowledged(world);
  await rm(ballast);
  await recovers(world);
  await server.kill();
}

export const diskScenarios: readonly Scenario[] = [
  {
    name: 'disk-error',
    what: 'the k-th write or flush under posts answers EIO: no acknowledgement after it, health says so, reads go on',
    databases: ['sqlite'],
    cycles: 80,
    run: diskErrors,
  },
  {
    name: 'disk-full',
    what: 'every write from the k-th on answers ENOSPC, then there is space again: 503, reads, recovery without a restart',
    databases: ['sqlite'],
    cycles: 40,
    run: fullDisks,
  },
  {
    name: 'small-disk',
    what: 'a file system of some megabytes fills up, and gets space again',
    databases: ['sqlite'],
    cycles: 10,
    run: smallDisk,
  },
];
