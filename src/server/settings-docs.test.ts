import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { settingDefinitions } from './settings.ts';

const docs = await readFile(new URL('../../docs/settings.md', import.meta.url), 'utf8');
const rows = new Map(
  [...docs.matchAll(/^\| `(\w+)` \| `(\w+)` \| (.+?) \| (.+?) \|$/gm)].map(([, name, variable, takes, fallback]) => [
    name,
    { variable, takes, fallback },
  ]),
);

test('docs/settings.md lists every setting there is, and no other', () => {
  assert.deepEqual([...rows.keys()], Object.keys(settingDefinitions));
});

for (const [name, definition] of Object.entries(settingDefinitions)) {
  test(`docs/settings.md says of ${name} what the program says`, () => {
    const row = rows.get(name);
    assert.equal(row?.variable, definition.variable);
    assert.equal(row?.takes, definition.takes);
    const { fallback } = definition;
    const none = fallback === '' || (Array.isArray(fallback) && fallback.length === 0);
    if (name !== 'timeZone') assert.equal(row?.fallback, none ? 'none' : `\`${String(fallback)}\``);
    assert.match(docs, new RegExp(`\\*\\*.*\`${name}\`.*\\*\\*`));
  });
}
