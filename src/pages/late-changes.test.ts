import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqlite } from '../database/index.ts';
import { manualClock, memoryLog } from '../std/index.ts';
import { openHouse, requestFor, write } from './fixtures.ts';

const menu = `<!doctype html><html lang="en"><title>Menu</title>
<ul data-list="dish"><li itemscope><b itemprop="name">Soup</b></li></ul></html>`;

void test('a page is kept when it hears late of changes that it was read after, and goes with later ones', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'backlot-late-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const driver = await openSqlite({ file: join(dir, 'data.db'), clock: manualClock(), log: memoryLog() });
  const told = Promise.withResolvers<void>();
  const house = await openHouse(
    { 'menu.html': menu },
    {
      ...driver,
      async entriesAfter(position, limit) {
        await told.promise;
        return await driver.entriesAfter(position, limit);
      },
    },
  );
  t.after(() => house.close());
  const position = await driver.position();
  assert.ok(house.tables.feed.position < position, 'the first rows are not told yet');
  const answer = await house.pages.get(requestFor(house, 'menu.html'));
  assert.ok(answer.kind === 'page' && answer.key !== undefined);
  told.resolve();
  await house.tables.feed.reached(position);
  assert.equal(house.pages.peek(answer.key), answer.page);
  await write(house, { operation: 'insert', table: 'dish', values: { name: 'Bread' } });
  await house.tables.feed.reached(await driver.position());
  assert.equal(house.pages.peek(answer.key), undefined);
});
