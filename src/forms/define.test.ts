import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePage } from '../html/index.ts';
import {
  columnTypeOf,
  columnValues,
  compatFields,
  constraintsOf,
  declaredColumns,
  declaredParameters,
  defineForms,
  filterParameters,
  lintForm,
  validateForm,
} from './index.ts';
import type { FormDefinition } from './index.ts';
import type { ColumnType, Table } from '../schema/index.ts';

function formsOf(html: string): FormDefinition[] {
  return defineForms(parsePage({ file: 'page.html', text: html }));
}

function formOf(controls: string, attributes = 'method="post"'): FormDefinition {
  return formsOf(`<form ${attributes}>${controls}</form>`)[0]!;
}

void test('indices are those of the document: forms in tree order, controls by form owner', () => {
  const html =
    '<input name=z form=two><form id=one><input name=a><button>Go</button></form><form id=two><select name=b></select></form>';
  const forms = formsOf(html);
  assert.deepEqual(
    forms.map(({ index, controls }) => [
      index,
      controls.map((control) => `${control.index} ${control.name} ${control.type}`),
    ]),
    [
      [0, ['0 a text', '1  submit']],
      [1, ['0 z text', '1 b select']],
    ],
  );
});

void test('types, defaults and labels are as the standard gives them', () => {
  const form = formOf(`
    <label>Your <b>name</b> <input name=a type=TEXT value="x\ny"></label>
    <label for=i>Age</label><input id=i name=b type=number value=abc>
    <input name=c type=unknown aria-label=See>
    <textarea name=d>\n one\r\ntwo</textarea>
    <input type=checkbox name=e>
    <label>Pick <select name=f><option>one</option></select></label>
    <input type=email name=g value=" a@b ">`);
  assert.deepEqual(
    form.controls.map(({ type, value, label }) => [type, value, label]),
    [
      ['text', 'xy', 'Your name'],
      ['number', '', 'Age'],
      ['text', '', 'See'],
      ['textarea', ' one\ntwo', 'd'],
      ['checkbox', 'on', 'e'],
      ['select', '', 'Pick'],
      ['email', 'a@b', 'g'],
    ],
  );
});

void test('method, encoding, trap, language and marks of a form', () => {
  const [form] = formsOf(
    '<div lang=de><form METHOD=POST enctype=Multipart/Form-Data data-netlify=true netlify-honeypot=pot><input name=pot><input type=hidden name=p data-attr-value="{price}"><select name=s data-list=topic></select></form></div>',
  );
  assert.equal(form?.method, 'post');
  assert.equal(form.enctype, 'multipart/form-data');
  assert.equal(form.trap, 'pot');
  assert.equal(form.lang, 'de');
  assert.equal(form.netlify, true);
  assert.equal(form.controls[1]?.computed, true);
  assert.equal(form.controls[2]?.optionsFrom, 'topic');
});

void test('controls know the list that they stand in', () => {
  const document = parsePage({
    file: 'page.html',
    text: '<form method=post><input name=a><ul data-list=line><li itemscope><input name=b></ul></form>',
  });
  const [form] = defineForms(document, (element) => (element.attrs.some(({ value }) => value === 'b') ? 3 : undefined));
  assert.deepEqual(
    form?.controls.map(({ scope }) => scope),
    [undefined, 3],
  );
});

/* ---- columns ---- */

