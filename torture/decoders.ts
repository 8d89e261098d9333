import type { Seeded } from './seeded.ts';

/** What a decoder made of an input: it is never anything else, and never an exception. */
export type Decoded = 'taken' | 'refused';

/** A decoder of what strangers send, as the tests feed it. */
export interface Decoder {
  readonly name: string;
  readonly samples: readonly (string | Buffer)[];
  /** What means something to it. */
  readonly words: readonly string[];
  /** How many times dearer an input is than one of the others: it gets so many fewer. */
  readonly cost?: number;
  /** Throws when the decoder did what it must not. */
  decode(input: Buffer, random: Seeded): Promise<Decoded> | Decoded;
}

/** Decoders and what they stand on. */
export interface OpenDecoders {
  readonly decoders: readonly Decoder[];
  close(): Promise<void>;
}

/** Fails with what must hold of whatever was decoded. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`This must hold: ${what}.`);
}
