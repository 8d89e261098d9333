import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePage } from './compile.ts';
import { put, rendered, template } from './fixtures.ts';
import type { DataOptions } from './fixtures.ts';
import { readPage } from './read.ts';
import type { ControlState } from './template.ts';

/** A page without rows, one of its forms in this state. */
function form(
  page: string,
  controls: Record<number, ControlState>,
  action?: string,
  options: DataOptions = {},
): string {
  return rendered(page, {}, { ...options, forms: { 0: { ...(action === undefined ? {} : { action }), controls } } });
}

void test('a posted form leads to the address it is given; without one it stays as it is', () => {
  const page = '<form method=POST action="thanks.html"><input name=a></form>';
  assert.equal(put(page), page);
  assert.equal(
    form(page, {}, '/contact?form=a&b'),
    '<form method=POST action="/contact?form=a&amp;b"><input name=a></form>',
  );
  assert.equal(form('<form method=post></form>', {}, '/c'), '<form method=post action="/c"></form>');
});

void test('a delete button gets its own address', () => {
  const page = '<form method=post><button formaction="?delete">x</button></form>';
  assert.equal(
    rendered(page, {}, { forms: { 0: { action: '/a', deleteAction: '/a?delete', controls: {} } } }),
    '<form method=post action="/a"><button formaction="/a?delete">x</button></form>',
  );
});

void test('what was sent is kept in every kind of control', () => {
  const page =
    '<form method=post><input name=a value=x><textarea name=b>\nold</textarea><select name=c><option>1<option value=2 selected>two</select><input type=checkbox name=d value=1 checked><input type=radio name=e value=1><input type=radio name=e value=2 checked></form>';
  assert.equal(
    form(page, {
      0: { value: '"y' },
      1: { value: '\nnew</textarea>' },
      2: { selected: ['1'] },
      3: { checked: false },
      4: { checked: true },
      5: { checked: false },
    }),
    '<form method=post><input name=a value="&quot;y"><textarea name=b>\n\nnew&lt;/textarea&gt;</textarea><select name=c><option selected>1<option value=2>two</select><input type=checkbox name=d value=1><input type=radio name=e value=1 checked><input type=radio name=e value=2></form>',
  );
});

void test('passwords and files are never filled', () => {
  const page = '<form method=post><input type=password name=a><input type=file name=b></form>';
  assert.equal(form(page, { 0: { value: 'secret' }, 1: { value: 'x' } }), page);
});

void test('a GET form shows the values in force', () => {
  const page =
    '<form><input name=q value=""><input name="price.max"></form><ul data-list="dish"><li itemscope itemprop=x></ul>';
  assert.ok(
    form(page, { 1: { value: '15' } }).startsWith(
      '<form><input name=q value=""><input name="price.max" value="15"></form>',
    ),
  );
});

void test('a message stands in a paragraph after the control, or after its label, which the control names', () => {
  assert.equal(
    form('<form method=post><label>G <input name=guests value=2></label> <input name=b></form>', {
      0: { value: '40', message: 'At most <12>.' },
      1: { message: 'No.' },
    }),
    '<form method=post><label>G <input name=guests value="40" aria-invalid="true" aria-describedby="guests-error"></label><p id="guests-error" class="error">At most &lt;12&gt;.</p> <input name=b aria-invalid="true" aria-describedby="b-error"><p id="b-error" class="error">No.</p></form>',
  );
});

void test('descriptions that are there already stay, and ids in use are avoided', () => {
  assert.equal(
    form('<form method=post><input name=a aria-describedby="hint"><i id=hint></i><i id="a-error"></i></form>', {
      0: { message: 'No.' },
    }),
    '<form method=post><input name=a aria-describedby="hint a-error-2" aria-invalid="true"><p id="a-error-2" class="error">No.</p><i id=hint></i><i id="a-error"></i></form>',
  );
});

void test('a message never stands in a paragraph, which it would end', () => {
  assert.equal(
    form('<form method=post><p><label>A <input name=a></label> hint</p></form>', { 0: { message: 'No.' } }),
    '<form method=post><p><label>A <input name=a aria-invalid="true" aria-describedby="a-error"></label> hint</p><p id="a-error" class="error">No.</p></form>',
  );
});

void test('the element of aria-errormessage is shown; its own text stays, an empty one gets the message', () => {
  assert.equal(
    form('<form method=post><input name=a aria-errormessage=e><p id=e hidden>Ours.</p></form>', {
      0: { message: 'No.' },
    }),
    '<form method=post><input name=a aria-errormessage=e aria-invalid="true"><p id=e>Ours.</p></form>',
  );
  assert.equal(
    form('<form method=post><input name=a aria-errormessage=e><p id=e hidden></p></form>', {
      0: { message: 'No & no.' },
    }),
    '<form method=post><input name=a aria-errormessage=e aria-invalid="true"><p id=e>No &amp; no.</p></form>',
  );
});

