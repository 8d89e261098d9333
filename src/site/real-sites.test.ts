import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkSite } from './check.ts';
import { loadSite } from './load.ts';
import { formNotices } from './notices.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Static sites as they are published, and how many of their forms cannot work as they stand. */
const published: Record<string, number> = {
  'startbootstrap-agency': 1,
  'startbootstrap-business-casual': 0,
  'startbootstrap-clean-blog': 1,
  'startbootstrap-freelancer': 1,
  'startbootstrap-shop-homepage': 0,
};

for (const [name, forms] of Object.entries(published)) {
  void test(`${name} is served as it is, with a word on its forms`, async () => {
    const site = await loadSite({ dir: path.join(root, 'node_modules', name, 'dist') });
    assert.equal(site.pages.size, 0);
    assert.deepEqual(site.diagnostics, []);
    assert.deepEqual(Object.keys(site.schema.tables), []);
    assert.equal((await formNotices(site)).length, forms);
    const problems = (await checkSite(site)).filter(({ code }) => code !== 'site/form-not-posted');
    assert.deepEqual(problems, []);
  });
}

void test('a form of a published site works once it has a method and names', async (t) => {
  const { folderWith } = await import('./fixtures.ts');
  const file = path.join(root, 'node_modules/startbootstrap-clean-blog/dist/contact.html');
  const html = (await readFile(file, 'utf8'))
    .replace('<form id="contactForm"', '<form method="post" id="contactForm"')
    .replaceAll(/(<(?:input|textarea) class="form-control" id="(\w+)")/gv, '$1 name="$2"');
  const site = await loadSite({ dir: await folderWith(t, { 'contact.html': html }) });
  assert.deepEqual(site.diagnostics, []);
  const [form] = site.pages.get('contact.html')?.forms ?? [];
  assert.equal(form?.table, 'contactform');
  assert.deepEqual(Object.values(form.columns), ['name', 'email', 'phone', 'message']);
});
