// Fills the table `news` of a data folder through the write path: node fill-rows.ts DATA COUNT
import { openData } from '../src/server/index.ts';
import { memoryLog, systemClock, systemRandom } from '../src/std/index.ts';

const ROWS_PER_CHANGE = 500;

const [dataDir = '', count = '0'] = process.argv.slice(2);
const data = await openData({ dataDir, clock: systemClock, random: systemRandom, log: memoryLog(), program: 'bench' });
const total = Number(count);
for (let made = 0; made < total; made += ROWS_PER_CHANGE) {
  const writes = Array.from({ length: Math.min(ROWS_PER_CHANGE, total - made) }, (_, index) => ({
    operation: 'insert' as const,
    table: 'news',
    values: { title: `News ${made + index}` },
  }));
  const outcome = await data.tables.write({ kind: 'system', id: 'bench', roles: [] }, writes);
  if (!outcome.ok) throw new Error(`The rows from ${made} on were refused.`);
}
await data.close();
