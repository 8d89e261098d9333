import type { Diagnostic } from '../std/index.ts';
import type { ColumnDeclaration, TableDeclaration } from '../schema/index.ts';
import { isFixedColumn, isReservedColumn, isServerTable, isShadowedColumn } from './reserved.ts';

/** Where a declaration ended up: the table that holds it, and its columns by the label the author wrote. */
export interface Placed {
  readonly table: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** A declaration under its final names. */
export interface NamedDeclaration {
  readonly declaration: TableDeclaration;
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly said: ColumnDeclaration }[];
}

/**
 * Chooses the table of every declaration. A table that only unmarked forms imply never gets the name of one that
 * something else declares: it is `NAME-form` then.
 */
export function nameTables(
  declarations: readonly TableDeclaration[],
  own: ReadonlySet<string>,
): Map<TableDeclaration, string> {
  const taken = new Set(own);
  for (const declaration of declarations) if (!declaration.implicit) taken.add(declaration.name);
  const names = new Map<TableDeclaration, string>();
  for (const declaration of declarations) {
    let name = declaration.name;
    if (declaration.implicit) while (taken.has(name) || isServerTable(name)) name = `${name}-form`;
    names.set(declaration, name);
  }
  return names;
}

/**
 * Chooses the columns of one declaration. Reserved names and clashes are errors in marks and get a suffix in an
 * unmarked form; names of ours that mean our own column are left out.
 */
export function nameColumns(
  declaration: TableDeclaration,
  table: string,
  hasPage: boolean,
): { readonly named: NamedDeclaration; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const columns: { name: string; said: ColumnDeclaration }[] = [];
  const labels = new Map<string, ColumnDeclaration>();
  for (const said of declaration.columns) {
    if (meansOurs(declaration, said, hasPage)) continue;
    let name = isFixedColumn(said.name) ? `${said.name}_` : said.name;
    if (isReservedColumn(name) && !table.startsWith('_')) {
      if (!declaration.implicit) diagnostics.push(reservedName(said));
      name = `${name}_`;
    }
    const other = labels.get(name);
    if (other && differs(declaration, other, said)) {
      if (!declaration.implicit) diagnostics.push(labelClash(other, said));
      name = freeName(name, labels, said);
    }
    labels.set(name, said);
    columns.push({ name, said });
  }
  return { named: { declaration, table, columns }, diagnostics };
}

/** Whether a name in this place means the program's own column rather than one of the site's. */
function meansOurs(declaration: TableDeclaration, said: ColumnDeclaration, hasPage: boolean): boolean {
  const isForm = declaration.form === true || declaration.implicit;
  if (isFixedColumn(said.name)) return !isForm;
  if (!isShadowedColumn(said.name)) return false;
  if (said.name === 'slug') return hasPage;
  if (said.name === 'url') return hasPage && !isForm;
  return !isForm && said.queried && said.type === undefined;
}

function differs(declaration: TableDeclaration, a: ColumnDeclaration, b: ColumnDeclaration): boolean {
  if (declaration.implicit) return a.label !== b.label;
  return a.label.trim().toLowerCase() !== b.label.trim().toLowerCase();
}

function freeName(name: string, taken: ReadonlyMap<string, ColumnDeclaration>, said: ColumnDeclaration): string {
  for (let number = 2; ; number++) {
    const candidate = `${name}-${number}`;
    const other = taken.get(candidate);
    if (!other || other.label === said.label) return candidate;
  }
}

function reservedName(said: ColumnDeclaration): Diagnostic {
  return {
    severity: 'error',
    code: 'tables/reserved-name',
    message: `A column cannot be called \`${said.label}\`: in paths and queries that name means something else.`,
    fix: `Choose another name, such as \`${said.name}_\`.`,
    at: said.at,
  };
}

function labelClash(first: ColumnDeclaration, second: ColumnDeclaration): Diagnostic {
  return {
    severity: 'error',
    code: 'tables/name-clash',
    message: `\`${second.label}\` and \`${first.label}\` are different names but make the same column, \`${second.name}\`.`,
    fix: 'Write both the same way, or rename one of them.',
    at: second.at,
    also: first.at,
  };
}
