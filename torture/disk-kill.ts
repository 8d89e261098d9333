import { existsSync, readFileSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { postMessage, settle } from './client.ts';
import { failOnce, spread } from './disk-scenarios.ts';
import { openLedger } from './ledger.ts';
import { judgeWorld } from './life.ts';
import { isClean, judge } from './oracle.ts';
import { ready, runCommand, startProgram, within } from './program.ts';
import type { Program } from './program.ts';
import { addResult, nothingYet } from './scenario.ts';
import type { Scenario, ScenarioResult, ScenarioRun } from './scenario.ts';
import { readState } from './state.ts';
import { countCalls, injecting, tracer, whyNoStrace, writingCalls } from './strace.ts';
import { makeTemplate, openWorld } from './world.ts';
import type { World } from './world.ts';

/** Fixed work during which the process is killed before its k-th write, for every k. */
interface Work {
  readonly name: string;
  /** Makes the data ready, without a tracer. */
  prepare(world: World): Promise<void>;
  /** The work itself, all of it under the tracer. */
  run(world: World, under: readonly string[]): Promise<void>;
  /** Judges what is left where it is more than the ledger can say. */
  check?(world: World): Promise<void>;
}

/** A server that is started, and takes a few forms. */
const posts: Work = {
  name: 'posts',
  prepare: () => Promise.resolve(),
  async run(world, under) {
    const server = serve(world, under);
    const address = await ready(server).then(
      (served) => served.address,
      () => undefined,
    );
    if (address === undefined) return;
    for (let number = 1; number <= 6; number++) {
      if (!(await postOne(world, address, `post-${number}`, number % 2 === 0))) break;
    }
    stopTraced(world);
    await within(server.ended, 'The traced server did not stop');
  },
};

/** The tracer itself would keep the signal. */
function stopTraced({ place }: World): void {
  const holder: unknown = JSON.parse(readFileSync(join(place.dataDir, 'holder.json'), 'utf8'));
  const pid: unknown = typeof holder === 'object' && holder !== null ? Reflect.get(holder, 'pid') : undefined;
  if (typeof pid !== 'number') return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It was killed at its last write.
  }
}

function serve(world: World, under: readonly string[]): Program {
  const args = ['serve', world.siteDir, ...world.options, '--port', '0'];
  return startProgram(args, { environment: world.environment, under });
}

async function postOne(world: World, address: string, token: string, hasFile: boolean): Promise<boolean> {
  const { ledger } = world;
  const operation = ledger.intend({
    token,
    kind: 'post',
    table: 'message',
    version: 1,
    values: {},
    entries: 1,
    cycle: 1,
  });
  const photo = hasFile ? Buffer.from(`${token}\n`) : undefined;
  const reply = await postMessage({ address, cookie: '' }, [['name', token]], { photo });
  return settle(operation, reply, { accepted: 303, surprises: ledger.surprises });
}

/** Six rows, taken by a server that is not traced. */
async function someRows(world: World): Promise<void> {
  const server = await world.serve();
  for (let number = 1; number <= 6; number++) await postOne(world, server.address, `row-${number}`, number % 2 === 0);
  server.child.kill('SIGTERM');
  await server.ended;
}

async function command(world: World, args: readonly string[], under: readonly string[]): Promise<void> {
  await runCommand([...args, ...world.options], { environment: world.environment, under });
}

/** A column of another type: structure, record and values. */
const apply: Work = {
  name: 'apply',
  async prepare(world) {
    await someRows(world);
    await world.reshape({ ...world.shape, guests: 'text' });
  },
  run: (world, under) => command(world, ['apply', '--site', world.siteDir], under),
  check: (world) => completes(world, ['apply', '--site', world.siteDir]),
};

async function completes(world: World, args: readonly string[]): Promise<void> {
  const again = await runCommand([...args, ...world.options], { environment: world.environment });
  if (again.how !== 0) world.ledger.surprises.push(`${args.join(' ')} failed afterwards: ${again.errors}`);
}

