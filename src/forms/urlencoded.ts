import { entryBudget, refusals, Refused } from './body.ts';
import type { Decoding } from './body.ts';
import type { Entry } from './definition.ts';

/**
 * The URL standard's application/x-www-form-urlencoded parser, on bytes. Percent-encoding makes a byte three at most,
 * so a body of more than three times the text allowed is refused while it is still arriving.
 */
export async function decodeUrlEncoded(decoding: Decoding): Promise<Entry[]> {
  const body = await readAll(decoding, decoding.limits.textBytesMax * 3 + decoding.limits.fieldsMax * 2);
  const budget = entryBudget(decoding.limits);
  const entries: Entry[] = [];
  for (let start = 0; start < body.length;) {
    const ampersand = body.indexOf(0x26, start);
    const end = ampersand === -1 ? body.length : ampersand;
    if (end > start) {
      const pair = body.subarray(start, end);
      const equals = pair.indexOf(0x3d);
      const nameBytes = percentDecoded(equals === -1 ? pair : pair.subarray(0, equals));
      const valueBytes = equals === -1 ? empty : percentDecoded(pair.subarray(equals + 1));
      budget.addName(nameBytes.length);
      budget.addText(valueBytes.length);
      const name = decoding.decodeText(nameBytes);
      if (name === '__proto__') throw new Refused(refusals.name);
      entries.push({ name, value: decoding.decodeText(valueBytes) });
    }
    start = end + 1;
  }
  return entries;
}

const empty = Buffer.alloc(0);

async function readAll({ chunks }: Decoding, bytesMax: number): Promise<Buffer> {
  const held: Uint8Array[] = [];
  let size = 0;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    size += next.value.byteLength;
    if (size > bytesMax) throw new Refused(refusals.text);
    held.push(next.value);
  }
  return Buffer.concat(held, size);
}

/** `+` is a space, `%XX` a byte, and a `%` that begins no escape is itself. */
function percentDecoded(bytes: Buffer): Buffer {
  if (!bytes.includes(0x25) && !bytes.includes(0x2b)) return bytes;
  const decoded = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const high = byte === 0x25 ? hexadecimalDigit(bytes[i + 1]) : -1;
    const low = high === -1 ? -1 : hexadecimalDigit(bytes[i + 2]);
    if (low !== -1) i += 2;
    decoded[length++] = low !== -1 ? high * 16 + low : byte === 0x2b ? 0x20 : byte;
  }
  return decoded.subarray(0, length);
}

function hexadecimalDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
