import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runLife } from './life.ts';
import type { Cycle } from './life.ts';
import { isClean } from './oracle.ts';
import { addResult, nothingYet } from './scenario.ts';
import type { ScenarioResult, ScenarioRun } from './scenario.ts';
import { seeded } from './seeded.ts';
import { openWorld } from './world.ts';

/** Failures on one copy of the data, one after another. Short, so that a failing life is soon run again. */
const cyclesOfLife = 8;

/**
 * Runs cycles on fresh copies of the data until there have been enough. The first life has the seed of the run, so
 * that any life can be run alone by its own seed. A life with a problem ends the scenario; its folder is kept.
 */
export async function runLives(run: ScenarioRun, cycle: Cycle): Promise<ScenarioResult> {
  let sum = nothingYet;
  for (let life = 0; sum.cycles < run.cycles; life++) {
    const seed = life === 0 ? run.random.seed : `${run.random.seed}.${life}`;
    const cycles = Math.min(cyclesOfLife, run.cycles - sum.cycles);
    sum = addResult(sum, await runOne(run, seed, cycles, cycle));
    if (sum.failed) return sum;
    run.say(`${sum.cycles} of ${run.cycles} cycles, ${sum.acknowledged} writes acknowledged`);
  }
  return sum;
}

async function runOne(run: ScenarioRun, seed: string, cycles: number, cycle: Cycle): Promise<ScenarioResult> {
  const world = await openWorld(run.template, run.parent);
  const failed = { seed, folder: world.folder, cycles };
  try {
    const result = await runLife(world, seeded(seed), cycles, cycle);
    if (isClean(result.verdict)) {
      await rm(world.folder, { recursive: true, force: true });
      return result;
    }
    await keepLog(world.folder, world.ledger.operations);
    return { ...result, failed };
  } catch (error) {
    await keepLog(world.folder, world.ledger.operations);
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const { acknowledged } = world.ledger;
    return { cycles: 0, acknowledged, verdict: { ...nothingYet.verdict, other: [said] }, failed };
  } finally {
    await world.close();
  }
}

async function keepLog(folder: string, operations: readonly object[]): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  const lines = operations.map((operation) => JSON.stringify({ ...operation, again: undefined }));
  await writeFile(join(folder, 'ledger.jsonl'), `${lines.join('\n')}\n`);
  // As found: what is looked at later must not be changed by looking.
  await cp(join(folder, 'data'), join(folder, 'data-as-found'), {
    recursive: true,
    filter: (path) => !path.endsWith('.sock'),
  }).catch(() => undefined);
}
