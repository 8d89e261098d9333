import type { Site } from '../site/index.ts';
import { additiveSubset } from '../tables/index.ts';
import type { SchemaStep, Tables } from '../tables/index.ts';
import { describeStep } from './schema-commands.ts';

/** How far the data could follow the files without anyone being asked. */
export interface SchemaAdoption {
  /** Steps wait for `backlot apply`. */
  readonly pending: boolean;
  /** Lines for the operator. */
  readonly notices: readonly string[];
}

/** Does what only adds; tells what waits. */
export async function adoptSchema(tables: Tables, site: Site): Promise<SchemaAdoption> {
  await tables.followRenames(site.schema);
  const plan = await tables.plan(site.schema);
  const { plan: unasked, left } = additiveSubset(plan, tables.schema);
  await tables.apply(unasked);
  return adoption(left, plan.steps);
}

/**
 * Only looks: where another process has changed the tables, changing them back would have the two undo each other's
 * work for ever.
 */
export async function compareSchema(tables: Tables, site: Site): Promise<SchemaAdoption> {
  const { steps } = await tables.plan(site.schema);
  return adoption(
    steps.filter(({ kind }) => !kind.startsWith('detach-') && kind !== 'rename-proposed'),
    steps,
  );
}

function adoption(left: readonly SchemaStep[], steps: readonly SchemaStep[]): SchemaAdoption {
  const proposals = steps.filter(({ kind }) => kind === 'rename-proposed').map(describeStep);
  if (left.length === 0) return { pending: false, notices: proposals };
  const [first, ...others] = left.map(describeStep);
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const waiting = `The tables do not fit the files yet: ${first}${more}. backlot plan shows it all, backlot apply does it after a backup.`;
  return { pending: true, notices: [waiting, ...proposals] };
}
