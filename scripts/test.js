// Runs every test beside the code and in test/. `npm test -- src/html` narrows it to a folder or file.
import { spawnSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';

const asked = process.argv.slice(2);
const roots = asked.length > 0 ? asked : ['src', 'test'];
const files = roots
  .flatMap((root) => (statSync(root).isDirectory() ? globSync(`${root}/**/*.test.ts`) : [root]))
  .sort();
if (files.length === 0) {
  console.error(`No test files in ${roots.join(', ')}.`);
  process.exit(1);
}
const run = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-timeout=600000', ...files], {
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
