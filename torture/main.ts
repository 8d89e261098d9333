// npm run torture: fails the program in every way, and shows that no acknowledged write is lost.
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { dataScenarios } from './data-scenarios.ts';
import { tortureDecoders } from './decoding.ts';
import { diskKillScenario } from './disk-kill.ts';
import { diskScenarios } from './disk-scenarios.ts';
import { killScenarios } from './kill-scenarios.ts';
import { resultsPage, table, verdictOf } from './results.ts';
import type { Line } from './results.ts';
import type { Scenario } from './scenario.ts';
import { seeded } from './seeded.ts';
import { makeTemplate, runFolder } from './world.ts';
import type { DatabaseKind } from './world.ts';

const usage = `npm run torture -- [options]

  --only NAME,…      these scenarios; without it, all. decoders, alone: feeds every decoder with broken input
  --database KIND    sqlite or postgres; without it, both
  --cycles N         failures in each scenario; without it, over 2,000 in all. Inputs for each decoder: 100,000
  --seed TEXT        what to draw from; without it, something new, which is printed
  --results FILE     where the table goes; default with all scenarios: torture/RESULTS.md
  --list             names the scenarios
`;

const scenarios: readonly Scenario[] = [...killScenarios, ...dataScenarios, ...diskScenarios, diskKillScenario];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    database: { type: 'string' },
    cycles: { type: 'string' },
    seed: { type: 'string' },
    results: { type: 'string' },
    list: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help === true) {
  process.stdout.write(usage);
} else if (values.list === true) {
  for (const { name, what, databases } of scenarios)
    process.stdout.write(`${name} (${databases.join(', ')}): ${what}\n`);
} else if (values.only === 'decoders') {
  const seed = values.seed ?? randomBytes(4).toString('hex');
  process.exitCode = (await tortureDecoders(seed, Number(values.cycles ?? 100_000))) ? 0 : 1;
} else {
  process.exitCode = await torture();
}

async function torture(): Promise<number> {
  const seed = values.seed ?? randomBytes(4).toString('hex');
  const names = values.only?.split(',');
  const chosen = scenarios.filter(({ name }) => names?.includes(name) ?? true);
  const unknown = names?.filter((name) => !scenarios.some((scenario) => scenario.name === name)) ?? [];
  if (unknown.length > 0) {
    process.stderr.write(`There is no scenario ${unknown.join(', ')}. --list names them.\n`);
    return 2;
  }
  const kinds = (['sqlite', 'postgres'] as const).filter(
    (kind) => values.database === undefined || values.database === kind,
  );
  const parent = await runFolder();
  process.stdout.write(`seed ${seed}, folders in ${parent}\n`);
  const lines: Line[] = [];
  const file = values.results ?? (names || values.database ? undefined : new URL('RESULTS.md', import.meta.url));
  // After each scenario: a run of an hour may be interrupted.
  const add = async (line: Line): Promise<void> => {
    lines.push(line);
    const date = new Date().toISOString().slice(0, 10);
    if (file !== undefined) await writeFile(file, resultsPage(lines, seed, date));
  };
  for (const kind of kinds) {
    const fitting = chosen.filter(({ databases }) => databases.includes(kind));
    if (fitting.length > 0) await tortureOne(kind, fitting, parent, seed, add);
  }
  process.stdout.write(`\n${table(lines)}\n\nseed ${seed}\n`);
  const isBroken = lines.some(({ result }) => verdictOf(result) === 'FAILED');
  if (!isBroken) await rm(parent, { recursive: true, force: true });
  return isBroken ? 1 : 0;
}

async function tortureOne(
  kind: DatabaseKind,
  fitting: readonly Scenario[],
  parent: string,
  seed: string,
  add: (line: Line) => Promise<void>,
): Promise<void> {
  let isKept = false;
  const template = await makeTemplate(parent, kind);
  try {
    for (const scenario of fitting) {
      const { name, what } = scenario;
      const say = (line: string): void => void process.stdout.write(`${name} ${kind}: ${line}\n`);
      const begunMs = performance.now();
      const cycles = values.cycles === undefined ? scenario.cycles : Number(values.cycles);
      const result = await scenario.run({ template, parent, random: seeded(seed), cycles, say });
      const { verdict, failed } = result;
      for (const [fault, problems] of Object.entries(verdict)) {
        for (const problem of (problems as readonly string[]).slice(0, 10)) say(`${fault}: ${problem}`);
      }
      if (failed) {
        const again = `--seed ${failed.seed} --only ${name} --database ${kind} --cycles ${failed.cycles}`;
        say(`the data is kept in ${failed.folder}\n  npm run torture -- ${again}`);
      }
      say(verdictOf(result));
      isKept ||= failed !== undefined;
      await add({ scenario: name, what, database: kind, seconds: (performance.now() - begunMs) / 1000, result });
    }
  } finally {
    if (isKept) await template.postgres?.stop();
    else await template.close();
  }
}
