import type { Site } from '../site/index.ts';
import { additiveSubset } from '../tables/index.ts';
import type { SchemaStep, Tables } from '../tables/index.ts';

/** How far the data could follow the files without anyone being asked. */
export interface SchemaAdoption {
  /** Steps wait for `backlot apply`. */
  readonly pending: boolean;
  /** Lines for the operator. */
  readonly notices: readonly string[];
}

/** Does what only adds; tells what waits. */
export async function adoptSchema(tables: Tables, site: Site): Promise<SchemaAdoption> {
  const plan = await tables.plan(site.schema);
  await tables.apply(plan.additive ? plan : additiveSubset(plan));
  if (plan.additive) return { pending: false, notices: plan.steps.flatMap(proposal) };
  const waiting = (await tables.plan(site.schema)).steps;
  return {
    pending: true,
    notices: [
      `${waiting.length} change(s) of tables wait: backlot plan shows them, backlot apply makes them after a backup.`,
      ...waiting.flatMap(proposal),
    ],
  };
}

function proposal(step: SchemaStep): readonly string[] {
  return step.kind === 'rename-proposed'
    ? [
        `${step.table}.${step.from} is gone and ${step.table}.${step.to} is new. If it is the same: backlot rename ${step.table}.${step.from} ${step.to}`,
      ]
    : [];
}
