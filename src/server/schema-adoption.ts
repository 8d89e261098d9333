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
  const { plan: unasked, left } = additiveSubset(plan, tables.schema);
  await tables.apply(unasked);
  const proposals = plan.steps.flatMap(proposal);
  if (left.length === 0) return { pending: false, notices: proposals };
  const waiting = `${left.length} change(s) of tables wait: backlot plan shows them, backlot apply makes them after a backup.`;
  return { pending: true, notices: [waiting, ...proposals] };
}

function proposal(step: SchemaStep): readonly string[] {
  return step.kind === 'rename-proposed'
    ? [
        `${step.table}.${step.from} is gone and ${step.table}.${step.to} is new. If it is the same: backlot rename ${step.table}.${step.from} ${step.to}`,
      ]
    : [];
}