for (const [controls, type] of [
  ['<input name=c>', { kind: 'text' }],
  ['<input type=email name=c>', { kind: 'text' }],
  ['<input type=email multiple name=c>', { kind: 'set' }],
  ['<input type=color name=c>', { kind: 'text' }],
  ['<input type=hidden name=c>', { kind: 'text' }],
  ['<input type=number name=c>', { kind: 'integer' }],
  ['<input type=range name=c step=5>', { kind: 'integer' }],
  ['<input type=number name=c step=0.01>', { kind: 'decimal', scale: 2 }],
  ['<input type=number name=c step=0.50>', { kind: 'decimal', scale: 1 }],
  ['<input type=number name=c min=0.25>', { kind: 'decimal', scale: 2 }],
  ['<input type=number name=c step=any>', { kind: 'real' }],
  ['<input type=date name=c>', { kind: 'date' }],
  ['<input type=time name=c>', { kind: 'time' }],
  ['<input type=datetime-local name=c>', { kind: 'datetime' }],
  ['<input type=month name=c>', { kind: 'month' }],
  ['<input type=week name=c>', { kind: 'week' }],
  ['<input type=checkbox name=c>', { kind: 'boolean' }],
  ['<input type=checkbox name=c value=a><input type=checkbox name=c value=b>', { kind: 'set' }],
  ['<input type=hidden name=c value=0><input type=checkbox name=c value=1>', { kind: 'boolean' }],
  ['<input type=radio name=c value=a><input type=radio name=c value=b>', { kind: 'text' }],
  ['<select name=c><option>a</select>', { kind: 'text' }],
  ['<select name=c multiple><option>a</select>', { kind: 'set' }],
  ['<input type=file name=c>', { kind: 'file' }],
  ['<input type=file multiple name=c>', { kind: 'set' }],
] as const) {
  void test(`${controls} is a column of kind ${type.kind}`, () => {
    assert.deepEqual(columnTypeOf(formOf(controls).controls), type);
  });
}

function constraints(controls: string): unknown {
  return constraintsOf(formOf(controls).controls);
}

void test('constraints of columns are the control’s own, without what browsers ignore', () => {
  assert.deepEqual(constraints('<input name=c maxlength=80 minlength=2 pattern="[a-z]+" min=3>'), {
    minLength: 2,
    maxLength: 80,
    pattern: '[a-z]+',
  });
  assert.deepEqual(constraints('<input name=c pattern="[a-">'), {});
  assert.deepEqual(constraints('<input type=number name=c min=+1 max=12.0 step=.5>'), {
    min: '1',
    max: '12',
    step: '.5',
  });
  assert.deepEqual(constraints('<input type=range name=c>'), { min: '0', max: '100' });
  assert.deepEqual(constraints('<input type=date name=c max=2026-02-30 min=2026-01-01>'), { min: '2026-01-01' });
  assert.deepEqual(constraints('<select name=c><option value="">-<option>a<option disabled>b</select>'), {
    options: ['a'],
  });
  assert.deepEqual(constraints('<input type=radio name=c value=a><input type=radio name=c value=b>'), {
    options: ['a', 'b'],
  });
  assert.deepEqual(constraints('<select name=c data-list=x><option itemscope>a</select>'), {});
});

void test('columns of a form: traps, reserved names and plain buttons are none', () => {
  const form = formOf(`
    <input name="Your Name" required><input name=_gotcha><input name=_subject><input type=hidden name=form-name value=x>
    <input type=submit name=submit value=Send><button name=state value=open>Open</button><input type=image name=i>
    <input name="!!!"><input type=password name=p disabled required><input>`);
  assert.deepEqual(
    declaredColumns(form).map(({ name, label, required, type }) => [name, label, required, type?.kind]),
    [
      ['your_name', 'Your Name', true, undefined],
      ['state', 'state', false, undefined],
      ['p', 'p', false, undefined],
    ],
  );
});

function columnOf(name: string, type: ColumnType): Table['columns'][string] {
  return {
    name,
    label: name,
    sqlName: name,
    type,
    required: false,
    unique: false,
    folded: false,
    constraints: {},
    system: false,
    detached: false,
    at: [],
  };
}

function tableOf(columns: Record<string, ColumnType>): Table {
  return {
    name: 't',
    label: 't',
    sqlName: 't',
    columns: Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, columnOf(name, type)])),
    single: false,
    log: 'full',
    owner: 'site',
    detached: false,
    at: [],
  };
}

