import { setTimeout as wait } from 'node:timers/promises';
import { editStream, postStream, sendAgain } from './load.ts';
import type { LoadOptions, OwnRow } from './load.ts';
import { drainedProblems, isClean, judge, sorted } from './oracle.ts';
import type { Verdict } from './oracle.ts';
import type { ServedProgram } from './program.ts';
import { runCommand, within } from './program.ts';
import type { Seeded } from './seeded.ts';
import { hurryJobs, readState } from './state.ts';
import type { State } from './state.ts';
import type { World } from './world.ts';

/** What a cycle begins with: a server that has been found in order, and the data as it is. */
export interface CycleStart {
  readonly cycle: number;
  readonly random: Seeded;
  readonly server: ServedProgram;
  readonly state: State;
}

/** Loads the server and makes it fail. Afterwards none runs, or one that is still the same. */
export type Cycle = (world: World, start: CycleStart) => Promise<ServedProgram | undefined>;

export interface LifeResult {
  readonly cycles: number;
  readonly acknowledged: number;
  readonly verdict: Verdict;
}

/** Runs cycles on one copy of the data, and judges after each. Stops at the first problem. */
export async function runLife(world: World, random: Seeded, cycles: number, cycle: Cycle): Promise<LifeResult> {
  let done = 0;
  const result = (verdict: Verdict): LifeResult => ({ cycles: done, acknowledged: world.ledger.acknowledged, verdict });
  let server = await world.serve();
  const refused = await secondServer(world);
  if (!isClean(refused)) return result(refused);
  let state = await readState(world.place);
  while (done < cycles) {
    const number = done + 1;
    const left = await cycle(world, { cycle: number, random: random.part(`cycle-${number}`), server, state });
    done = number;
    // No repair in between: whatever the kill left behind, it must start.
    server = left ?? (await world.serve());
    await sendAgain(world.client, world.ledger);
    state = await readState(world.place);
    const verdict = judgeWorld(world, state);
    if (!isClean(verdict)) {
      await server.kill();
      return result(verdict);
    }
  }
  await server.kill();
  world.kills += 1;
  return result(await drain(world));
}

/** The oracle's verdict, with answers that should not have been given. */
export function judgeWorld({ ledger, mail }: World, state: State): Verdict {
  const verdict = judge(state, ledger, mail);
  return { ...verdict, other: [...verdict.other, ...ledger.surprises.splice(0)] };
}

/** While a server holds a data folder, another one must be refused. On PostgreSQL there may be many. */
async function secondServer(world: World): Promise<Verdict> {
  if (world.place.databaseUrl !== undefined) return sorted([]);
  const second = await runCommand(['serve', world.siteDir, ...world.options, '--port', '0']);
  if (second.how === 1 && second.errors.includes('in use')) return sorted([]);
  return sorted([`other: a second server on the folder ended with ${second.how}: ${second.errors}`]);
}

/** Lets all work that is left come to its end, with a mail server that works, and judges once more. */
async function drain(world: World): Promise<Verdict> {
  const { mail, place } = world;
  mail.heal();
  let server: ServedProgram;
  let state: State;
  for (;;) {
    await hurryJobs(place);
    server = await world.serve();
    state = await within(whenQuiet(world), 'Jobs were not done');
    if (state.jobs.every(isOver)) break;
    // What failed once more waits for hours: time passes again.
    await server.kill();
    world.kills += 1;
  }
  server.child.kill('SIGTERM');
  const how = await within(server.ended, 'The server did not stop');
  const problems = world.wentBack ? [] : drainedProblems(state, mail, world.kills + mail.broken);
  if (how !== 0) problems.push(`other: the server stopped with ${how}: ${server.errors()}`);
  const [last, drained] = [judgeWorld(world, await readState(place)), sorted(problems)];
  return {
    lost: [...last.lost, ...drained.lost],
    doubled: [...last.doubled, ...drained.doubled],
    halves: [...last.halves, ...drained.halves],
    other: [...last.other, ...drained.other],
  };
}

/** The state once no job is due or under way. */
async function whenQuiet({ place }: World): Promise<State> {
  for (;;) {
    const began = performance.now();
    const state = await readState(place);
    const took = performance.now() - began;
    const soon = new Date(Date.now() + 1000).toISOString();
    const isBusy = state.jobs.some((job) => job['state'] === 'running' || (!isOver(job) && String(job['due']) < soon));
    if (!isBusy) return state;
    // Reading thousands of rows again and again would keep the program from the work that is waited for.
    await wait(Math.max(100, 10 * took));
  }
}

function isOver(job: State['jobs'][number]): boolean {
  return job['state'] !== 'waiting' && job['state'] !== 'running';
}

export interface Streams {
  readonly posts: number;
  readonly edits: number;
}

/** Requests under way, until stopped. */
export interface Load {
  /** Resolves when so many requests have been sent, or none is sent any more. */
  sent(requests: number): Promise<void>;
  /** Ends the streams; waits for what is under way. */
  stop(): Promise<void>;
}

/** Starts concurrent streams, each with draws of its own. */
export function startLoad(
  world: World,
  { cycle, random, state }: Pick<CycleStart, 'cycle' | 'random' | 'state'>,
  { posts, edits }: Streams,
  persists = false,
): Load {
  const control = new AbortController();
  const progress = { requests: 0, ended: false };
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((tell) => tell());
  const options: LoadOptions = {
    client: world.client,
    ledger: world.ledger,
    cycle,
    shape: world.shape,
    stop: control.signal,
    persists,
    onRequest: () => {
      progress.requests += 1;
      wake();
    },
  };
  const [shared, ...dishes] = ownRows(state);
  const streams = [
    ...range(posts).map((index) => postStream(options, random.part(`post-${index}`), `p${index}`)),
    ...range(edits).map((index) => {
      const own = dishes.filter((_, at) => at % edits === index).slice(-10);
      return editStream(options, random.part(`edit-${index}`), `e${index}`, own, shared?.id);
    }),
  ];
  const all = Promise.all(streams).finally(() => {
    progress.ended = true;
    wake();
  });
  all.catch(() => undefined);
  return {
    async sent(count) {
      while (progress.requests < count && !progress.ended) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    async stop() {
      control.abort();
      await all;
    },
  };
}

/** Dishes that no section holds: the first is the one that all edit. */
function ownRows({ rows }: State): readonly OwnRow[] {
  const dishes = (rows['dish'] ?? []).filter((row) => row['name'] !== null);
  const isShared = (row: (typeof dishes)[number]): boolean => row['section'] !== null;
  const ordered = [...dishes.filter(isShared).slice(0, 1), ...dishes.filter((row) => !isShared(row))];
  return ordered.map((row) => ({ id: String(row['_id']), version: Number(row['_version']) }));
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

/** Kills a server after so many requests and a moment, both drawn, and waits for the streams to end. */
export async function killUnderLoad(
  world: World,
  start: CycleStart,
  streams: Streams,
  requestsMax = 60,
): Promise<undefined> {
  const { random, server } = start;
  const load = startLoad(world, start, streams);
  await load.sent(random.int(1, requestsMax));
  await wait(random.fraction() * 30);
  await server.kill();
  world.kills += 1;
  await load.stop();
  return undefined;
}
