// `npm start` serves the example, `npm start -- path/to/site` serves that folder. Plain JavaScript: the Node that runs
// it may be too old for the rest, which bin/backlot.js says.
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// npm runs this in the folder of the package; paths are meant from where npm was called.
process.chdir(process.env.INIT_CWD || process.cwd());

const asked = process.argv.slice(2);
const valued = new Set(['--data', '--port', '--host', '--database']);
const hasSite = asked.some((word, i) => !word.startsWith('-') && !valued.has(asked[i - 1] || ''));
const example = relative(process.cwd(), join(root, 'examples', 'trattoria')) || '.';
process.argv = [...process.argv.slice(0, 2), 'serve', ...(hasSite ? [] : [example]), ...asked];
await import('../bin/backlot.js');
