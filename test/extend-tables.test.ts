import assert from 'node:assert/strict';
import { openExtension } from '../src/extend/index.ts';
import type { HookRun } from '../src/extend/index.ts';
import { readHooks } from '../src/extend/declared-hooks.ts';
import { readJobs } from '../src/extend/declared-jobs.ts';
import type { Job, TableHooks } from '../src/extend/public.ts';
import { openJobs } from '../src/jobs/index.ts';
import type { Jobs } from '../src/jobs/index.ts';
import { seededRandom, uuidv7 } from '../src/std/index.ts';
import {
  applyAll,
  column,
  declare,
  insert,
  integer,
  list,
  must,
  onBothDatabases,
  reference,
  text,
  user,
  visitor,
} from '../src/tables/fixtures.ts';
import type { World } from '../src/tables/fixtures.ts';
import { openTables } from '../src/tables/index.ts';
import type { RowWrite, Tables } from '../src/tables/index.ts';

/** Evenings of a restaurant, and bookings for them, which go with their evening. */
const declarations = [
  declare('evening', [column('name', text), column('seats', integer)]),
  declare('booking', [
    column('name', text, { required: true }),
    column('guests', integer, { constraints: { max: '12' } }),
    column('evening', reference('evening'), { child: true }),
  ]),
];

interface Hooked {
  readonly tables: Tables;
  readonly jobs: Jobs;
  readonly runs: HookRun[];
}

/** The tables of a world with hooks, and what runs those that follow. */
async function hooked(
  world: World,
  hooks: Readonly<Record<string, TableHooks>>,
  timeLimitMs = 60_000,
  jobsOfSite: Readonly<Record<string, Job>> = {},
): Promise<Hooked> {
  await applyAll(world.tables, declarations);
  const runs: HookRun[] = [];
  const { driver, clock, log } = world;
  const random = seededRandom(7);
  const extension = openExtension({
    siteDir: '/site',
    config: {
      siteDir: '/site',
      settings: {},
      hooks: readHooks('/site', 'x', hooks),
      jobs: readJobs('/site', 'x', jobsOfSite),
      routes: [],
      files: [],
      placeOf: () => 'x',
    },
    timeZone: 'Europe/Rome',
    hookTimeoutMs: timeLimitMs,
    clock,
    ids: uuidv7(clock, random),
    log,
    ownPaths: [],
    dev: false,
    trace: (run) => void runs.push(run),
  });
  const tables = await openTables({ driver, clock, log, random, ...(extension.hooks && { hooks: extension.hooks }) });
  const jobs = await openJobs({ driver, clock, log, random });
  await extension.attach({ tables, jobs });
  return { tables, jobs, runs };
}

const booking = (values: Record<string, string | number | null>): RowWrite => ({
  operation: 'insert',
  table: 'booking',
  values,
});

onBothDatabases(
  'transforms come first and each sees what the one before made; checks see the row as it would be',
  async (world) => {
    const seen: unknown[] = [];
    const { tables, runs } = await hooked(world, {
      booking: {
        insert: {
          transform: [
            ({ values }) => ({ name: String(values['name']).trim() }),
            ({ values, actor, id }) => {
              seen.push(values['name'], actor.id, id.length);
              return { name: `${String(values['name'])}!` };
            },
          ],
          check: ({ before, after }) => void seen.push(before, after['name'], after['guests']),
        },
      },
    });
    const outcome = await tables.write(user('u1'), [booking({ name: '  Ada ', guests: 2 })]);
    assert.ok(outcome.ok);
    assert.equal(outcome.rows[0]?.['name'], 'Ada!');
    assert.deepEqual(seen, ['Ada', 'u1', 36, null, 'Ada!', 2]);
    assert.deepEqual(
      runs.map(({ hook, outcome: said }) => `${hook} ${said}`),
      [
        'hooks.booking.insert.transform[0] changed',
        'hooks.booking.insert.transform[1] changed',
        'hooks.booking.insert.check passed',
      ],
    );
  },
);

