import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColumnType } from '../schema/index.ts';
import { formatDiagnostic } from '../std/index.ts';
import { deriveSchema } from './derive.ts';
import { boolean, column, declare, integer, money, reference, text } from './fixtures.ts';

const place = (file: string, line = 1) => ({ file, line, column: 1 });

function typeOf(...types: (ColumnType | undefined)[]): unknown {
  const derived = deriveSchema(
    types.map((type, index) => declare('dish', [column('x', type, { at: place(`${index}.html`) })])),
  );
  const errors = derived.diagnostics.filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? 'error' : derived.schema.tables['dish']!.columns['x']!.type;
}

const decimal = (scale: number): ColumnType => ({ kind: 'decimal', scale });

void test('places that agree are merged; plain text is no vote', () => {
  assert.deepEqual(typeOf(undefined, integer, undefined), integer);
  assert.deepEqual(typeOf(undefined, undefined), text);
  assert.deepEqual(typeOf(boolean, boolean), boolean);
});

void test('numbers widen, money takes numbers in, richer text takes plain text in', () => {
  assert.deepEqual(typeOf(integer, decimal(2)), decimal(2));
  assert.deepEqual(typeOf(decimal(3), decimal(2), integer), decimal(3));
  assert.deepEqual(typeOf(decimal(2), { kind: 'real' }), { kind: 'real' });
  assert.deepEqual(typeOf(decimal(2), money), money);
  assert.deepEqual(typeOf(text, { kind: 'html' }), { kind: 'html' });
  assert.deepEqual(typeOf({ kind: 'file' }, { kind: 'url' }), { kind: 'url' });
});

void test('places that disagree are an error that shows both', () => {
  assert.equal(typeOf(money, { kind: 'money', currency: 'USD' }), 'error');
  assert.equal(typeOf(text, integer), 'error');
  const { diagnostics } = deriveSchema([
    declare('dish', [column('price', money, { at: place('menu.html', 12) })]),
    declare('dish', [column('price', text, { at: place('order.html', 7) })]),
  ]);
  assert.deepEqual(diagnostics.map(formatDiagnostic), [
    'order.html:7:1: error: Column `price` is text here and money EUR elsewhere. (see also menu.html:12:1) ' +
      'Give both places the same kind of control, element or `data-format`, or rename one of them. [tables/types-disagree]',
  ]);
});

void test('unmarked forms that disagree store text', () => {
  const form = { implicit: true, form: true } as const;
  const { schema, diagnostics } = deriveSchema([
    declare('contact', [column('guests', integer)], form),
    declare('contact', [column('guests', { kind: 'date' })], form),
  ]);
  assert.deepEqual(schema.tables['contact']!.columns['guests']!.type, text);
  assert.deepEqual(
    diagnostics.map(({ severity }) => severity),
    ['note'],
  );
});

void test('an unmarked form never reaches a table that something else declares', () => {
  const declared = declare('dish', [column('name')]);
  const form = declare('dish', [column('name')], { implicit: true, form: true });
  const order = declare('order', [column('name')], { implicit: true, form: true });
  const { schema, placed } = deriveSchema([form, declared, order]);
  assert.deepEqual(Object.keys(schema.tables).sort(), ['dish', 'dish-form', 'order-form']);
  assert.equal(placed.get(form)!.table, 'dish-form');
  assert.equal(placed.get(declared)!.table, 'dish');
  assert.equal(placed.get(order)!.table, 'order-form');
});

void test('reserved names are an error in marks and get a suffix in an unmarked form', () => {
  const marked = deriveSchema([declare('dish', [column('first')])]);
  assert.deepEqual(
    marked.diagnostics.map(({ code, severity }) => `${severity} ${code}`),
    ['error tables/reserved-name'],
  );
  const form = declare('contact', [column('first'), column('id'), column('created_at'), column('version')], {
    implicit: true,
    form: true,
  });
  const { schema, diagnostics, placed } = deriveSchema([form]);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(placed.get(form)!.columns, {
    first: 'first_',
    id: 'id_',
    created_at: 'created_at_',
    version: 'version',
  });
  const { columns } = schema.tables['contact']!;
  assert.equal(columns['version']!.system, false);
  assert.equal(columns['_version']!.sqlName, '_version');
});

