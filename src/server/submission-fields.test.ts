import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column, ColumnType, Row, Schema, Table } from '../schema/index.ts';
import { submissionFields } from './submission-fields.ts';

function tableOf(name: string, types: Readonly<Record<string, ColumnType>>): Table {
  const columns = Object.entries(types).map(([column, type]): [string, Column] => [
    column,
    {
      name: column,
      label: `the ${column}`,
      sqlName: column,
      type,
      required: false,
      unique: false,
      folded: false,
      constraints: {},
      system: false,
      detached: false,
      at: [],
    },
  ]);
  const rest = { single: false, log: 'full', owner: 'site', detached: false, at: [] } as const;
  return { name, label: name, sqlName: name, columns: Object.fromEntries(columns), ...rest };
}

const order = tableOf('order', {
  name: { kind: 'text' },
  price: { kind: 'money', currency: 'EUR' },
  day: { kind: 'date' },
  news: { kind: 'boolean' },
  extras: { kind: 'set' },
  photo: { kind: 'file' },
  topic: { kind: 'reference', table: 'topic' },
  tags: { kind: 'references', table: 'topic' },
  empty: { kind: 'text' },
});
const topic = tableOf('topic', { name: { kind: 'text' } });
const schema: Schema = { tables: { order, topic } };
const topics: Readonly<Record<string, Row>> = { a: { id: 'a', name: 'Table' }, b: { id: 'b', name: 'Party' } };
const row: Row = {
  name: 'Ada',
  price: 1450,
  day: '2026-08-14',
  news: true,
  extras: ['salt', 'oil'],
  photo: '/_backlot/files/x.jpg',
  topic: 'a',
  tags: ['b', 'gone'],
  empty: null,
};

async function values(lang: string, origin?: string): Promise<readonly string[]> {
  const fields = await submissionFields({
    schema,
    table: order,
    row,
    labels: [...Object.keys(order.columns), 'unknown'].map((column) => [column, column === 'name' ? 'Your name' : '']),
    reader: { byId: (_table, id) => Promise.resolve(topics[id]) },
    lang,
    origin,
  });
  return fields.map(({ label, value }) => `${label}: ${value}`);
}

test('what was filled in is shown as a person reads it', async () => {
  assert.deepEqual(await values('en', 'https://example.org'), [
    'Your name: Ada',
    'the price: 14.5 EUR',
    'the day: 2026-08-14',
    'the news: yes',
    'the extras: salt, oil',
    'the photo: https://example.org/_backlot/files/x.jpg',
    'the topic: Table',
    'the tags: Party, gone',
  ]);
});

test('in the language of the form', async () => {
  assert.ok((await values('de-AT')).includes('the news: ja'));
});
