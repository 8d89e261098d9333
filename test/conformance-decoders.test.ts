// The short form of `npm run torture -- --only decoders`: some hundred inputs for each, from a fixed seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feed, openDecoders } from '../torture/decoding.ts';
import { seeded } from '../torture/seeded.ts';

test('decoders take or refuse what strangers send, and do nothing else', async (t) => {
  const open = await openDecoders();
  t.after(() => open.close());
  for (const decoder of open.decoders) {
    await t.test(decoder.name, async () => {
      const { faults, taken, inputs } = await feed(decoder, Math.ceil(400 / (decoder.cost ?? 1)), seeded('short'));
      assert.deepEqual(faults, []);
      if (inputs > 100) assert.ok(taken > 0 && taken < inputs, `${taken} of ${inputs} are taken`);
    });
  }
});

function faulty(input: Buffer): 'taken' {
  if (input.includes('%')) throw new TypeError('cannot be read');
  return 'taken';
}

test('a decoder that throws, or does what it must not, is found out', async () => {
  const decoder = { name: 'faulty', samples: ['a'], words: ['%'], decode: faulty };
  const { faults } = await feed(decoder, 400, seeded('short'));
  assert.equal(faults.length, 5);
  for (const { input } of faults) assert.ok(Buffer.from(input, 'base64').includes('%'));
});
