import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { defaultFormLimits } from '../src/forms/index.ts';
import { serveFiles } from './served.ts';

/** What a section of the page language shows: files, and what a visitor gets at some addresses. */
interface Example {
  readonly name: string;
  readonly pages: Record<string, string>;
  readonly served: { readonly path: string; readonly html: string }[];
}

const fences = /^## (.+)$|^```html (page|served) (\S+)\n([\s\S]*?)^```$/gm;

/**
 * Reads the examples of a document: blocks "html page FILE", then "html served ADDRESS". A page after a served block
 * begins the next example.
 */
function examplesIn(document: string): Example[] {
  const examples: Example[] = [];
  let section = '';
  for (const [, heading, kind, place = '', html = ''] of document.matchAll(fences)) {
    const last = examples.at(-1);
    if (heading !== undefined) section = heading;
    else if (kind === 'served') last?.served.push({ path: place, html });
    else if (last && last.served.length === 0) last.pages[place] = html;
    else examples.push({ name: `${section}, ${place}`, pages: { [place]: html }, served: [] });
  }
  return examples;
}

function documentNamed(name: string): string {
  return readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8');
}

const examples = examplesIn(documentNamed('page-language'));

for (const { name, pages, served } of examples) {
  void test(`the page language, ${name}: served as the document shows`, async (t) => {
    const site = await serveFiles(t, pages);
    for (const { path, html } of served) {
      const answer = await site.get(path);
      assert.equal(await answer.text(), html, `${path} of ${name}; ${site.notices.join('\n')}`);
    }
  });
}

void test('every one of the ten attributes has an example', () => {
  const shown = examples.flatMap(({ pages }) => Object.values(pages)).join('\n');
  for (const mark of ['list', 'row', 'save', 'if', 'text', 'attr-', 'class', 'format', 'part', 'as']) {
    assert.match(shown, new RegExp(`data-${mark}`));
  }
  assert.ok(examples.every(({ served }) => served.length > 0));
});

const forms = documentNamed('forms');

/** The blocks of one kind in the forms reference, in order. */
function blocksOf(kind: string): string[] {
  return Array.from(
    forms.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')),
    ([, block = '']) => block,
  );
}

void test('the forms reference shows the JSON that scripts get', async (t) => {
  const [form = ''] = blocksOf('html');
  const [saved = '', refused = ''] = blocksOf('json');
  const site = await serveFiles(t, { 'contact.html': form, 'thanks.html': '<p>Thank you.' });
  const fields = { name: 'Ada', email: 'ada@example.org', body: 'A table by the window.' };
  const headers = { accept: 'application/json' };
  const right = await site.post('/contact?form=message', fields, headers);
  const { id, ...answer } = (await right.json()) as { id: string };
  assert.match(id, /^[0-9a-f-]{36}$/);
  const { id: _example, ...expected } = JSON.parse(saved) as { id: string };
  assert.deepEqual([right.status, answer], [200, expected]);
  const wrong = await site.post('/contact?form=message', { ...fields, email: 'ada' }, headers);
  assert.deepEqual([wrong.status, await wrong.json()], [422, JSON.parse(refused)]);
});

void test('the forms reference states the limits in force', () => {
  for (const [label, limit] of [
    ['fields', defaultFormLimits.fieldsMax.toLocaleString('en')],
    ['text in all', `${defaultFormLimits.textBytesMax / 1024} KB`],
    ['one file', `${defaultFormLimits.fileBytesMax / 1024 ** 2} MB`],
    ['files', String(defaultFormLimits.filesMax)],
    ['the whole form', `${defaultFormLimits.bodyBytesMax / 1024 ** 2} MB`],
    ['a field’s name', `${defaultFormLimits.nameBytesMax} bytes`],
  ]) {
    assert.ok(forms.includes(`| ${label} | ${limit} |`), label);
  }
});