function valuesOf(controls: string, query: string, table?: Table): unknown {
  const form = formOf(controls);
  const entries = [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }));
  const { submission } = validateForm(form, entries, { lang: 'en' });
  return Object.fromEntries(columnValues(form, submission, table ? { table } : {}));
}

void test('values of columns are typed and canonical', () => {
  const controls = `<input name=a><input type=number step=0.01 name=b><input type=checkbox name=c><input type=time name=d>
    <input type=number name=e><input type=checkbox name=f value=x><input type=checkbox name=f value=y><input name=g>`;
  assert.deepEqual(valuesOf(controls, 'a=&b=14.5&c=on&d=19:30&e=&f=y'), {
    a: '',
    b: 1450,
    c: true,
    d: '19:30',
    e: null,
    f: ['y'],
  });
});

void test('an unticked box is false, no choice is the missing value, other absent names are absent', () => {
  const controls =
    '<input type=checkbox name=a><input type=checkbox name=b value=1><input type=checkbox name=b value=2><select multiple name=c></select><input type=radio name=d value=1><input name=e><input type=checkbox name=f disabled>';
  assert.deepEqual(valuesOf(controls, ''), { a: false, b: null, c: null });
});

void test('a hidden twin does not untick a box', () => {
  const controls = '<input type=hidden name=a value=0><input type=checkbox name=a value=1>';
  assert.deepEqual(valuesOf(controls, 'a=0&a=1'), { a: true });
  assert.deepEqual(valuesOf(controls, 'a=0'), { a: false });
});

void test('the table’s own types go first, and what they cannot read stays text for the write path to refuse', () => {
  const table = tableOf({ price: { kind: 'money', currency: 'EUR' }, count: { kind: 'integer' } });
  assert.deepEqual(
    valuesOf('<input type=number step=0.5 name=price><input type=hidden name=count>', 'price=14.5&count=many', table),
    {
      price: 1450,
      count: 'many',
    },
  );
});

/* ---- GET forms ---- */

const filterForm = formOf(
  `<input type=number name=price.max min=5 step=5><input type=checkbox name=vegetarian>
   <select name=sort><option value="">Any<option value=price><option value=-price></select>
   <input type=checkbox name=tag value=a><input type=checkbox name=tag value=b><input type=search name=q>
   <input type=file name=f><button>Show</button>`,
  'method="get"',
);

void test('a GET form declares the names of its controls', () => {
  assert.deepEqual(declaredParameters(filterForm), ['price.max', 'vegetarian', 'sort', 'tag', 'q']);
});

for (const [query, kept] of [
  ['price.max=15&utm_source=x', 'price.max=15'],
  ['price.max=7', ''],
  ['price.max=', ''],
  ['price.max=x&vegetarian=on', 'vegetarian=on'],
  ['vegetarian=yes', ''],
  ['sort=-price&price.max=10', 'price.max=10&sort=-price'],
  ['sort=id', ''],
  ['tag=b&tag=c&tag=a&tag=a', 'tag=a&tag=b'],
  ['price.max=10&price.max=15', 'price.max=10'],
  ['q=+a%0Ab+', 'q=+ab+'],
  ['Q=a', ''],
] as const) {
  void test(`of ?${query} a GET form keeps ?${kept}`, () => {
    assert.equal(filterParameters(filterForm, new URLSearchParams(query)).toString(), kept);
  });
}

/* ---- other services' fields ---- */

void test('Formspree’s fields are read and not stored', () => {
  const form = formOf('<input type=email name=email><input name=_subject><input name=_gotcha><input name=_next>');
  const fields = compatFields(form, [
    { name: 'email', value: 'a@b' },
    { name: '_subject', value: 'Hi' },
    { name: '_next', value: '/thanks' },
    { name: '_gotcha', value: '' },
  ]);
  assert.deepEqual([fields.replyTo, fields.subject, fields.next, fields.trapped], ['a@b', 'Hi', '/thanks', false]);
  assert.ok(fields.notStored.has('_next') && !fields.notStored.has('email'));
  assert.equal(compatFields(form, [{ name: '_gotcha', value: 'x' }]).trapped, true);
});

