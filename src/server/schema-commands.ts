import type { Site } from '../site/index.ts';
import { BacklotError, formatPosition } from '../std/index.ts';
import type { SourcePosition } from '../std/index.ts';
import type { SchemaPlan, SchemaStep } from '../tables/index.ts';
import type { OpenData } from './open-data.ts';

/**
 * Renames in the schema record; gives the text to print. Where the site's files still say the old name, and not the
 * new, the rename is remembered and done when they do: the old name would come back empty otherwise.
 */
export async function renameInUse({ tables }: OpenData, from: string, to: string, site?: Site): Promise<string> {
  const places = site ? placesOf(site, from) : [];
  if (!site || places.length === 0 || placesOf(site, newName(from, to)).length > 0) {
    await tables.rename(from, to);
    const still = `The files still say ${from}, at ${places.map(formatPosition).join(', ')}: write ${to} there.\n`;
    return `${from} is now called ${to}. Its data is where it was.\n${places.length > 0 ? still : ''}`;
  }
  await tables.renameLater(from, to);
  return (
    `${from} will be called ${to} as soon as the files say so, and keeps its data.\n` +
    `The files still say ${from}, at ${places.map(formatPosition).join(', ')}: write ${to} there.\n`
  );
}

/** `price` for `dish.cost` is `dish.price`. */
function newName(from: string, to: string): string {
  const [table, column] = from.split('.');
  return column === undefined || to.startsWith(`${table}.`) ? to : `${table}.${to}`;
}

/** Where the files mention a table or column. */
function placesOf(site: Site, name: string): readonly SourcePosition[] {
  const [table = '', column] = name.split('.');
  const found = site.schema.tables[table];
  return (column === undefined ? found?.at : found?.columns[column]?.at) ?? [];
}

/**
 * Backs up, then does every step of the plan. Gives the text to print. `backUp` makes the backup and gives its file.
 *
 * @throws BacklotError `server/offending` when rows stand in the way: nothing has been changed then
 */
export async function applyPlan(data: OpenData, site: Site, backUp: () => Promise<string>): Promise<string> {
  await data.tables.followRenames(site.schema);
  const plan = await data.tables.plan(site.schema);
  const steps = plan.steps.filter(({ kind }) => kind !== 'rename-proposed');
  if (steps.length === 0) return describePlan(plan);
  const blocked = steps.filter(isBlocked);
  if (blocked.length > 0) {
    throw new BacklotError(
      'server/offending',
      `Nothing was changed, because values are in the way. ${blocked.map(describeStep).join('. ')}.`,
    );
  }
  const file = await backUp();
  await data.tables.apply(plan, { all: true });
  return [`backup: ${file}`, ...steps.map((step) => `done: ${describeStep(step)}`), ''].join('\n');
}

/** A plan in words, a line for each step, and what happens with it. */
export function describePlan({ steps, additive }: SchemaPlan): string {
  if (steps.length === 0) return 'Nothing to change: the tables fit the files.\n';
  return `${steps.map(describeStep).join('\n')}\n${ending(steps, additive)}\n`;
}

function ending(steps: readonly SchemaStep[], additive: boolean): string {
  if (steps.some(isBlocked)) return 'Correct those rows first; then backlot apply does the rest, after a backup.';
  if (steps.every(({ kind }) => kind === 'rename-proposed')) return 'Nothing else has to change.';
  return additive
    ? 'Nothing here takes anything away: serve and dev do it by themselves when they start.'
    : 'backlot apply does this, after a backup.';
}

/** Values that cannot be converted stop everything; rows that break a tightened rule only stand until edited. */
function isBlocked(step: SchemaStep): boolean {
  return step.kind === 'change-type' && step.offendingTotal > 0;
}

/** One step in words. */
export function describeStep(step: SchemaStep): string {
  switch (step.kind) {
    case 'add-table':
      return `add table ${step.table}`;
    case 'add-column':
      return `add column ${step.table}.${step.column}`;
    case 'detach-table':
      return `detach table ${step.table}: the files mention it no longer; its rows are kept`;
    case 'detach-column':
      return `detach column ${step.table}.${step.column}: the files mention it no longer; its values are kept`;
    case 'attach-table':
      return `attach table ${step.table} again, with its rows`;
    case 'attach-column':
      return `attach column ${step.table}.${step.column} again, with its values`;
    case 'change-rules':
      return `${step.tightened ? 'tighten' : 'change'} the rules of ${step.table}.${step.column}${offending(step, 'break the new rules and stand until edited')}`;
    case 'change-type':
      return `change ${step.table}.${step.column} from ${step.from} to ${step.to}${offending(step, 'hold what cannot be converted')}`;
    case 'rename-proposed':
      return step.table === step.from
        ? `is ${step.to} the new name of table ${step.from}? Then: backlot rename ${step.from} ${step.to}`
        : `is ${step.table}.${step.to} the new name of ${step.table}.${step.from}? Then: backlot rename ${step.table}.${step.from} ${step.to}`;
  }
}

function offending(
  step: { readonly offending: readonly string[]; readonly offendingTotal: number },
  what: string,
): string {
  if (step.offendingTotal === 0) return '';
  const shown = step.offending.slice(0, 5).join(', ');
  const more = step.offendingTotal > 5 ? ', …' : '';
  return `; ${step.offendingTotal} row${step.offendingTotal === 1 ? '' : 's'} ${what}: ${shown}${more}`;
}
