import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parsePage } from '../html/index.ts';
import { withSystemColumns } from '../schema/index.ts';
import type { Table } from '../schema/index.ts';
import { mailTable } from './mail-table.ts';
import { checkNewSubmission, newSubmissionMails } from './new-submission.ts';
import type { NewSubmission } from './new-submission.ts';
import { plainText } from './plain-text.ts';
import type { RenderedMail } from './template.ts';

const { subject } = mailTable.columns;
const message: Table = {
  ...mailTable,
  name: 'message',
  owner: 'site',
  columns: withSystemColumns({ name: { ...subject!, name: 'name', sqlName: 'name' } }, false),
};
const schema = { tables: { message } };
const submission: NewSubmission = {
  form: 'contact',
  site: 'example.org',
  page: '/contact',
  received: '2027-01-05T10:30:00.000Z',
  link: 'https://example.org/admin',
  fields: [
    { name: 'name', label: 'Your name', value: 'Ada <b>' },
    { name: 'text', label: 'Message', value: 'One\n\n  two & three' },
  ],
  row: { id: '1', name: 'Ada <b>' },
  table: message,
};

function render(page?: string, more: Partial<NewSubmission> = {}, lang = 'en'): RenderedMail {
  const options = { page, lang, schema, timeZone: 'Europe/Rome', nowMs: Date.UTC(2027, 0, 5, 12) };
  return newSubmissionMails().render({ ...submission, ...more }, options);
}

test('our page says what was sent, from where and when, and leads to the admin', () => {
  const mail = render();
  assert.equal(mail.subject, 'New submission: contact – example.org');
  assert.match(
    mail.text,
    /^contact\n\nYour name: Ada <b>\nMessage: One\n\n {2}two & three\n\nReceived: .*2027.*11:30.*\nPage: \/contact\n\nOpen in the admin \(https:\/\/example\.org\/admin\)$/,
  );
  assert.match(mail.html, /Ada &lt;b&gt;/);
});

test('it is German for a German form, and leads nowhere while the address is not known', () => {
  const mail = render(undefined, { link: null }, 'de-AT');
  assert.equal(mail.subject, 'Neue Einsendung: contact – example.org');
  assert.doesNotMatch(mail.html, /<a /);
});

test('a page of the author’s shows rows, conditions, filtered and sorted lists', () => {
  const page = `<title data-row=message data-text="From {name}">x</title>
<div data-row=message><p data-if="name.like=ada">Ada!</p><p data-if="name=Bob">Bob!</p></div>
<ol data-list="field?sort=-label"><li itemscope data-class="odd?odd"><b data-text="{index}. {label}">x</b></ol>
<p data-row=submission><time itemprop=received data-format="date:d.M.yyyy" datetime="2020-01-01T00:00Z">x</time></p>`;
  assert.deepEqual(checkNewSubmission(page, schema, 'UTC'), []);
  const { subject: title, text } = render(page);
  assert.equal(title, 'From Ada <b>');
  assert.equal(text, 'Ada!\n\n- 1. Your name\n- 2. Message\n\n5.1.2027');
});

test('faults of the author’s page are told with their place, and ours is used', () => {
  const page =
    '<title>x</title>\n<p data-row=message><b itemprop=nmae>x</b></p><p data-row=dish ><b itemprop=name data-if=nome>x</b></p>';
  const faults = checkNewSubmission(page, schema, 'UTC').map(({ message: said, at }) => `${at?.line}: ${said}`);
  assert.deepEqual(faults.toSorted(), [
    '2: The table `dish` is not known in this mail.',
    '2: `name` is not known in this mail.',
    '2: `nmae` is not known in this mail.',
    '2: “nome” is not known here.',
  ]);
  assert.match(render(page).subject, /^New submission/);
});

test('the page that the documentation shows can be used', () => {
  const documented = readFileSync(new URL('../../docs/mail.md', import.meta.url), 'utf8');
  const page = /^```html\n([\s\S]*?)^```$/m.exec(documented)?.[1] ?? '';
  assert.deepEqual(checkNewSubmission(page, schema, 'UTC'), []);
  const mail = render(page);
  assert.equal(mail.subject, 'contact: a message for example.org');
  assert.match(mail.text, /^From Ada <b>\n\nYour name: Ada <b>\nMessage: One\n/);
});

function textOf(html: string): string {
  const { elements } = parsePage({ file: 'mail.html', text: html });
  return plainText(elements[0]!);
}

for (const [html, text] of [
  ['<p>One\n two<p>Three', 'One two\n\nThree'],
  ['a<br>b', 'a\nb'],
  ['<style>p{}</style><script>x</script><p hidden>no</p>yes', 'yes'],
  ['<ul><li>a<li>b</ul>c', '- a\n- b\n\nc'],
  ['<table><tr><th>A<td>1<tr><th>B<td>2</table>', 'A: 1\nB: 2'],
  [
    '<a href="https://x.example/">here</a> <a href="https://y.example/">https://y.example/</a>',
    'here (https://x.example/) https://y.example/',
  ],
  ['<pre>a\n  b</pre>', 'a\n  b'],
  ['<img src=x alt=Logo><b>x</b> <i>y</i>', 'Logox y'],
] as const) {
  test(`as text: ${html}`, () => assert.equal(textOf(html), text));
}
