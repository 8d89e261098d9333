import type { Seeded } from './seeded.ts';

/** Longer inputs are cut: what is tried here is shape, not size, and limits on sizes have tests of their own. */
const INPUT_BYTES_MAX = 8192;

/**
 * An input for a decoder: a sample with a few changes, now and then noise. `words` are what means something to the
 * decoder; they are put in where they do not belong.
 */
export function mutated(random: Seeded, samples: readonly Buffer[], words: readonly string[]): Buffer {
  if (random.chance(0.05)) return noise(random, 300);
  let bytes = random.pick(samples);
  for (let changes = random.int(0, 5); changes > 0; changes--) {
    bytes = changed(random, bytes, samples, words).subarray(0, INPUT_BYTES_MAX);
  }
  return bytes;
}

function noise(random: Seeded, lengthMax: number): Buffer {
  return Buffer.from(Array.from({ length: random.int(0, lengthMax) }, () => random.int(0, 255)));
}

function changed(random: Seeded, bytes: Buffer, samples: readonly Buffer[], words: readonly string[]): Buffer {
  const from = random.int(0, bytes.length);
  const to = random.int(from, Math.min(bytes.length, from + random.pick([1, 4, 40, 400])));
  const replacedBy = (middle: Buffer, end = to): Buffer =>
    Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(end)]);
  switch (random.int(0, 7)) {
    case 0:
      return replacedBy(Buffer.from([random.int(0, 255)]), from + 1);
    case 1:
      return replacedBy(Buffer.from(random.pick(words)));
    case 2:
      return replacedBy(Buffer.from(random.pick(words)), from);
    case 3:
      return replacedBy(Buffer.alloc(0));
    case 4:
      return replacedBy(Buffer.concat(Array<Buffer>(random.int(2, 50)).fill(bytes.subarray(from, to))));
    case 5:
      return Buffer.concat([bytes.subarray(0, from), random.pick(samples).subarray(random.int(0, from))]);
    case 6:
      return bytes.subarray(0, from);
    default:
      return replacedBy(noise(random, 8));
  }
}