onBothDatabases(
  'a check refuses with a message at a column or for the whole, and nothing is written',
  async (world) => {
    const { tables } = await hooked(world, {
      booking: {
        insert: {
          check: ({ after }) => {
            if (after['guests'] === 1) return 'Alone? Come to the bar.';
            return Number(after['guests']) > 8 ? { guests: 'Please call us.' } : undefined;
          },
        },
      },
    });
    const many = await tables.write(visitor, [booking({ name: 'Ada', guests: 9 })]);
    assert.deepEqual(many, {
      ok: false,
      reason: 'invalid',
      columns: [{ write: 0, column: 'guests', reason: 'refused', message: 'Please call us.' }],
    });
    const alone = await tables.write(visitor, [booking({ name: 'Ada', guests: 1 })]);
    assert.deepEqual(!alone.ok && alone.reason === 'invalid' && alone.columns.map(({ column: at }) => at), ['']);
    const rules = await tables.write(visitor, [booking({ guests: 13 })]);
    assert.deepEqual(!rules.ok && rules.reason === 'invalid' && rules.columns.map(({ reason }) => reason), [
      'required',
      'max',
    ]);
    assert.deepEqual(await list(tables, 'booking'), []);
  },
);

onBothDatabases('a requirement holds however many write at once: no evening is overbooked', async (world) => {
  const { tables } = await hooked(world, {
    booking: {
      insert: {
        transform: async ({ values, read, add }) => {
          const evening = await read.byId('evening', String(values['evening']));
          add.require({
            table: 'booking',
            where: { evening: String(values['evening']) },
            sumOf: 'guests',
            atMost: Number(evening?.['seats']),
            message: 'We are full.',
            column: 'guests',
          });
        },
      },
    },
  });
  const evening = await insert(tables, 'evening', { name: 'Friday', seats: 20 });
  const outcomes = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      tables.write(visitor, [booking({ name: `G${index}`, guests: 3, evening })]),
    ),
  );
  const booked = await list(tables, 'booking');
  assert.equal(booked.length, 6);
  assert.equal(outcomes.filter(({ ok }) => ok).length, 6);
  const refused = outcomes.find(({ ok }) => !ok);
  assert.deepEqual(refused, {
    ok: false,
    reason: 'invalid',
    columns: [{ write: 0, column: 'guests', reason: 'refused', message: 'We are full.' }],
  });
});

onBothDatabases(
  'what a transform adds on the ground of a row is made on that row: nothing is lost between',
  async (world) => {
    const { tables } = await hooked(world, {
      booking: {
        insert: {
          transform: async ({ values, read, add }) => {
            const evening = await read.byId('evening', String(values['evening']));
            if (evening) add.update('evening', evening, { seats: Number(evening['seats']) - Number(values['guests']) });
          },
        },
      },
    });
    const evening = await insert(tables, 'evening', { name: 'Friday', seats: 40 });
    const writes = Array.from({ length: 10 }, (_, index) =>
      tables.write(visitor, [booking({ name: `G${index}`, guests: 3, evening })]),
    );
    assert.deepEqual(new Set((await Promise.all(writes)).map(({ ok }) => ok)), new Set([true]));
    assert.deepEqual(
      (await list(tables, 'evening')).map((row) => row['seats']),
      [10],
    );
    const done = (await Promise.all(writes)).filter((each) => each.ok);
    const outcome = done.toSorted((one, other) => other.position - one.position)[0];
    assert.ok(outcome?.group !== undefined);
    assert.equal(outcome.rows.length, 1, 'the caller hears of its own rows only');
    await must(tables.undo(visitor, outcome.group));
    assert.deepEqual(
      (await list(tables, 'evening')).map((row) => row['seats']),
      [13],
      'what was added is taken back with it, once',
    );
  },
);

