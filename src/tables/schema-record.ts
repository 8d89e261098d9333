import type { Reader } from '../database/index.ts';
import type { Dialect } from '../query/index.ts';
import type { Schema } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import { placeholder } from './layout.ts';
import type { Statement } from '../database/index.ts';
import type { Rename } from './rename.ts';

/** How a record is written. Raised by a change that older programs would misread. */
const recordFormat = 1;

/** The schema in use, as it is kept with the data. */
export interface SchemaRecord {
  /** Counts the changes of the schema; 0 before the first. */
  readonly number: number;
  readonly schema: Schema;
  /** Columns whose values still have to be brought over from where they lay under another type. */
  readonly conversions: readonly Conversion[];
  /** New names to be taken as soon as the files say them: they were decided before the files were edited. */
  readonly renames: readonly Rename[];
}

/** Before anything was declared. */
export const emptyRecord: SchemaRecord = { number: 0, schema: { tables: {} }, conversions: [], renames: [] };

/** The values of `from`, a detached column, go to `to`. */
export interface Conversion {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

interface Written {
  readonly format: number;
  readonly schema: Schema;
  readonly conversions: readonly Conversion[];
  /** Absent in what older programs wrote. */
  readonly renames?: readonly Rename[];
}

/** Reads the schema in use. Throws `tables/newer` for a record of a later program. */
export async function readRecord(reader: Reader): Promise<SchemaRecord> {
  const found = await reader.query('select number, record from _schema order by number desc limit 1', []);
  if (!found[0]) return emptyRecord;
  const record: Written = JSON.parse(String(found[0]['record']));
  if (record.format > recordFormat) {
    throw new BacklotError('tables/newer', 'The schema was written by a newer program. Start that one.');
  }
  const { schema, conversions, renames = [] } = record;
  return { number: Number(found[0]['number']), schema, conversions, renames };
}

/** Makes `record` the one in use. Fails when another process has changed it meanwhile: its number is taken. */
export function recordStatement(dialect: Dialect, record: SchemaRecord, time: string): Statement {
  const places = [1, 2, 3].map((number) => placeholder(dialect, number)).join(', ');
  const { schema, conversions, renames } = record;
  const written: Written = { format: recordFormat, schema, conversions, renames };
  return {
    sql: `insert into _schema (number, record, time) values (${places})`,
    params: [record.number, JSON.stringify(written), time],
  };
}
