// npm run torture -- --only decoders: feeds every decoder of what strangers send with random and mutated inputs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openFileStore } from '../src/files/index.ts';
import { loadSite } from '../src/site/index.ts';
import { manualClock, seededRandom } from '../src/std/index.ts';
import { bodyDecoders } from './body-decoders.ts';
import { backupDecoders, fileDecoders, queryDecoders } from './data-decoders.ts';
import type { Decoded, Decoder, OpenDecoders } from './decoders.ts';
import { headerDecoders, targetDecoders } from './header-decoders.ts';
import { mutated } from './mutate.ts';
import { seeded } from './seeded.ts';
import type { Seeded } from './seeded.ts';

/** Every decoder, with the folders and the site that some of them need. */
export async function openDecoders(): Promise<OpenDecoders> {
  const dir = await mkdtemp(join(tmpdir(), 'backlot-decoders-'));
  const siteDir = fileURLToPath(new URL('../examples/trattoria', import.meta.url));
  const site = await loadSite({ dir: siteDir, timeZone: 'Europe/Rome', currency: 'EUR' });
  const files = await openFileStore({ dir: join(dir, 'files'), random: seededRandom(1), clock: manualClock() });
  return {
    decoders: [
      ...bodyDecoders,
      ...headerDecoders,
      ...targetDecoders(site),
      ...queryDecoders,
      ...backupDecoders(dir),
      ...fileDecoders(files),
    ],
    async close() {
      files.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** An input on which a decoder did what it must not. */
interface Fault {
  /** How many came before it from the same seed. */
  readonly index: number;
  /** In base64. */
  readonly input: string;
  readonly error: unknown;
}

/** What came of feeding a decoder. */
export interface Fed {
  readonly inputs: number;
  readonly taken: number;
  readonly faults: readonly Fault[];
  /** Bytes of the heap in use after the first and the second half, after collecting; 0 where nobody asked. */
  readonly heapBytes: readonly [number, number];
}

/** Characters of an input that are printed; the seed gives it again. */
const INPUT_SHOWN_MAX = 400;
/** Faults are noted up to so many. */
const FAULTS_MAX = 5;

/** Feeds a decoder with so many inputs. `collect`: frees what is not in use, so that the heap can be measured. */
export async function feed(decoder: Decoder, inputs: number, random: Seeded, collect?: () => void): Promise<Fed> {
  const { samples, words } = decoder;
  const buffers = samples.map((sample) => Buffer.from(sample));
  const counts: Record<Decoded, number> = { taken: 0, refused: 0 };
  const faults: Fault[] = [];
  const half = async (from: number, to: number): Promise<number> => {
    for (let index = from; index < to && faults.length < FAULTS_MAX; index++) {
      const chance = random.part(`${decoder.name}/${index}`);
      // The samples themselves come first: a decoder that refuses them all is not tried at all.
      const input = buffers[index] ?? mutated(chance, buffers, words);
      try {
        counts[await decoder.decode(input, chance)]++;
      } catch (error) {
        faults.push({ index, input: input.toString('base64'), error });
      }
    }
    collect?.();
    return collect ? process.memoryUsage().heapUsed : 0;
  };
  const middle = Math.ceil(inputs / 2);
  const heapBytes = [await half(0, middle), await half(middle, inputs)] as const;
  return { inputs, taken: counts.taken, faults, heapBytes };
}

/** More than this between the halves is growth; caches that fill up stay below it. */
const GROWTH_BYTES_MAX = 8 * 1024 * 1024;

/** The long form. Prints a line for each decoder; false when one of them did what it must not, or kept memory. */
export async function tortureDecoders(seed: string, inputs: number): Promise<boolean> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const open = await openDecoders();
  let isSound = true;
  say(`seed ${seed}\n\n| decoder | inputs | taken | faults | heap, first half (MB) | second half | seconds |`);
  say('| - | - | - | - | - | - | - |');
  try {
    for (const decoder of open.decoders) {
      const begunMs = performance.now();
      const fed = await feed(decoder, Math.ceil(inputs / (decoder.cost ?? 1)), seeded(seed), collect);
      const [first, second] = fed.heapBytes;
      const cells = [decoder.name, fed.inputs, fed.taken, fed.faults.length, megabytes(first), megabytes(second)];
      say(`| ${[...cells, ((performance.now() - begunMs) / 1000).toFixed(0)].join(' | ')} |`);
      for (const { index, input, error } of fed.faults) {
        const shown = input.length > INPUT_SHOWN_MAX ? `${input.slice(0, INPUT_SHOWN_MAX)}…` : input;
        say(`  input ${index}, ${shown}\n  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
      const grows = second - first > GROWTH_BYTES_MAX;
      if (grows) say(`  ${decoder.name} keeps memory.`);
      isSound &&= fed.faults.length === 0 && !grows;
    }
  } finally {
    await open.close();
  }
  return isSound;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