onBothDatabases(
  'rows that a deletion takes with it are checked too, and undoing is checked but not transformed',
  async (world) => {
    let kept = true;
    let transformed = 0;
    const { tables } = await hooked(world, {
      booking: {
        insert: { transform: () => void transformed++, check: () => (kept ? undefined : 'The evening is over.') },
        delete: { check: ({ before }) => (kept && before['name'] === 'Ada' ? 'Ada must stay.' : undefined) },
      },
    });
    const evening = await insert(tables, 'evening', { name: 'Friday', seats: 20 });
    await insert(tables, 'booking', { name: 'Ada', guests: 2, evening });
    const remove: RowWrite = { operation: 'delete', table: 'evening', id: evening };
    const refused = await tables.write(visitor, [remove]);
    assert.ok(!refused.ok && refused.reason === 'invalid');
    assert.equal((await list(tables, 'booking')).length, 1);
    kept = false;
    const done = await tables.write(visitor, [remove]);
    assert.ok(done.ok && done.group !== undefined);
    const undone = await tables.undo(visitor, done.group);
    assert.ok(!undone.ok && undone.reason === 'invalid' && undone.columns[0]?.message === 'The evening is over.');
    kept = true;
    await must(tables.undo(visitor, done.group));
    assert.deepEqual([(await list(tables, 'booking')).length, transformed], [1, 1]);
  },
);

onBothDatabases('a hook that throws, hangs or gives back nonsense refuses the change and is named', async (world) => {
  const answers: Record<string, () => unknown> = {
    throws: () => {
      throw new TypeError('no such thing');
    },
    nonsense: () => 42,
    nowhere: () => ({ gests: 'too many' }),
  };
  const { tables, runs } = await hooked(world, {
    booking: { insert: { check: ({ after }) => answers[String(after['name'])]!() as undefined } },
    evening: { insert: { transform: () => ({ seats: 'many' }) } },
  });
  const failure = async (write: RowWrite): Promise<string> => {
    const error: unknown = await tables.write(visitor, [write]).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof Error && 'code' in error && error.code === 'tables/hook-failed', String(error));
    return error.message;
  };
  assert.match(
    await failure(booking({ name: 'throws' })),
    /^hooks\.booking\.insert\.check.* failed: TypeError: no such thing/,
  );
  assert.match(await failure(booking({ name: 'nonsense' })), /nonsense: 42; a check gives back nothing, a message/);
  assert.match(await failure(booking({ name: 'nowhere' })), /nonsense: booking has no column "gests"/);
  const evening: RowWrite = { operation: 'insert', table: 'evening', values: { name: 'Friday' } };
  assert.match(
    await failure(evening),
    /evening.insert.transform.* nonsense: many as the value of seats, which is integer/,
  );
  assert.deepEqual([await list(tables, 'booking'), await list(tables, 'evening')], [[], []]);
  assert.equal(runs.length, 4);
});

onBothDatabases('a hook that hangs is given up, and cannot add to the change any more', async (world) => {
  const late = Promise.withResolvers<unknown>();
  const release = Promise.withResolvers<void>();
  const { tables } = await hooked(
    world,
    {
      booking: {
        insert: {
          transform: async ({ add }) => {
            await release.promise;
            try {
              late.resolve(add.insert('evening', { name: 'Too late' }));
            } catch (error) {
              late.resolve(error);
            }
          },
        },
      },
    },
    10,
  );
  await assert.rejects(tables.write(visitor, [booking({ name: 'Ada' })]), /did not end within 10 ms/);
  release.resolve();
  assert.match(String(await late.promise), /has ended already/);
  assert.deepEqual(await list(tables, 'evening'), []);
});