/** A backup: whole under its name, or not there. */
const backup: Work = {
  name: 'backup',
  prepare: someRows,
  run: (world, under) => command(world, ['backup', backupOf(world), '--site', world.siteDir], under),
  async check(world) {
    if (!existsSync(backupOf(world))) return;
    const dataDir = join(world.folder, 'restored');
    const restored = await runCommand(['restore', backupOf(world), '--data', dataDir]);
    if (restored.how !== 0) world.ledger.surprises.push(`the backup is not whole: ${restored.errors}`);
    else if (!isClean(judge(await readState({ dataDir }), world.ledger)))
      world.ledger.surprises.push('the backup lacks something');
  },
};

function backupOf(world: World): string {
  return join(world.folder, 'backup.tar.gz');
}

/** A restore: the data as it was, with a row more, or as the backup has it. */
const restore: Work = {
  name: 'restore',
  async prepare(world) {
    await someRows(world);
    await command(world, ['backup', backupOf(world)], []);
    const server = await world.serve();
    await postOne(world, server.address, 'later', true);
    server.child.kill('SIGTERM');
    await server.ended;
  },
  run: (world, under) => command(world, ['restore', backupOf(world)], under),
  async check(world) {
    // Completed by whoever opens the data for writing.
    const server = await world.serve();
    await server.kill();
    const state = await readState(world.place);
    const then = openLedger(world.ledger.operations.filter(({ token }) => token !== 'later'));
    if (!isClean(judgeWorld(world, state)) && isClean(judge(state, then))) world.ledger = then;
  },
};

const works: readonly Work[] = [posts, apply, backup, restore];

/** Runs a work once to count its calls, then once for each of them. */
async function killAtEach(run: ScenarioRun, work: Work, cycles: number): Promise<ScenarioResult> {
  const prepared = await prepare(run, work);
  try {
    const points = await pointsOf(run, prepared.template, work);
    let sum = nothingYet;
    for (const { call, number } of spread(points, cycles)) {
      const one = await failOnce({ ...run, template: prepared.template }, run.random.seed, async (world) => {
        world.ledger = openLedger(prepared.ledger.operations);
        world.shape = prepared.shape;
        const trace = tracer('/dev/null', injecting({ call, number, effect: 'signal=KILL' }));
        await work.run(world, trace);
        await work.check?.(world);
      });
      sum = addResult(sum, one);
      if (sum.failed) {
        run.say(`${work.name}: killed before ${call} ${number}`);
        return sum;
      }
    }
    run.say(
      `${work.name}: killed at ${sum.cycles} of ${points.length} writes, ${sum.acknowledged} writes acknowledged`,
    );
    return sum;
  } finally {
    await rm(prepared.template.folder, { recursive: true, force: true });
  }
}

/** The data before the work, as a template of its own. */
async function prepare(run: ScenarioRun, work: Work) {
  const template = await makeTemplate(run.parent, 'sqlite');
  const world = await openWorld(template, run.parent, undefined, false);
  try {
    await work.prepare(world);
    for (const part of ['data', 'site', 'backup.tar.gz']) {
      const from = join(world.folder, part);
      const to = join(template.folder, part);
      await rm(to, { recursive: true, force: true });
      if (existsSync(from)) await cp(from, to, { recursive: true, filter: (path) => !path.endsWith('.sock') });
    }
    return { template, ledger: world.ledger, shape: world.shape };
  } finally {
    await world.close();
    await rm(world.folder, { recursive: true, force: true });
  }
}

async function pointsOf(run: ScenarioRun, template: ScenarioRun['template'], work: Work) {
  const world = await openWorld(template, run.parent);
  try {
    const file = join(world.folder, 'trace');
    await work.run(world, tracer(file, ['-e', `trace=${writingCalls.join(',')}`]));
    const counts = await countCalls(file);
    return [...counts].flatMap(([call, count]) =>
      Array.from({ length: count }, (_, index) => ({ call, number: index + 1 })),
    );
  } finally {
    await world.close();
    await rm(world.folder, { recursive: true, force: true });
  }
}

export const diskKillScenario: Scenario = {
  name: 'disk-kill',
  what: 'killed before the k-th write, flush or rename, for every k: start and posts, apply, backup, restore',
  databases: ['sqlite'],
  cycles: 400,
  async run(run) {
    const notRun = whyNoStrace();
    if (notRun !== undefined) return { ...nothingYet, notRun };
    let sum = nothingYet;
    for (const work of works) {
      sum = addResult(sum, await killAtEach(run, work, Math.ceil(run.cycles / works.length)));
      if (sum.failed) return sum;
    }
    return sum;
  },
};