void test('names of ours in marks mean our columns', () => {
  const { schema, diagnostics } = deriveSchema([
    declare(
      'post',
      [column('url', { kind: 'url' }), column('slug'), column('created_at', { kind: 'date' }), column('title')],
      { page: { file: 'post.html', prefix: '/post/' } },
    ),
    declare('post', [
      column('created_at', undefined, { queried: true }),
      column('position', undefined, { queried: true }),
    ]),
  ]);
  assert.deepEqual(diagnostics, []);
  const { columns, slugFrom } = schema.tables['post']!;
  const own = Object.values(columns).filter(({ system }) => !system);
  assert.deepEqual(
    own.map(({ name }) => name),
    ['title'],
  );
  assert.equal(slugFrom, 'title');
  assert.equal(columns['created_at']!.indexed, true);
});

const clash = (more: object) =>
  deriveSchema([
    declare(
      'contact',
      [column('e_mail', text, { label: 'E mail' }), column('e_mail', text, { label: 'e?mail' })],
      more,
    ),
  ]);

void test('names that fold alike are an error in marks and are told apart in an unmarked form', () => {
  assert.deepEqual(
    clash({}).diagnostics.map(({ code }) => code),
    ['tables/name-clash'],
  );
  const unmarked = clash({ implicit: true, form: true });
  assert.deepEqual(unmarked.diagnostics, []);
  assert.deepEqual([...unmarked.placed.values()][0]!.columns, { 'E mail': 'e_mail', 'e?mail': 'e_mail-2' });
});

const form = (constraints: object, required: boolean) =>
  declare('booking', [column('guests', integer, { constraints, required })], { form: true });

const options = (...list: string[]) =>
  declare('b', [column('kind', text, { constraints: { options: list } })], { form: true });

void test('constraints are the loosest of all forms; required is said by any', () => {
  const { schema } = deriveSchema([
    form({ min: '2', max: '8', step: '2' }, true),
    form({ min: '10', max: '12' }, false),
    declare('booking', [column('guests')]),
  ]);
  const guests = schema.tables['booking']!.columns['guests']!;
  assert.deepEqual(guests.constraints, { min: '2', max: '12' });
  assert.equal(guests.required, true);
  const kinds = deriveSchema([options('a', 'b'), options('b', 'c')]);
  assert.deepEqual(kinds.schema.tables['b']!.columns['kind']!.constraints, { options: ['a', 'b', 'c'] });
  const free = deriveSchema([options('a'), declare('b', [column('kind', text)], { form: true })]);
  assert.deepEqual(free.schema.tables['b']!.columns['kind']!.constraints, {});
});

void test('a reference must lead to a table that is declared; children say so', () => {
  const { diagnostics } = deriveSchema([declare('dish', [column('section', reference('section'))])]);
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ['tables/unknown-table'],
  );
  const { schema } = deriveSchema([
    declare('section', []),
    declare('dish', [column('section', reference('section'))]),
    declare('dish', [column('section', reference('section'), { child: true })]),
  ]);
  assert.equal(schema.tables['dish']!.columns['section']!.child, true);
});

void test('with several detail pages the first by path addresses the rows', () => {
  const { schema } = deriveSchema([
    declare('dish', [column('text')], { page: { file: 'b.html', prefix: '/b/' }, slugFrom: 'text' }),
    declare('dish', [column('body', { kind: 'html' })], { page: { file: 'a/x.html', prefix: '/a/' } }),
  ]);
  const { page, slugFrom, columns } = schema.tables['dish']!;
  assert.equal(page!.prefix, '/a/');
  assert.equal(slugFrom, 'text');
  assert.ok(columns['slug']!.system);
});

void test("the program's own tables may use any names", () => {
  const { schema, diagnostics } = deriveSchema([declare('_spam', [column('page')])]);
  assert.deepEqual(diagnostics, []);
  assert.equal(schema.tables['_spam']!.owner, 'backlot');
});
