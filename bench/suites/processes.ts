import { join } from 'node:path';
import { startPostgres } from '../../test/postgres.ts';
import { burst } from '../load.ts';
import { LOAD_CORE, SERVER_CORE } from '../machine.ts';
import { startBacklot } from '../process.ts';
import { written } from '../report.ts';
import type { Section } from '../report.ts';
import { figureOf } from '../rounds.ts';
import type { Suite, SuiteOptions } from './suite.ts';

const site = new URL('../sites/message', import.meta.url).pathname;
const form = 'name=Ada+NUMBER&email=ada%40example.org&guests=4&body=A+table+in+the+garden%2C+please.';

/** Two servers on one PostgreSQL. */
export const processes: Suite = { name: 'processes', run };

async function run({ folder, rounds, seconds }: SuiteOptions): Promise<Section> {
  const postgres = await startPostgres();
  const database = await postgres.createDatabase();
  const one = await startBacklot(site, { data: join(folder, 'one'), database });
  const two = await startBacklot(site, { data: join(folder, 'two'), database }, { core: LOAD_CORE });
  try {
    const single: number[] = [];
    const both: number[] = [];
    const post = async (origin: string, connections: number): Promise<number> =>
      (await burst({ url: `${origin}/?form=message`, connections, seconds, form, status: 303 })).perSecond;
    for (let round = 0; round < rounds; round++) {
      single.push(await post(one.origin, 64));
      const [first, second] = await Promise.all([post(one.origin, 32), post(two.origin, 32)]);
      both.push(first + second);
    }
    const figures = [figureOf('one process, 64 clients', single), figureOf('two processes, 32 clients each', both)];
    return {
      title: 'Two processes on PostgreSQL',
      text: `Forms posted to one and to two servers on the same database. One server runs on core ${SERVER_CORE}; the second shares core ${LOAD_CORE} with the load, and PostgreSQL runs on both, so on two cores this shows what sharing a database costs, not what a second machine brings.`,
      tables: [
        {
          head: ['posts a second', 'median', 'spread'],
          rows: figures.map(({ name, median, least, most }) => [
            name,
            written(median),
            `${written(least)} to ${written(most)}`,
          ]),
        },
      ],
      verdicts: [],
    };
  } finally {
    await one.stop();
    await two.stop();
    await postgres.stop();
  }
}
