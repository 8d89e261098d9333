import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { canonicalText, jsonValue } from '../schema/index.ts';
import type { Column, Row, Table } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import { dataOptions, textOption } from './command.ts';
import type { Command } from './command.ts';
import { withDataToRead } from './place.ts';

/** Writes a table to standard output. */
export const exportTable: Command = {
  name: 'export',
  usage: 'TABLE',
  summary: 'writes a table as CSV or JSON',
  description:
    'Writes every row of TABLE to standard output, in the order of the table. CSV follows RFC 4180; a cell that a ' +
    "spreadsheet would run as a formula begins with '. JSON is an array of objects. Works beside a running server.",
  options: {
    format: { type: 'string', value: 'csv|json', summary: 'default: csv' },
    data: dataOptions.data,
    database: dataOptions.database,
  },
  wordsMin: 1,
  wordsMax: 1,
  async run(input, context) {
    const format = textOption(input, 'format') ?? 'csv';
    if (format !== 'csv' && format !== 'json') {
      throw new BacklotError('cli/format', `--format is "${format}"; it takes csv or json.`);
    }
    return await withDataToRead(input, context, async ({ tables }) => {
      const name = input.words[0] ?? '';
      const table = tables.schema.tables[name];
      if (!table) {
        const known = Object.keys(tables.schema.tables).filter((other) => !other.startsWith('_'));
        throw new BacklotError(
          'cli/table',
          `There is no table "${name}". There are: ${known.join(', ') || 'none yet'}.`,
        );
      }
      const rows = tables.exportRows(name);
      await (format === 'csv' ? writeCsv(context.stdout, table, rows) : writeJson(context.stdout, table, rows));
      return 0;
    });
  },
};

function exportedColumns(table: Table): readonly Column[] {
  const columns = Object.values(table.columns).filter((column) => column.secret !== true);
  return [...columns.filter(({ name }) => name === 'id'), ...columns.filter(({ name }) => name !== 'id')];
}

async function writeCsv(out: Writable, table: Table, rows: AsyncIterable<Row>): Promise<void> {
  const { stringify } = await import('csv-stringify/sync');
  const columns = exportedColumns(table);
  const line = (cells: readonly string[]): string =>
    stringify([[...cells]], { escape_formulas: true, record_delimiter: 'windows' });
  await write(out, line(columns.map(({ name }) => name)));
  for await (const row of rows) {
    await write(out, line(columns.map(({ name, type }) => canonicalText(type, row[name] ?? null))));
  }
}

async function writeJson(out: Writable, table: Table, rows: AsyncIterable<Row>): Promise<void> {
  const columns = exportedColumns(table);
  let separator = '[\n';
  for await (const row of rows) {
    const object = Object.fromEntries(columns.map(({ name, type }) => [name, jsonValue(type, row[name] ?? null)]));
    await write(out, `${separator}${JSON.stringify(object)}`);
    separator = ',\n';
  }
  await write(out, separator === '[\n' ? '[]\n' : '\n]\n');
}

/** Waits for a slow reader, so that a large table never gathers in memory. */
async function write(out: Writable, text: string): Promise<void> {
  if (!out.write(text)) await once(out, 'drain');
}
