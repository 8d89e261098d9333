import { formatPosition } from '../std/index.ts';
import { describeAudience } from './describe.ts';
import type { AccessGrant, Site } from './site.ts';

const verbs = { read: 'read by', insert: 'added by', update: 'changed by', delete: 'deleted by' } as const;

/**
 * Every table with its readers and writers, the columns, and the place that says so, as text for `backlot access`.
 * What no place says, nobody may but admins.
 */
export function accessReport(site: Pick<Site, 'schema' | 'grants'>): string {
  const tables = Object.keys(site.schema.tables).sort();
  return tables.map((table) => tableReport(table, site.grants.get(table) ?? [])).join('\n');
}

function tableReport(table: string, grants: readonly AccessGrant[]): string {
  if (grants.length === 0) return `${table}\n  admins only: no page reads or writes it\n`;
  return `${table}\n${grants.map((grant) => `  ${grantLine(grant)}\n`).join('')}`;
}

function grantLine({ operation, who, explicit, columns, at }: AccessGrant): string {
  const shown = columns.length === 0 ? '' : ` (${columns.join(', ')})`;
  const said = explicit ? 'said' : 'not said, so by default';
  return `${verbs[operation]} ${describeAudience(who)}${shown}: ${said} at ${formatPosition(at)}`;
}
