import { systemColumn } from '../schema/index.ts';
import type { Column, ColumnType, Schema } from '../schema/index.ts';

/** What {@link tableTypes} is kept in, beside the configuration. It is never served. */
export const TYPES_FILE = 'backlot-tables.d.ts';

/** The declarations by which a compiler knows the tables of a site: what its pages make, as `SiteTables` of the public API. */
export function tableTypes({ tables }: Schema): string {
  const own = Object.values(tables)
    .filter(({ owner, detached }) => owner === 'site' && !detached)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lines = own.flatMap((table) => {
    const slug = systemColumn(table, 'slug');
    const columns = Object.values(table.columns).filter(({ system, detached }) => !system && !detached);
    return [`    ${JSON.stringify(table.name)}: {`, ...[...columns, ...(slug ? [slug] : [])].map(columnLine), '    };'];
  });
  return [
    '// Written by `backlot types`: write it anew when the pages have changed.',
    'export {};',
    '',
    "declare module 'backlot' {",
    '  interface SiteTables {',
    ...lines,
    '  }',
    '}',
    '',
  ].join('\n');
}

function columnLine({ name, type }: Column): string {
  return `      ${JSON.stringify(name)}: ${typeOf(type)} | null;`;
}

function typeOf({ kind }: ColumnType): string {
  if (kind === 'integer' || kind === 'decimal' || kind === 'money' || kind === 'real') return 'number';
  if (kind === 'boolean') return 'boolean';
  return kind === 'set' || kind === 'references' ? 'readonly string[]' : 'string';
}
