import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { command } from '../../test/rows.ts';
import { commands } from './commands.ts';
import type { Command } from './command.ts';
import { helpOption } from './read-input.ts';

const reference = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

function optionsOf({ options }: Command): string[] {
  return Object.keys({ ...options, ...helpOption });
}

/** The part of docs/cli.md about one command: from its heading to the next of any command or part. */
function sectionOf(name: string): string {
  return new RegExp(`^### ${name}\\n([\\s\\S]*?)(?=^##|(?![\\s\\S]))`, 'm').exec(reference)?.[1] ?? '';
}

void test('the general help lists every command with what it does', async () => {
  const { code, stdout } = await command(['--help']);
  assert.equal(code, 0);
  const lines = stdout.split('\n');
  for (const { name, summary } of commands) {
    assert.ok(
      lines.some((line) => line.startsWith(`  ${name} `) && line.endsWith(`  ${summary}`)),
      name,
    );
  }
});

void test('the reference has a section for every command, and for no other', () => {
  const sections = Array.from(reference.matchAll(/^### (.+)$/gm), ([, name]) => name);
  assert.deepEqual(new Set(sections), new Set(commands.map(({ name }) => name)));
  assert.equal(sections.length, commands.length);
});

for (const one of commands) {
  void test(`backlot ${one.name} --help names each of its options and an example`, async () => {
    const { code, stdout, stderr } = await command([one.name, '--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, new RegExp(`^usage: backlot ${one.name}`));
    for (const name of optionsOf(one)) assert.match(stdout, new RegExp(`^  (-\\w, )?--${name}\\b`, 'm'));
    assert.match(stdout, new RegExp(`^example: backlot ${one.name}`, 'm'));
    assert.ok(stdout.split('\n').every((line) => line.length <= 110));
  });

  void test(`the reference names each option of ${one.name}, no other, and shows an example`, () => {
    const section = sectionOf(one.name);
    const rows = Array.from(section.matchAll(/^\| `(?:-\w, )?--([\w-]+)/gm), ([, name]) => name);
    assert.deepEqual(rows, Object.keys(one.options));
    assert.match(section, new RegExp(`^\`\`\`sh\\n(?:npx )?backlot ${one.name}`, 'm'));
    for (const [name, { summary }] of Object.entries(one.options)) {
      assert.ok(section.includes(summary), `--${name}: ${summary}`);
    }
  });
}
