import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { judgeWorld, killUnderLoad, startLoad } from './life.ts';
import type { Cycle } from './life.ts';
import { openLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { runLives } from './lives.ts';
import { isClean, judge } from './oracle.ts';
import { runCommand, startProgram } from './program.ts';
import type { Scenario } from './scenario.ts';
import type { Seeded } from './seeded.ts';
import type { SiteShape } from './site.ts';
import { readState } from './state.ts';
import type { Place, State } from './state.ts';
import { execute, placeOptions } from './world.ts';
import type { World } from './world.ts';

const both = ['sqlite', 'postgres'] as const;

/** How long commands have taken, so that moments can be drawn within them. Only the moment rests on it. */
const durations = new Map<string, number>();
const firstGuessMs = 900;

/** Starts a command and lets `victim` be killed at a drawn fraction of the time that it takes. Gives whether it ended. */
async function killDuring(
  world: World,
  args: readonly string[],
  random: Seeded,
  kill: ((program: ReturnType<typeof startProgram>) => Promise<void>) | undefined,
): Promise<boolean> {
  const name = args[0] ?? '';
  const begunMs = performance.now();
  const program = startProgram([...args, ...world.options], { environment: world.environment });
  let isKilled = false;
  const control = new AbortController();
  // The second half is where it has begun to write: before that, the program loads.
  const moment = (0.4 + 0.7 * random.fraction()) * (durations.get(name) ?? firstGuessMs);
  const killing = wait(moment, undefined, { signal: control.signal }).then(
    async () => {
      if (!kill) return;
      isKilled = true;
      await kill(program);
    },
    () => undefined,
  );
  const how = await program.ended;
  if (!isKilled && how === 0) durations.set(name, performance.now() - begunMs);
  control.abort();
  await killing;
  return how === 0;
}

/** Changes the pages so that the tables need `apply` or `rename`, and kills whoever does it. */
const killMigration: Cycle = async (world, start) => {
  const { random, server } = start;
  const load = startLoad(world, start, { posts: 2, edits: 1 });
  await load.sent(random.int(5, 30));
  await load.stop();
  const shape = changed(world.shape, random);
  const renames = shape.text !== world.shape.text;
  const args = renames ? ['rename', `message.${world.shape.text}`, shape.text] : ['apply'];
  await world.reshape(shape);
  const byServer = random.chance(0.6);
  // On SQLite a running server does it; without one, and on PostgreSQL, the command itself.
  if (!byServer) await server.kill();
  await killDuring(world, args, random, async (program) => {
    if (byServer) await server.kill();
    await program.kill();
  });
  await server.kill();
  world.kills += 1;
  const again = await world.serve();
  await finishMigration(world, args, shape);
  return again;
};

function changed(shape: SiteShape, random: Seeded): SiteShape {
  if (random.chance(0.4)) return { ...shape, text: shape.text === 'text' ? 'body' : 'text' };
  return { ...shape, guests: shape.guests === 'number' ? 'text' : 'number' };
}

/** Whatever the kill left: done once more, it must come to its end, and every value must be where it belongs. */
async function finishMigration(world: World, args: readonly string[], shape: SiteShape): Promise<void> {
  const done = await runCommand([...args, ...world.options], { environment: world.environment });
  const state = await readState(world.place);
  const isRenamed = state.schema.tables['message']?.columns[shape.text]?.detached === false;
  if (done.how !== 0 && !isRenamed) world.ledger.surprises.push(`${args.join(' ')} failed afterwards: ${done.errors}`);
  const table = state.schema.tables['message']!;
  const byName = new Map((state.rows['message'] ?? []).map((row) => [row['name'], row]));
  for (const { kind, token, values, outcome } of world.ledger.operations) {
    const row = byName.get(token);
    if (kind !== 'post' || outcome.kind !== 'acknowledged' || !row) continue;
    const guests = row[table.columns['guests']!.sqlName];
    if (String(guests) !== String(values['guests'])) {
      world.ledger.surprises.push(
        `after ${args.join(' ')} ${token} has guests ${String(guests)}, not ${String(values['guests'])}`,
      );
    }
    const text = row[table.columns[shape.text]!.sqlName];
    if (text !== (values['text'] ?? values['body'])) {
      world.ledger.surprises.push(`after ${args.join(' ')} ${token} has another ${shape.text}`);
    }
  }
}

/** A backup under load, whose server or command is killed. It has its name only when it is whole. */
const killBackup: Cycle = async (world, start) => {
  const { random, server, cycle } = start;
  const load = startLoad(world, start, { posts: 2, edits: 1 });
  await load.sent(random.int(5, 30));
  const before = world.ledger.acknowledged;
  const certain = world.ledger.copy();
  const file = join(world.folder, `backup-${cycle}.tar.gz`);
  const kills = random.pick(['server', 'command', 'none'] as const);
  const byServer = kills === 'server';
  await killDuring(
    world,
    ['backup', file],
    random,
    kills === 'none' ? undefined : (one) => (byServer ? server.kill() : one.kill()),
  );
  await server.kill();
  world.kills += 1;
  await load.stop();
  if (!existsSync(file)) {
    if (kills === 'none') world.ledger.surprises.push('a backup that nobody disturbed was not made');
    return undefined;
  }
  const restored = await restoreElsewhere(world, file, cycle);
  if (typeof restored === 'string')
    world.ledger.surprises.push(`the backup ${file} could not be restored: ${restored}`);
  else {
    // What was acknowledged before it began must be in it; the rest may.
    const verdict = judge(restored, expectedIn(world.ledger, certain));
    if (!isClean(verdict)) world.ledger.surprises.push(`backup of ${before} writes: ${JSON.stringify(verdict)}`);
  }
  await rm(file);
  return undefined;
};

function expectedIn(all: Ledger, certain: Ledger): Ledger {
  const acknowledged = new Set(
    certain.operations.filter(({ outcome }) => outcome.kind === 'acknowledged').map(({ token }) => token),
  );
  return openLedger(
    all.operations
      .filter(({ kind }) => kind !== 'upload')
      .map((operation) =>
        operation.outcome.kind !== 'acknowledged' || acknowledged.has(operation.token)
          ? operation
          : { ...operation, outcome: { kind: 'unknown' } },
      ),
  );
}

async function restoreElsewhere(world: World, file: string, cycle: number): Promise<State | string> {
  const dataDir = join(world.folder, `restored-${cycle}`);
  const { postgres } = world.template;
  const name = `restored_${cycle}_${Math.trunc(performance.now())}`;
  const place: Place = { dataDir, ...(postgres ? { databaseUrl: await postgres.createDatabase(name) } : {}) };
  const { how, errors } = await runCommand(['restore', file, ...placeOptions(place)]);
  if (how !== 0) return errors;
  const state = await readState(place);
  await rm(dataDir, { recursive: true, force: true });
  if (postgres) await execute(postgres.url, `drop database ${name}`);
  return state;
}

/** A restore that is killed: afterwards the data is as it was, or as the backup has it, and nothing between. */
const killRestore: Cycle = async (world, start) => {
  const { random, cycle } = start;
  const file = join(world.folder, `backup-${cycle}.tar.gz`);
  const made = await runCommand(['backup', file, ...world.options], { environment: world.environment });
  if (made.how !== 0) throw new Error(made.errors);
  const then = openLedger(world.ledger.operations.filter(({ kind }) => kind !== 'upload'));
  await killUnderLoad(world, start, { posts: 2, edits: 1 });
  await killDuring(world, ['restore', file], random, (program) => program.kill());
  world.kills += 1;
  const server = await world.serve();
  const state = await readState(world.place);
  const now = judgeWorld(world, state);
  if (isClean(now)) return server;
  if (isClean(judge(state, then, world.mail))) {
    world.ledger = then;
    world.wentBack = true;
    await rm(file);
    return server;
  }
  await cp(world.place.dataDir, join(world.folder, 'neither'), {
    recursive: true,
    filter: (path) => !path.endsWith('.sock'),
  });
  world.ledger.surprises.push('the data is neither as it was nor as the backup has it');
  return server;
};

export const dataScenarios: readonly Scenario[] = [
  {
    name: 'kill-migration',
    what: 'server or command killed during apply (another type) and rename',
    databases: both,
    cycles: 100,
    run: (run) => runLives(run, killMigration),
  },
  {
    name: 'kill-backup',
    what: 'server or command killed during a backup under load; whole backups are restored and judged',
    databases: both,
    cycles: 60,
    run: (run) => runLives(run, killBackup),
  },
  {
    name: 'kill-restore',
    what: 'killed during a restore: all of the backup or nothing',
    databases: both,
    cycles: 60,
    run: (run) => runLives(run, killRestore),
  },
];