void test('radio buttons of one name share one message, after the last of them', () => {
  assert.equal(
    form(
      '<form method=post><label><input type=radio name=r value=1>1</label><label><input type=radio name=r value=2>2</label></form>',
      { 0: { message: 'Choose.' } },
    ),
    '<form method=post><label><input type=radio name=r value=1 aria-invalid="true" aria-describedby="r-error">1</label><label><input type=radio name=r value=2 aria-invalid="true" aria-describedby="r-error">2</label><p id="r-error" class="error">Choose.</p></form>',
  );
});

void test('an element that is hidden in the file for a state stays there, hidden, until the state is reached', () => {
  const page = '<p data-if="saved=entry" hidden>Thanks</p><form method=post></form>';
  assert.equal(put(page), page);
  assert.equal(
    rendered(page, {}, { names: { saved: 'entry' } }),
    '<p data-if="saved=entry">Thanks</p><form method=post></form>',
  );
});

void test('a form that saves the row around it shows the row’s values', () => {
  const page =
    '<main data-row="dish?slug"><form method=post data-save=dish><input name=title value="A"><textarea name=text>B</textarea><input type=checkbox name=hot checked><select name=size><option>S<option selected>L</select></form></main>';
  assert.equal(put(page), page);
  assert.deepEqual(readPage(template(page)).rows[1]?.[0]?.values['title'], 'A');
  assert.equal(
    rendered(page, { 1: [{ values: { title: 'X', text: '<Y>', hot: false, size: 'S' } }] }),
    '<main data-row="dish?slug"><form method=post data-save=dish><input name=title value="X"><textarea name=text>&lt;Y&gt;</textarea><input type=checkbox name=hot><select name=size><option selected>S<option>L</select></form></main>',
  );
});

void test('a form that saves another table stays empty', () => {
  const page =
    '<main data-row="dish?slug"><b itemprop=title>A</b><form method=post data-save=review><input name=title></form></main>';
  assert.ok(rendered(page, { 1: [{ values: { title: 'X' } }] }).includes('<input name=title></form>'));
});

void test('a form in a row belongs to that row', () => {
  const page =
    '<ul data-list="dish"><li itemscope><b itemprop=name>A</b><form method=post data-save=dish><input name=name></form></li></ul>';
  const rows = ['x', 'y'].map((id) => ({ id, values: { name: id } }));
  const html = rendered(
    page,
    { 1: rows },
    {
      forms: {
        '0 x': { action: '/x', controls: {} },
        '0 y': { action: '/y', controls: { 0: { value: 'Z', message: 'No.' } } },
      },
    },
  );
  assert.ok(html.includes('action="/x"><input name=name value="x"></form>'));
  assert.ok(
    html.includes(
      'action="/y"><input name=name value="Z" aria-invalid="true" aria-describedby="name-error-y"><p id="name-error-y" class="error">No.</p></form>',
    ),
  );
});

void test('options of a select come from rows, and the one of the row around is selected', () => {
  const page =
    '<main data-row="dish?slug"><form method=post data-save=dish><select name=topic data-list=topic><option itemscope value=1 data-attr-value="{id}" data-text="{name}">Table</option></select></form></main>';
  const html = rendered(page, {
    1: [
      {
        values: { topic: 't2' },
        scopes: {
          2: [
            { id: 't1', values: { name: 'A' } },
            { id: 't2', values: { name: 'B' } },
          ],
        },
      },
    ],
  });
  assert.ok(
    html.includes(
      '<option itemscope value="t1" data-attr-value="{id}" data-text="{name}">A</option><option itemscope value="t2" data-attr-value="{id}" data-text="{name}" selected>B</option>',
    ),
  );
});

void test('controls in the items of a list in a form are named by table and row', () => {
  const page =
    '<form method=post data-save=cart><ul data-list=line><li itemscope><input name=quantity value=1></li></ul></form>';
  const html = rendered(
    page,
    { 1: [{ id: 'u1', values: { quantity: 3 } }] },
    { forms: { 0: { controls: {}, items: { u1: { 0: { value: '9', message: 'No.' } } } } } },
  );
  assert.ok(html.includes('<input name="line.u1.quantity" value="9" aria-invalid="true"'));
  assert.equal(template(page).forms[0]?.holdsList, true);
});

void test('forms keep their numbers, those of decoration too', () => {
  const page =
    '<ul data-list=dish><li itemscope><b itemprop=name>A</b><form method=post name=a></form></li><li itemscope><form method=post name=b></form></li></ul><form method=get name=c></form>';
  const { template: compiled } = compilePage({ file: 'a.html', text: page });
  assert.deepEqual(
    compiled.forms.map(({ index, name, scope, decoration }) => [index, name, scope, decoration ?? false]),
    [
      [0, 'a', 1, false],
      [1, 'b', 1, true],
      [2, 'c', 0, false],
    ],
  );
});
