import type { Change, Outcome, Refusal, Statement } from './contract.ts';
import { placeEntries } from './format.ts';
import type { PlacedEntry } from './format.ts';
import type { PostgresConnection, PostgresResult } from './postgres-connection.ts';
import { postgresRefusal } from './postgres-failure.ts';
import type { Finish } from './postgres-writer.ts';

type Settled = PromiseSettledResult<PostgresResult>[];

/**
 * Sends all changes in one go, in the hope that none is refused, which saves two round trips and a savepoint for
 * each. Where one is, all are undone and applied one by one, a savepoint each.
 */
export function startChanges(
  one: PostgresConnection,
  changes: readonly Change[],
): (position: number) => Promise<Finish<readonly Outcome[]>> {
  const alone = changes.length === 1;
  const savepoint = alone ? undefined : settle([one.send('savepoint changes')]);
  const sent = changes.map((change) => settle(sendStatements(one, change.statements)));
  return async (position) => {
    throwRejected(await (savepoint ?? []));
    const refusals: (Refusal | undefined)[] = [];
    for (const [index, answers] of sent.entries()) {
      const refusal = judge(changes[index]!.statements, await answers);
      refusals.push(refusal);
      if (refusal) break;
    }
    const refused = refusals.at(-1) !== undefined;
    if (refused && !alone) {
      await Promise.all(sent);
      return await applyOneByOne(one, changes, position);
    }
    return place(changes, refusals, position);
  };
}

async function applyOneByOne(
  one: PostgresConnection,
  changes: readonly Change[],
  position: number,
): Promise<Finish<readonly Outcome[]>> {
  let loose = settle([one.send('rollback to savepoint changes')]);
  const refusals: (Refusal | undefined)[] = [];
  for (const { statements } of changes) {
    const before = loose;
    const [opened, answers] = one.together(() => [
      settle([one.send('savepoint change')]),
      settle(sendStatements(one, statements)),
    ]);
    throwRejected(await before);
    throwRejected(await opened);
    const refusal = judge(statements, await answers);
    refusals.push(refusal);
    // Travels with the next change.
    loose = settle(
      refusal
        ? [one.send('rollback to savepoint change'), one.send('release savepoint change')]
        : [one.send('release savepoint change')],
    );
  }
  throwRejected(await loose);
  return place(changes, refusals, position);
}

/** Outcomes, and the entries of what was accepted, in order. */
function place(
  changes: readonly Change[],
  refusals: readonly (Refusal | undefined)[],
  start: number,
): Finish<readonly Outcome[]> {
  let position = start;
  const entries: PlacedEntry[] = [];
  const outcomes = changes.map((change, index): Outcome => {
    const refusal = refusals[index];
    if (refusal) return { ok: false, refusal };
    entries.push(...placeEntries(change.entries, position));
    position += change.entries.length;
    return { ok: true, position };
  });
  return { keep: outcomes.some((outcome) => outcome.ok), entries, result: outcomes };
}

function sendStatements(one: PostgresConnection, statements: readonly Statement[]): Promise<PostgresResult>[] {
  return statements.map(({ sql, params }) => one.send(sql, params));
}

/** Handles every rejection at once, as the answers are looked at in order and later. */
function settle(answers: readonly Promise<PostgresResult>[]): Promise<Settled> {
  return Promise.allSettled(answers);
}

function throwRejected(answers: Settled): void {
  for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
}

/** Why the change is refused, if it is. Throws what is no refusal. */
function judge(statements: readonly Statement[], answers: Settled): Refusal | undefined {
  for (const [index, answer] of answers.entries()) {
    if (answer.status === 'rejected') {
      const refusal = postgresRefusal(answer.reason, index);
      if (!refusal) throw answer.reason;
      return refusal;
    }
    const { touches, otherwise } = statements[index]!;
    if (touches !== undefined && answer.value.touched !== touches) {
      return { reason: otherwise ?? 'guard', statement: index, columns: [] };
    }
  }
  return undefined;
}