onBothDatabases('what a hook adds wrongly is its fault; hooks that call each other are stopped', async (world) => {
  const { tables } = await hooked(world, {
    booking: { insert: { transform: ({ add }) => void add.insert('booking', { name: 'Another' }) } },
    evening: { insert: { transform: ({ add }) => void add.insert('booking', { guests: 2 }) } },
  });
  await assert.rejects(tables.write(visitor, [booking({ name: 'Ada' })]), /more than 200 writes/);
  await assert.rejects(tables.write(visitor, [{ operation: 'insert', table: 'evening', values: { name: 'Friday' } }]), {
    code: 'tables/hook-failed',
  });
  assert.deepEqual([await list(tables, 'booking'), await list(tables, 'evening')], [[], []]);
});

onBothDatabases(
  'after hooks run as jobs of the same commit, again until they succeed, told what changed',
  async (world) => {
    const heard: unknown[] = [];
    let failing = true;
    const { tables, jobs, runs } = await hooked(world, {
      booking: {
        insert: {
          check: ({ after }) => (after['guests'] === 9 ? 'No.' : undefined),
          after: ({ after, before, row, actor, attempt, key }) => {
            heard.push([before, after?.['name'], row?.['name'], actor.id, attempt, key.length]);
            if (failing) throw new Error('away');
          },
        },
        update: {
          after: ({ before, after, row }) => void heard.push([before?.['guests'], after?.['guests'], row?.['name']]),
        },
        delete: { after: ({ before, after, row }) => void heard.push([before?.['name'], after, row]) },
      },
    });
    assert.equal((await tables.write(user('u1'), [booking({ name: 'No', guests: 9 })])).ok, false);
    const id = await insert(tables, 'booking', { name: 'Ada', guests: 2 }, user('u1'));
    await jobs.settle();
    failing = false;
    world.clock.advance(60_000);
    await jobs.settle();
    await jobs.settle();
    assert.deepEqual(heard.splice(0), [
      [null, 'Ada', 'Ada', 'u1', 1, 36],
      [null, 'Ada', 'Ada', 'u1', 2, 36],
    ]);
    assert.match(runs.find(({ outcome }) => outcome.startsWith('failed'))?.outcome ?? '', /away/);
    await must(tables.write(visitor, [{ operation: 'update', table: 'booking', id, values: { guests: 4 } }]));
    await must(tables.write(visitor, [{ operation: 'update', table: 'booking', id, values: { guests: 4 } }]));
    await jobs.settle();
    assert.deepEqual(heard.splice(0), [[2, 4, 'Ada']], 'an edit that changes nothing is none');
    await must(tables.write(visitor, [{ operation: 'delete', table: 'booking', id }]));
    await jobs.settle();
    assert.deepEqual(heard, [['Ada', null, undefined]]);
  },
);

onBothDatabases('what a visitor sent means nothing but itself in a query of a hook', async (world) => {
  const found: unknown[] = [];
  const { tables } = await hooked(world, {
    booking: {
      insert: {
        check: async ({ after, read }) => {
          found.push(await read.count('booking', { name: String(after['name']) }));
          const first = await read.first('booking', { 'guests.min': 2, sort: '-guests' });
          found.push(first?.['guests'], (await read.list('booking', 'guests.max=3')).length);
        },
      },
    },
  });
  for (const [name, guests] of [
    ['{id}', 2],
    ['now', 5],
    ['a&guests=5', 3],
  ] as const) {
    await must(tables.write(visitor, [booking({ name, guests })]));
  }
  found.length = 0;
  for (const name of ['{id}', 'now', 'a&guests=5', 'today']) await must(tables.write(visitor, [booking({ name })]));
  assert.deepEqual(found, [1, 5, 2, 1, 5, 2, 1, 5, 2, 0, 5, 2]);
});

