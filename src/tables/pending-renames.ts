import type { Driver } from '../database/index.ts';
import type { Schema } from '../schema/index.ts';
import { renameIn } from './rename.ts';
import type { Rename } from './rename.ts';

/** The renames that the files have followed: they say the new name and no longer the old. Tables come before columns. */
export function dueRenames(pending: readonly Rename[], wanted: Schema): readonly Rename[] {
  const due: Rename[] = [];
  let left: readonly Rename[] = pending.toSorted((a, b) => Number(isColumn(a)) - Number(isColumn(b)));
  for (let next = left.find((each) => isDue(each, wanted)); next; next = left.find((each) => isDue(each, wanted))) {
    due.push(next);
    left = withoutRename(left, next);
  }
  return due;
}

/** What is left to do when one of them is done; columns of a renamed table are then columns of the new one. */
export function withoutRename(pending: readonly Rename[], done: Rename): readonly Rename[] {
  const left = pending.filter(({ from }) => from !== done.from);
  if (isColumn(done)) return left;
  return left.map((each) => ({ from: underTable(each.from, done), to: underTable(each.to, done) }));
}

/** A schema as it is once these renames are done. */
export async function afterRenames(schema: Schema, renames: readonly Rename[], driver: Driver): Promise<Schema> {
  let renamed = schema;
  for (const { from, to } of renames) renamed = (await renameIn(renamed, from, to, driver)).schema;
  return renamed;
}

function isDue({ from, to }: Rename, wanted: Schema): boolean {
  return !isSaid(wanted, from) && isSaid(wanted, to);
}

function isSaid(schema: Schema, name: string): boolean {
  const [table = '', column] = name.split('.');
  const found = schema.tables[table];
  if (!found || column === undefined) return found !== undefined;
  return found.columns[column]?.system === false;
}

function underTable(name: string, { from, to }: Rename): string {
  return name.startsWith(`${from}.`) ? `${to}${name.slice(from.length)}` : name;
}

function isColumn({ from }: Rename): boolean {
  return from.includes('.');
}
