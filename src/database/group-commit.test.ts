import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, asyncProperty, constantFrom, integer } from 'fast-check';
import type { Change, Driver, Outcome } from './contract.ts';
import { DatabaseError } from './errors.ts';
import { groupCommit } from './group-commit.ts';

/** A change that is known by its number. */
function numbered(number: number): Change {
  return { statements: [{ sql: String(number), params: [] }], entries: [] };
}

const numberOf = (change: Change): number => Number(change.statements[0]!.sql);

/** A driver that only remembers its groups. `act` may throw, or wait. */
function recorder(act: (group: readonly number[]) => unknown = () => undefined): {
  readonly groups: number[][];
  readonly driver: Pick<Driver, 'commit'>;
} {
  const groups: number[][] = [];
  return {
    groups,
    driver: {
      async commit(changes) {
        const group = changes.map(numberOf);
        groups.push(group);
        await act(group);
        return group.map((position): Outcome => ({ ok: true, position }));
      },
    },
  };
}

void test('changes of one turn share a commit, in order', async () => {
  const { driver, groups } = recorder();
  const committer = groupCommit(driver);
  const outcomes = await Promise.all([1, 2, 3].map((number) => committer.commit(numbered(number))));
  assert.deepEqual(groups, [[1, 2, 3]]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.ok && outcome.position),
    [1, 2, 3],
  );
});

void test('a lone change waits for no other', async () => {
  const { driver, groups } = recorder();
  const committer = groupCommit(driver);
  await committer.commit(numbered(1));
  await committer.commit(numbered(2));
  assert.deepEqual(groups, [[1], [2]]);
});

void test('what arrives during a commit goes into the next, which is not larger than allowed', async () => {
  const first = Promise.withResolvers<void>();
  const { driver, groups } = recorder((group) => (group[0] === 0 ? first.promise : undefined));
  const committer = groupCommit(driver, { groupMax: 3 });
  const lone = committer.commit(numbered(0));
  while (groups.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const others = [1, 2, 3, 4].map((number) => committer.commit(numbered(number)));
  first.resolve();
  await Promise.all([lone, ...others]);
  assert.deepEqual(groups, [[0], [1, 2, 3], [4]]);
});

void test('more than may wait is refused at once', async () => {
  const { driver } = recorder();
  const committer = groupCommit(driver, { waitingMax: 2 });
  const settled = await Promise.allSettled([1, 2, 3].map((number) => committer.commit(numbered(number))));
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  );
  await assert.rejects(Promise.all([1, 2, 3].map((number) => committer.commit(numbered(number)))), {
    code: 'database/busy',
  });
  await committer.drain();
  assert.equal((await committer.commit(numbered(4))).ok, true);
});

/** A change that holds so many bytes. */
function heavy(number: number, bytes: number): Change {
  const statement = { sql: String(number), params: ['x'.repeat(bytes)] };
  return { statements: [statement], entries: [] };
}

void test('a group ends where its bytes do, and a larger change goes alone', async () => {
  const { driver, groups } = recorder();
  const committer = groupCommit(driver, { groupBytesMax: 100 });
  const sizes = [60, 40, 1, 250, 10, 90, 5];
  await Promise.all(sizes.map((bytes, number) => committer.commit(heavy(number, bytes))));
  assert.deepEqual(groups, [[0, 1], [2], [3], [4, 5], [6]]);
});

void test('while the disk stalls more is refused at once, what was taken is kept, and it goes on by itself', async () => {
  const stall = Promise.withResolvers<void>();
  const committed: number[] = [];
  const { driver, groups } = recorder(async (group) => {
    if (groups.length === 1) await stall.promise;
    committed.push(...group);
  });
  const committer = groupCommit(driver, { waitingMax: 50, waitingBytesMax: 1000 });
  const answers = [committer.commit(heavy(0, 10))];
  while (groups.length === 0) await new Promise((resolve) => setImmediate(resolve));
  for (let number = 1; number <= 1000; number++) answers.push(committer.commit(heavy(number, 100)));
  const refused = await Promise.all(
    answers.slice(11).map((answer) =>
      answer.then(
        () => 'taken',
        ({ code }: DatabaseError) => code,
      ),
    ),
  );
  assert.deepEqual(new Set(refused), new Set(['database/busy']));
  assert.deepEqual(committed, []);
  stall.resolve();
  const taken = await Promise.all(answers.slice(0, 11));
  assert.ok(taken.every(({ ok }) => ok));
  assert.deepEqual(committed, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal((await committer.commit(heavy(2000, 100))).ok, true);
});

void test('an operating failure is told to the whole group, once tried', async () => {
  const { driver, groups } = recorder(() => {
    throw new DatabaseError('database/lost', undefined, { outcomeUnknown: true });
  });
  const committer = groupCommit(driver);
  const settled = await Promise.allSettled([1, 2].map((number) => committer.commit(numbered(number))));
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.deepEqual(groups, [[1, 2]]);
});

void test('drain waits for everything handed in, and at once when there is nothing', async () => {
  const { driver, groups } = recorder();
  const committer = groupCommit(driver, { groupMax: 1 });
  await committer.drain();
  const answers = [1, 2, 3].map((number) => committer.commit(numbered(number)));
  await committer.drain();
  assert.deepEqual(groups, [[1], [2], [3]]);
  await Promise.all(answers);
});

void test('every change is answered once and for itself, in the order of arrival', async () => {
  const arrivals = array(array(constantFrom('good', 'faulty'), { maxLength: 6 }), { maxLength: 8 });
  await check(
    asyncProperty(arrivals, integer({ min: 1, max: 5 }), async (turns, groupMax) => {
      const kinds = turns.flat();
      const committed: number[] = [];
      const { driver } = recorder((group) => {
        assert.ok(group.length <= groupMax);
        if (group.some((number) => kinds[number] === 'faulty')) throw new DatabaseError('database/statement');
        committed.push(...group);
      });
      const committer = groupCommit(driver, { groupMax });
      const answers: Promise<unknown>[] = [];
      for (const turn of turns) {
        for (const _ of turn) {
          const number = answers.length;
          const answer = committer.commit(numbered(number));
          answers.push(
            answer.then(
              (outcome) => outcome.ok && outcome.position,
              ({ code }) => code,
            ),
          );
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      await committer.drain();
      const expected = kinds.map((kind, number) => (kind === 'good' ? number : 'database/statement'));
      assert.deepEqual(await Promise.all(answers), expected);
      assert.deepEqual(
        committed,
        expected.filter((answer) => typeof answer === 'number'),
      );
    }),
    { numRuns: 60 },
  );
});
