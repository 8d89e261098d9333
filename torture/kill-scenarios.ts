import { setTimeout as wait } from 'node:timers/promises';
import { startLoad, killUnderLoad } from './life.ts';
import type { Cycle } from './life.ts';
import { runLives } from './lives.ts';
import { startProgram, within } from './program.ts';
import type { Scenario } from './scenario.ts';
import { hurryJobs } from './state.ts';

const both = ['sqlite', 'postgres'] as const;

/** Kills the server while it is starting, on pages that bring and take columns. */
const killStart: Cycle = async (world, { random, server }) => {
  await server.kill();
  for (let kill = random.int(1, 3); kill > 0; kill--) {
    await world.reshape({ ...world.shape, extra: random.int(0, 4) });
    const starting = startProgram(['serve', world.siteDir, ...world.options, '--port', '0'], {
      environment: world.environment,
    });
    await wait(random.fraction() * server.readyMs * 1.1);
    await starting.kill();
    world.kills += 1;
  }
  return undefined;
};

const killPostsAfterStart: Cycle = async (world, start) => {
  // Whatever the killed starts have left: the form works, and what it takes stays.
  await killUnderLoad(world, start, { posts: 2, edits: 1 });
  return await killStart(world, start);
};

/** Kills the server while the mail server fails in every way, and lets time pass, so that jobs come again. */
const killMail: Cycle = async (world, start) => {
  const { random, server } = start;
  world.mail.change(random);
  const load = startLoad(world, start, { posts: 2, edits: 0 });
  await load.sent(random.int(1, 12));
  world.mail.change(random);
  await wait(random.fraction() * 200);
  await server.kill();
  world.kills += 1;
  await load.stop();
  await hurryJobs(world.place);
  return undefined;
};

/** Stops PostgreSQL at once, under load, and starts it again; the server of the site goes on and must recover. */
const stopPostgres: Cycle = async (world, start) => {
  const { random, server } = start;
  const postgres = world.template.postgres!;
  const load = startLoad(world, start, { posts: 3, edits: 2 }, true);
  await load.sent(random.int(1, 60));
  await wait(random.fraction() * 30);
  await postgres.crash();
  world.kills += 1;
  const isBoth = random.chance(0.2);
  if (isBoth) await server.kill();
  await wait(random.fraction() * 300);
  await postgres.recover();
  if (isBoth) {
    await load.stop();
    return undefined;
  }
  const before = world.ledger.acknowledged;
  const recovered = async (): Promise<void> => {
    while (world.ledger.acknowledged < before + 5) await wait(20);
  };
  await within(recovered(), 'The server did not take writes again after PostgreSQL had come back');
  await load.stop();
  return server;
};

export const killScenarios: readonly Scenario[] = [
  {
    name: 'kill-posts',
    what: 'killed while visitors post forms, some with files, some with a key',
    databases: both,
    cycles: 400,
    run: (run) => runLives(run, (world, start) => killUnderLoad(world, start, { posts: 4, edits: 0 })),
  },
  {
    name: 'kill-edits',
    what: 'killed while editors create, change, delete, undo and upload',
    databases: both,
    cycles: 240,
    run: (run) => runLives(run, (world, start) => killUnderLoad(world, start, { posts: 1, edits: 3 })),
  },
  {
    name: 'kill-start',
    what: 'killed while it starts on changed pages',
    databases: both,
    cycles: 120,
    run: (run) => runLives(run, killPostsAfterStart),
  },
  {
    name: 'kill-mail',
    what: 'killed while the mail server is busy, refuses, breaks off or hangs',
    databases: both,
    cycles: 120,
    run: (run) => runLives(run, killMail),
  },
  {
    name: 'stop-postgres',
    what: 'PostgreSQL stopped at once under load; the site’s server goes on',
    databases: ['postgres'],
    cycles: 120,
    run: (run) => runLives(run, stopPostgres),
  },
];