onBothDatabases('a transform asks for a job, which is made with the change or not at all', async (world) => {
  const done: unknown[] = [];
  const { tables, jobs, runs } = await hooked(
    world,
    {
      booking: {
        insert: {
          transform: ({ values, add }) => add.job('greet', { to: values['name'] }),
          check: ({ after }) => (after['name'] === 'Eve' ? 'No.' : undefined),
        },
      },
      evening: { insert: { transform: ({ add }) => add.job('gret') } },
    },
    60_000,
    { greet: { run: ({ payload, attempt, key }) => void done.push(payload, attempt, key.length) } },
  );
  await insert(tables, 'booking', { name: 'Ada' });
  assert.equal((await tables.write(visitor, [booking({ name: 'Eve' })])).ok, false);
  await jobs.settle();
  assert.deepEqual(done, [{ to: 'Ada' }, 1, 36]);
  assert.equal(runs.at(-1)?.hook, 'jobs.greet');
  const evening: RowWrite = { operation: 'insert', table: 'evening', values: { name: 'Friday' } };
  await assert.rejects(tables.write(visitor, [evening]), /There is no job "gret" in the configuration/);
});

/** What became of a write, in short. */
function said(written: { readonly ok: boolean; readonly reason?: string; readonly messages?: unknown }): unknown {
  return written.ok ? 'ok' : [written.reason, written.messages];
}

onBothDatabases(
  'a job writes as everybody does: by the rules, through the hooks, on rows as it read them',
  async (world) => {
    const results: unknown[] = [];
    const { tables, jobs } = await hooked(
      world,
      {
        booking: {
          insert: { check: ({ after, actor }) => (after['name'] === 'Eve' ? `No, ${actor.kind}.` : undefined) },
          update: { after: ({ write, row }) => write.insert('evening', { name: `moved ${String(row?.['name'])}` }) },
        },
      },
      60_000,
      {
        work: {
          async run({ read, write }) {
            const made = await write.insert('booking', { name: 'Ada', guests: 2 });
            results.push(said(made), said(await write.insert('booking', { guests: 13 })));
            results.push(said(await write.insert('booking', { name: 'Eve' })));
            const row = await read.first('booking', { name: 'Ada' });
            results.push(said(await write.update('booking', row!, { guests: 3 })));
            results.push(said(await write.update('booking', row!, { guests: 4 })));
            results.push(
              said(await write.delete('booking', { id: row!.id })),
              said(await write.delete('booking', row!)),
            );
            await assert.rejects(write.insert('_mail', {}), /There is no table "_mail"|only the program writes/);
          },
        },
      },
    );
    await jobs.add({ kind: 'site-job', payload: { job: 'work', payload: null } });
    await jobs.settle();
    await jobs.settle();
    assert.deepEqual(results, [
      'ok',
      ['invalid', { name: 'name is missing.', guests: 'guests must be at most 12.' }],
      ['invalid', { '': 'No, system.' }],
      'ok',
      ['moved', {}],
      'ok',
      ['missing', {}],
    ]);
    assert.equal((await list(tables, 'evening')).length, 1);
  },
);

onBothDatabases('a scheduled job runs at its times, and no more once it is not declared', async (world) => {
  const ticks: unknown[] = [];
  const digest: Job = { schedule: '0 3 * * *', run: ({ payload }) => void ticks.push(payload) };
  const first = await hooked(world, { booking: {} }, 60_000, { digest });
  await first.jobs.settle();
  assert.deepEqual(ticks, []);
  world.clock.advance(24 * 60 * 60 * 1000);
  await first.jobs.settle();
  assert.deepEqual(ticks, [null]);
  await first.jobs.close();
  const next = await hooked(world, { booking: {} }, 60_000, {});
  world.clock.advance(24 * 60 * 60 * 1000);
  await next.jobs.settle();
  assert.deepEqual([ticks, await next.jobs.list('failed', 10)], [[null], []]);
});

onBothDatabases('times that cannot be read are named', async (world) => {
  const digest: Job = { schedule: 'at noon', run: () => undefined };
  await assert.rejects(hooked(world, { booking: {} }, 60_000, { digest }), {
    code: 'extend/config',
    message: /^x: .*digest has the times "at noon"/,
  });
});
