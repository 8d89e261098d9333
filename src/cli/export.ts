import type { Writable } from 'node:stream';
import { canonicalText, foldName, jsonValue } from '../schema/index.ts';
import type { Column, Row, Table } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import { dataOptions, textOption, usageError } from './command.ts';
import type { Command } from './command.ts';
import { withDataToRead } from './place.ts';
import { didYouMean } from './suggest.ts';

/** Writes a table to standard output. */
export const exportTable: Command = {
  name: 'export',
  usage: 'TABLE',
  summary: 'writes a table as CSV or JSON',
  description:
    'Writes every row of TABLE to standard output, oldest first: id, the columns of the pages, then those of the program. ' +
    "CSV follows RFC 4180; a cell that a spreadsheet would run as a formula begins with '. JSON is an array of objects. " +
    'Works beside a running server.',
  example: 'backlot export message --format csv > messages.csv',
  options: {
    format: { type: 'string', value: 'csv|json', summary: 'default: csv' },
    ...dataOptions,
  },
  wordsMin: 1,
  wordsMax: 1,
  async run(input, context) {
    const format = textOption(input, 'format') ?? 'csv';
    if (format !== 'csv' && format !== 'json') {
      throw usageError(`--format is "${format}"; it takes csv or json.`);
    }
    return await withDataToRead(input, context, async ({ tables }) => {
      const table = tableNamed(tables.schema.tables, input.words[0] ?? '');
      const rows = tables.exportRows(table.name);
      await (format === 'csv' ? writeCsv(context.stdout, table, rows) : writeJson(context.stdout, table, rows));
      return 0;
    });
  },
};

function tableNamed(tables: Readonly<Record<string, Table>>, name: string): Table {
  const table = Object.hasOwn(tables, name) ? tables[name] : tables[foldName(name)];
  if (table) return table;
  const known = Object.keys(tables).sort();
  const told = known.filter((other) => !other.startsWith('_')).join(', ') || 'none yet';
  throw new BacklotError('cli/table', `There is no table "${name}".${didYouMean(name, known)} There are: ${told}.`);
}

/** `id`, then what the pages declare, then the columns of the program. Secrets, and what no page mentions, stay inside. */
function exportedColumns(table: Table): readonly Column[] {
  const columns = Object.values(table.columns).filter(
    ({ detached, secret, name }) => !detached && secret !== true && name !== 'id',
  );
  const { id } = table.columns;
  return [...(id ? [id] : []), ...columns.filter(({ system }) => !system), ...columns.filter(({ system }) => system)];
}

/** Rows are turned into text this many at a time: one by one costs three times as much. */
const rowsPerWrite = 200;

const numeric = new Set(['integer', 'decimal', 'real', 'money']);

async function writeCsv(out: Writable, table: Table, rows: AsyncIterable<Row>): Promise<void> {
  const { stringify } = await import('csv-stringify/sync');
  const columns = exportedColumns(table);
  // A number may begin with a minus; nothing that a visitor typed is one.
  const numbers = columns.map(({ type }) => numeric.has(type.kind));
  const text = (lines: string[][]): string =>
    stringify(lines, {
      escape_formulas: true,
      record_delimiter: 'windows',
      // By itself it quotes only whole record delimiters.
      quoted_match: /[\r\n]/,
      cast: {
        string: (value, { column }) => (numbers[Number(column)] === true ? { value, escape_formulas: false } : value),
      },
    });
  let lines: string[][] = [columns.map(({ name }) => name)];
  for await (const row of rows) {
    lines.push(columns.map(({ name, type }) => canonicalText(type, row[name] ?? null)));
    if (lines.length < rowsPerWrite) continue;
    await write(out, text(lines));
    lines = [];
  }
  await write(out, text(lines));
}

async function writeJson(out: Writable, table: Table, rows: AsyncIterable<Row>): Promise<void> {
  const columns = exportedColumns(table);
  let separator = '[\n';
  let text = '';
  let gathered = 0;
  for await (const row of rows) {
    const object = Object.fromEntries(columns.map(({ name, type }) => [name, jsonValue(type, row[name] ?? null)]));
    text += `${separator}${JSON.stringify(object)}`;
    separator = ',\n';
    if (++gathered < rowsPerWrite) continue;
    await write(out, text);
    text = '';
    gathered = 0;
  }
  await write(out, `${text}${separator === '[\n' ? '[]\n' : '\n]\n'}`);
}

/** Waits until a slow reader has taken it, so that a large table never gathers in memory. Throws when the reader has gone. */
function write(out: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    out.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
