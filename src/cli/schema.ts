import { typeLabel } from '../schema/index.ts';
import type { Column, Table } from '../schema/index.ts';
import type { PageIndex } from '../tables/index.ts';
import { formatPosition } from '../std/index.ts';
import { dataOptions } from './command.ts';
import type { Command } from './command.ts';
import { withDataToRead } from './place.ts';

/** Prints the schema that the data is kept in. */
export const schema: Command = {
  name: 'schema',
  usage: '',
  summary: 'prints the tables and columns in use',
  description:
    'Prints the schema that is kept with the data: every table, its columns, their types and rules, where each is declared, and the orders in which pages of large tables are kept ready.',
  example: 'backlot schema --json',
  options: {
    json: { type: 'boolean', summary: 'as JSON' },
    ...dataOptions,
  },
  wordsMin: 0,
  wordsMax: 0,
  async run(input, context) {
    return await withDataToRead(input, context, async ({ tables }) => {
      const indexes = await tables.pageIndexes.list();
      const inUse = Object.values(tables.schema.tables).sort((a, b) => (a.name < b.name ? -1 : 1));
      context.stdout.write(
        input.options['json'] === true
          ? `${JSON.stringify(tables.schema, null, 2)}\n`
          : inUse.map((table) => describeTable(table, indexes)).join('\n') || 'No tables yet.\n',
      );
      return 0;
    });
  },
};

function describeTable(table: Table, indexes: readonly PageIndex[]): string {
  const notes = [
    ...(table.single ? ['one row'] : []),
    ...(table.page ? [`pages at ${table.page.prefix}*`] : []),
    ...(table.detached ? ['detached: no file mentions it'] : []),
  ];
  const columns = Object.values(table.columns).filter(({ system }) => !system);
  const width = Math.max(0, ...columns.map(({ name }) => name.length));
  return [
    `${table.name}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`,
    ...columns.map((column) => `  ${column.name.padEnd(width)}  ${describeColumn(column)}`),
    ...indexes
      .filter((index) => index.table === table.name)
      .map(({ columns: by }) => `  kept in order of ${by.join(', ')}`),
    '',
  ].join('\n');
}

function describeColumn(column: Column): string {
  const { min, max, step, minLength, maxLength, pattern, options } = column.constraints;
  const rules = [
    typeLabel(column.type),
    ...(column.required ? ['required'] : []),
    ...(column.unique ? ['unique'] : []),
    ...(min !== undefined || max !== undefined ? [`${min ?? ''}..${max ?? ''}`] : []),
    ...(step === undefined ? [] : [`step ${step}`]),
    ...(minLength === undefined ? [] : [`at least ${minLength} characters`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(pattern === undefined ? [] : [`pattern ${pattern}`]),
    ...(options ? [`one of ${options.join(' | ')}`] : []),
    ...(column.detached ? ['detached'] : []),
  ];
  const [at] = column.at;
  return `${rules.join(', ')}${at ? `  (${formatPosition(at)})` : ''}`;
}
