// `npm start` serves the example, `npm start -- path/to/site` serves that folder.
const asked = process.argv.slice(2);
const valued = new Set(['--data', '--port', '--host', '--database', '--site']);
const hasSite = asked.some((word, i) => !word.startsWith('-') && !valued.has(asked[i - 1] ?? ''));
process.argv = [...process.argv.slice(0, 2), 'serve', ...(hasSite ? [] : ['examples/trattoria']), ...asked];
await import('../bin/backlot.js');
