import type { LifeResult } from './life.ts';
import type { Verdict } from './oracle.ts';
import type { Seeded } from './seeded.ts';
import type { DatabaseKind, Template } from './world.ts';

/** What a scenario is given. */
export interface ScenarioRun {
  readonly template: Template;
  /** Where folders of this run go. */
  readonly parent: string;
  readonly random: Seeded;
  /** How many failures to cause at most. */
  readonly cycles: number;
  readonly say: (line: string) => void;
}

export interface ScenarioResult extends LifeResult {
  /** Where there is a problem: the data as it was found, and how to see it again. */
  readonly failed?: { readonly seed: string; readonly folder: string; readonly cycles: number };
  /** Why it could not run here. Never a pass. */
  readonly notRun?: string;
}

/** One way in which things go wrong. */
export interface Scenario {
  readonly name: string;
  /** For the table of results. */
  readonly what: string;
  readonly databases: readonly DatabaseKind[];
  /** Failures caused in the long form. */
  readonly cycles: number;
  run(run: ScenarioRun): Promise<ScenarioResult>;
}

const nothingWrong: Verdict = { lost: [], doubled: [], halves: [], other: [] };

/** The sum of several lives. */
export function addResult(sum: ScenarioResult, one: ScenarioResult): ScenarioResult {
  const join = (kind: keyof Verdict): readonly string[] => [...sum.verdict[kind], ...one.verdict[kind]];
  return {
    ...sum,
    ...one,
    cycles: sum.cycles + one.cycles,
    acknowledged: sum.acknowledged + one.acknowledged,
    verdict: { lost: join('lost'), doubled: join('doubled'), halves: join('halves'), other: join('other') },
  };
}

export const nothingYet: ScenarioResult = { cycles: 0, acknowledged: 0, verdict: nothingWrong };
