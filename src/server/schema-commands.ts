import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from '../site/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock } from '../std/index.ts';
import type { SchemaStep } from '../tables/index.ts';
import type { OpenData } from './open-data.ts';

/** Renames in the schema record; gives the text to print. */
export async function renameInUse({ tables }: OpenData, from: string, to: string): Promise<string> {
  await tables.rename(from, to);
  return `${from} is now called ${to}.\n`;
}

/**
 * Backs up, then does every step of the plan. Gives the text to print.
 *
 * @throws BacklotError `server/offending` when rows stand in the way: nothing has been changed then
 */
export async function applyPlan(data: OpenData, site: Site, clock: Clock): Promise<string> {
  const plan = await data.tables.plan(site.schema);
  const steps = plan.steps.filter(({ kind }) => kind !== 'rename-proposed');
  if (steps.length === 0) return 'Nothing to change: the tables fit the files.\n';
  const blocked = steps.filter((step) => step.kind === 'change-type' && step.offendingTotal > 0);
  if (blocked.length > 0) {
    throw new BacklotError(
      'server/offending',
      `${blocked.map(named).join(', ')}: some values cannot be converted. backlot plan lists the rows; mend them first. Nothing was changed.`,
    );
  }
  const file = await backUp(data, clock);
  await data.tables.apply(plan, { all: true });
  return `Backup: ${file}\nDone: ${steps.length} change(s).\n`;
}

function named(step: SchemaStep): string {
  return 'column' in step ? `${step.table}.${step.column}` : step.table;
}

async function backUp({ driver, uploadsDir }: OpenData, clock: Clock): Promise<string> {
  const folder = join(uploadsDir, '..', 'backups');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const time = new Date(clock.now()).toISOString().replace(/[:.]/g, '-');
  const file = join(folder, `before-apply-${time}${driver.dialect === 'sqlite' ? '.db' : '.jsonl.gz'}`);
  await driver.backupTo(file);
  return file;
}
