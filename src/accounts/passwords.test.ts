import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../std/index.ts';
import { hashQueue } from './hash-queue.ts';
import { passwordProblem } from './password-rules.ts';
import { passwordHashing } from './passwords.ts';

const hashing = passwordHashing(seededRandom(1), 2);

void test('hashes with argon2id at the cost that OWASP names, salted', async () => {
  const [one, two] = await Promise.all([hashing.hash('zebra crossing'), hashing.hash('zebra crossing')]);
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.notEqual(one, two);
  assert.deepEqual(await hashing.verify('zebra crossing', one), { matches: true, stale: false });
  assert.deepEqual(await hashing.verify('zebra crossinG', one), { matches: false, stale: false });
});

void test('a password is the same however its marks are composed', async () => {
  const stored = await hashing.hash('caf\u00e9 au lait, s\u2019il vous pla\u00eet');
  const { matches } = await hashing.verify('cafe\u0301 au lait, s\u2019il vous plai\u0302t', stored);
  assert.equal(matches, true);
});

void test('what is stored and cannot be read matches nothing', async () => {
  for (const stored of [undefined, '', 'secret', '$argon2id$v=19$m=1,t=1,p=1$a$b']) {
    assert.equal((await hashing.verify('', stored)).matches, false);
  }
});

void test('reads hashes that others made', async () => {
  // RFC 9106 has vectors with a secret only; this one is of the reference implementation's tests.
  const stored = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  assert.deepEqual(await hashing.verify('password', stored), { matches: true, stale: true });
});

void test('at most so many hashes at once, the rest in order, and not too many of them', async () => {
  const queue = hashQueue(2, 3);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const tasks = Array.from({ length: 6 }, (_, number) =>
    queue.run(async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      order.push(number);
      running--;
    }),
  );
  const settled = await Promise.allSettled(tasks);
  assert.equal(most, 2);
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
  assert.equal(settled.filter(({ status }) => status === 'rejected').length, 1);
  await queue.run(() => Promise.resolve());
});

void test('a password needs 15 characters, and no rules of composition', () => {
  assert.equal(passwordProblem('fourteen chars')?.code, 'short');
  assert.equal(passwordProblem('zwölf Boxkämpfer'), undefined);
  assert.equal(passwordProblem('zwölf Box', { secondFactor: true }), undefined);
  // Signs of two UTF-16 units count once.
  assert.equal(passwordProblem('🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤')?.code, 'short');
  assert.equal(passwordProblem('🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆'), undefined);
});

void test('a password has at most 1,024 bytes', () => {
  assert.equal(passwordProblem('a walk on the beach '.repeat(51)), undefined);
  assert.equal(passwordProblem('a walk on the beach '.repeat(52))?.code, 'long');
});

for (const common of [
  'passwordpassword',
  'Password1234567',
  'P@ssword!2026!!',
  '123456789012345',
  'qwertyuiopasdfgh',
  'aaaaaaaaaaaaaaaaaaaa',
  'iloveyouforever',
  'correct horse battery staple',
  'letmeinletmeinletmein',
  'administrator2026',
]) {
  void test(`“${common}” is too easily guessed`, () => {
    assert.equal(passwordProblem(common)?.code, 'common');
  });
}

void test('what is known of its owner makes no password', () => {
  const about = ['ada.lovelace@example.org', 'Ada Lovelace'];
  assert.equal(passwordProblem('ada.lovelace@example.org', { about })?.code, 'common');
  assert.equal(passwordProblem('AdaLovelace12345', { about })?.code, 'common');
  assert.equal(passwordProblem('Lovelace eats figs', { about }), undefined);
});
