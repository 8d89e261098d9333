import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../schema/index.ts';
import { authorise, parseWho } from './access.ts';
import type { Action } from './access.ts';
import { column, declare, schemaOf, system, user, visitor } from './fixtures.ts';

const table = schemaOf([declare('entry', [column('text')])]).tables['entry']!;
const rowBy = (author: string | null): Row => ({ id: '1', author });

function answer(who: string, actor: typeof visitor, action: Action = 'update', row?: Row): string {
  const decision = authorise([{ table: 'entry', action, who: parseWho(who) }], actor, action, table, row);
  if (!decision.allowed) return 'no';
  return decision.own ? 'own' : 'all';
}

void test('what no rule allows is denied', () => {
  assert.deepEqual(authorise([], user('u1', 'admin'), 'read', table), { allowed: false });
  const elsewhere = [{ table: 'other', action: 'read', who: parseWho('anyone') } as const];
  assert.deepEqual(authorise(elsewhere, visitor, 'read', table), { allowed: false });
  const insert = [{ table: 'entry', action: 'insert', who: parseWho('anyone') } as const];
  assert.deepEqual(authorise(insert, visitor, 'delete', table), { allowed: false });
});

void test('the words of data-as', () => {
  const actors = [visitor, user('u1'), user('u1', 'cook'), user('u1', 'editor'), user('u1', 'admin'), system];
  const answers = (who: string): string => actors.map((actor) => answer(who, actor)).join(' ');
  assert.equal(answers('anyone'), 'all all all all all all');
  assert.equal(answers('user'), 'no all all all all all');
  assert.equal(answers('own'), 'no own own all all all');
  assert.equal(answers('editor'), 'no no no all all all');
  assert.equal(answers('admin'), 'no no no no all all');
  assert.equal(answers('cook'), 'no no all no all all');
});

void test('own means rows that this user made, never rows that nobody signed', () => {
  assert.equal(answer('own', user('u1'), 'update', rowBy('u1')), 'own');
  assert.equal(answer('own', user('u1'), 'update', rowBy('u2')), 'no');
  assert.equal(answer('own', user('u1'), 'update', rowBy(null)), 'no');
  assert.equal(answer('own', visitor, 'update', rowBy('visitor')), 'no');
  assert.equal(answer('own', user('u2', 'editor'), 'update', rowBy('u1')), 'all');
});

void test("a site's own column called author does not make its reader the author", () => {
  const signed = schemaOf([declare('entry', [column('author'), column('text')])]).tables['entry']!;
  const rules = [{ table: 'entry', action: 'update', who: parseWho('own') } as const];
  const row: Row = { id: '1', author: 'u1', _author: 'u2' };
  assert.equal(authorise(rules, user('u1'), 'update', signed, row).allowed, false);
  assert.equal(authorise(rules, user('u2'), 'update', signed, row).allowed, true);
});
