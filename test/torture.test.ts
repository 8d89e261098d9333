// The short form of `npm run torture`: a few kills, judged by the same oracle; and proof that the oracle sees.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { killUnderLoad, runLife } from '../torture/life.ts';
import type { Cycle } from '../torture/life.ts';
import { isClean, judge } from '../torture/oracle.ts';
import { seeded } from '../torture/seeded.ts';
import { readState } from '../torture/state.ts';
import { makeTemplate, openWorld, runFolder } from '../torture/world.ts';
import type { Template, World } from '../torture/world.ts';

let parent: string;
let template: Template;
let world: World;

before(async () => {
  parent = await runFolder();
  template = await makeTemplate(parent, 'sqlite');
  world = await openWorld(template, parent);
});

after(async () => {
  await world.close();
  await template.close();
  await rm(parent, { recursive: true, force: true });
});

const killed: Cycle = (one, start) => killUnderLoad(one, start, { posts: 2, edits: 1 }, 20);

void test('a server killed under load loses nothing, doubles nothing and leaves no halves', async () => {
  const { verdict, acknowledged } = await runLife(world, seeded('short'), 2, killed);
  assert.deepEqual(verdict, { lost: [], doubled: [], halves: [], other: [] });
  assert.ok(acknowledged > 0);
});

/** Damage to a copy of data that was found in order. Each must be seen, and as what it is. */
const damages: readonly {
  readonly what: string;
  readonly seen: 'lost' | 'doubled' | 'halves' | 'other';
  readonly damage: (dataDir: string) => void;
}[] = [
  {
    what: 'an acknowledged write is gone with its history',
    seen: 'lost',
    damage: sql(`delete from message; delete from _log where "table" = 'message'`),
  },
  { what: 'a row is gone and its entry is not', seen: 'halves', damage: sql('delete from message') },
  {
    what: 'an entry is gone and its row is not',
    seen: 'halves',
    damage: sql(`delete from _log where "table" = 'message'`),
  },
  { what: 'a value differs from its history', seen: 'halves', damage: sql(`update message set text = 'other'`) },
  {
    what: 'a write is there twice',
    seen: 'doubled',
    damage: sql(`insert into _log select (select max(position) from _log) + row_number() over (order by position),
      (select max(position) from _log) + row_number() over (order by position), time, actor, "table", 'x' || id, version,
      operation, patch from _log where "table" = 'message'`),
  },
  { what: 'a submission has neither job nor mail', seen: 'halves', damage: sql('delete from _mail') },
  { what: 'a version was left out', seen: 'other', damage: sql(`update _log set version = version + 1`) },
  {
    what: 'an adopted file is gone',
    seen: 'halves',
    damage: (dataDir) => {
      const kept = join(dataDir, 'uploads', 'kept');
      for (const name of readdirSync(kept)) rmSync(join(kept, name));
    },
  },
];

function sql(text: string): (dataDir: string) => void {
  return (dataDir) => {
    const database = new DatabaseSync(join(dataDir, 'data.db'), { enableForeignKeyConstraints: false });
    database.exec(text);
    database.close();
  };
}

void test('the oracle sees each kind of damage', async (t) => {
  const { ledger, mail, place } = world;
  const intact = judge(await readState(place), ledger, mail);
  assert.ok(isClean(intact), JSON.stringify(intact));
  for (const [index, { what, seen, damage }] of damages.entries()) {
    await t.test(what, async () => {
      const dataDir = join(parent, `damaged-${index}`);
      await cp(place.dataDir, dataDir, { recursive: true, filter: (path) => !path.endsWith('.sock') });
      damage(dataDir);
      assert.notDeepEqual(judge(await readState({ dataDir }), ledger, mail)[seen], []);
    });
  }
});
