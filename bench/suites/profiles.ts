import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { burst } from '../load.ts';
import type { Load } from '../load.ts';
import { nodePath } from '../machine.ts';
import { startProgram } from '../process.ts';
import type { Section, Table } from '../report.ts';
import type { Suite, SuiteOptions } from './suite.ts';

const bin = new URL('../../bin/backlot.js', import.meta.url).pathname;
const home = new URL('../../', import.meta.url).pathname;
const form = 'name=Ada+NUMBER&email=ada%40example.org&guests=4&body=A+table+in+the+garden%2C+please.';
const FUNCTIONS_MAX = 12;

const paths = [
  { name: 'a page from the cache', site: '../../examples/trattoria', env: {}, load: { url: '/menu', status: 200 } },
  {
    name: 'a page made anew',
    site: '../sites/fortunes',
    env: { BACKLOT_CACHE_BYTES_MAX: '0' },
    load: { url: '/', status: 200 },
  },
  { name: 'a form stored', site: '../sites/message', env: {}, load: { url: '/?form=message', form, status: 303 } },
] as const;

/** Where the time of the three hot paths goes. */
export const profiles: Suite = { name: 'profiles', run };

async function run(options: SuiteOptions): Promise<Section> {
  const tables: Table[] = [];
  for (const [index, path] of paths.entries()) tables.push(await profileOf(options, index, path));
  return {
    title: 'Where the time goes',
    text: 'Processor profiles of the server under 64 clients: the functions that it was found in most often, of the samples in which it was not idle.',
    tables,
    verdicts: [],
  };
}

async function profileOf(
  { folder, seconds }: SuiteOptions,
  index: number,
  { name, site, env, load }: (typeof paths)[number],
): Promise<Table> {
  const profile = join(folder, `profile-${index}`);
  const server = await startProgram(
    nodePath(),
    (port) => [
      '--cpu-prof',
      `--cpu-prof-dir=${profile}`,
      bin,
      'serve',
      new URL(site, import.meta.url).pathname,
      '--data',
      join(folder, `data-${index}`),
      '--port',
      String(port),
    ],
    { env: { BACKLOT_RATE_LIMIT: 'off', ...env } },
  );
  try {
    const asked: Omit<Load, 'url'> & { readonly url: string } = { connections: 64, seconds: seconds + 2, ...load };
    await burst({ ...asked, url: server.origin + load.url });
  } finally {
    await server.stop();
  }
  const files = await readdir(profile);
  const texts = await Promise.all(files.map((file) => readFile(join(profile, file), 'utf8')));
  // Workers write profiles of their own: the server's is the one with most in it.
  const [longest = '{}'] = texts.toSorted((a, b) => b.length - a.length);
  return { head: [name, 'share'], rows: hottest(JSON.parse(longest) as Profile) };
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
}

function hottest({ nodes, samples }: Profile): string[][] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const counts = new Map<string, number>();
  let busy = 0;
  for (const sample of samples) {
    const frame = frames.get(sample);
    if (!frame || frame.functionName === '(idle)' || frame.functionName === '(root)') continue;
    busy++;
    const place =
      frame.url === '' ? '' : ` ${frame.url.replace('file://', '').replace(home, '')}:${frame.lineNumber + 1}`;
    const label = `\`${frame.functionName || '(anonymous)'}\`${place}`;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, FUNCTIONS_MAX)
    .map(([label, count]) => [label, `${((100 * count) / busy).toFixed(1)} %`]);
}