void test('Netlify’s hidden subject is the notification’s, a visible one is the visitor’s', () => {
  const hidden = formOf('<input type=hidden name=subject value="New %{formName}">', 'method=post netlify');
  const visible = formOf('<input name=subject>', 'method=post netlify');
  const entries = [{ name: 'subject', value: 'Hello' }];
  assert.equal(compatFields(hidden, entries).subject, 'Hello');
  assert.equal(compatFields(visible, entries).subject, undefined);
});

/* ---- lint ---- */

for (const [html, codes] of [
  ['<form method=post><input name=a></form>', []],
  ['<form><input name=a></form>', ['forms/no-method']],
  ['<form role=search><input name=a></form>', []],
  ['<form><input type=search name=q></form>', []],
  ['<form method=post><input id=email></form>', ['forms/no-name']],
  ['<form method=post><input></form>', ['forms/no-name']],
  ['<form method=post><button>Go</button></form>', []],
  ['<form method=post><input type=submit name=submit></form>', ['forms/named-submit']],
  ['<form method=post><input type=password name=p></form>', ['forms/password']],
  ['<form method=post><input name=card autocomplete="billing cc-number"></form>', ['forms/card-number']],
  ['<form method=post><input name=a pattern="[a-z-]"></form>', ['forms/invalid-pattern']],
  ['<form method=post><input name=a minlength=5 maxlength=3></form>', ['forms/contradictory-length']],
  ['<form method=post><input type=number name=a min=5 max=3></form>', ['forms/contradictory-range']],
  ['<form method=post><input type=range name=a min=5 max=3></form>', ['forms/contradictory-range']],
  ['<form method=post><input type=time name=a min=22:00 max=02:00></form>', []],
  [
    '<form method=post><input type=number name=a min=one step=0></form>',
    ['forms/ignored-limit', 'forms/ignored-limit'],
  ],
  ['<form method=post><input type=date name=a min=tomorrow></form>', ['forms/ignored-limit']],
  ['<form method=post><input type=range name=a max=x></form>', ['forms/ignored-limit']],
  ['<form method=post><input type=number name=a value=7 step=5 min=0></form>', ['forms/invalid-default']],
  ['<form method=post><input type=hidden name=total></form>', ['forms/hidden-by-script']],
  ['<form method=post><input type=hidden name=total data-attr-value="{total}"></form>', []],
  ['<form method=post><input type=file name=a></form>', ['forms/file-without-multipart']],
  ['<form method=post enctype=text/plain><input name=a></form>', ['forms/text-plain']],
  ['<form method=post netlify-honeypot=pot><input name=a></form>', ['forms/trap-missing']],
  ['<form method=post><select name=a></select></form>', ['forms/no-options']],
  ['<form method=post><input type=radio name=a></form>', ['forms/radio-without-value']],
  ['<form method=post><input name=__proto__></form>', ['forms/bad-name']],
] as const) {
  void test(`lint of ${html}: ${codes.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(
      lintForm(formsOf(html)[0]!).map(({ code }) => code),
      codes,
    );
  });
}

void test('passwords belong to user and session', () => {
  const form = formOf('<input type=password name=password>');
  assert.deepEqual(lintForm(form, { table: 'session' }), []);
  assert.equal(lintForm(form, { table: 'message' })[0]?.severity, 'error');
});

void test('a pattern that only lacks an escape is mended', () => {
  const [found] = lintForm(formOf('<input name=a pattern="[A-Za-z0-9._%+-]+@[a-z.-]+">'));
  assert.equal(found?.fix, 'Write `[A-Za-z0-9._%+\\-]+@[a-z.\\-]+`.');
});
