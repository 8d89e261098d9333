/** One file in an archive. */
export interface TarEntry {
  /** Relative, with forward slashes. */
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** Headers and contents are padded to whole blocks. */
export const BLOCK_BYTES = 512;

/** Eleven octal digits; larger files have their size in binary, as GNU tar and libarchive write and read it. */
const OCTAL_SIZE_MAX = 0o777_7777_7777;
const NAME_BYTES_MAX = 100;
const PREFIX_BYTES_MAX = 155;

/**
 * The header of a regular file in the ustar format (POSIX.1-1988, `pax` interchange format of POSIX.1-2017 chapter 4),
 * readable by its owner only. Throws RangeError where the name is too long for the format.
 */
export function tarHeader({ name, size, modifiedMs }: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const [prefix, rest] = splitName(name);
  block.write(rest, 0);
  block.write('0000600\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  writeSize(block, size);
  block.write(`${octal(Math.max(0, Math.floor(modifiedMs / 1000)), 11)}\0`, 136, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(prefix, 345);
  block.write(`${octal(checksum(block), 6)}\0 `, 148, 'latin1');
  return block;
}

/** What ends an archive. */
export const tarEnd = Buffer.alloc(2 * BLOCK_BYTES);

/** How many zero bytes follow a content of this size. */
export function tarPadding(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

/**
 * Reads a header that {@link tarHeader} wrote, or another program's header of a regular file. Gives `end` for a block
 * of zeros and undefined for anything else: links, folders, other formats, damage.
 */
export function readTarHeader(block: Buffer): TarEntry | 'end' | undefined {
  if (block.every((byte) => byte === 0)) return 'end';
  if (block.toString('latin1', 257, 262) !== 'ustar') return undefined;
  if (readOctal(block, 148, 8) !== checksum(block)) return undefined;
  const type = block[156];
  if (type !== 0 && type !== 0x30) return undefined;
  const size = readSize(block);
  const modified = readOctal(block, 136, 12);
  if (size === undefined || modified === undefined) return undefined;
  const prefix = readText(block, 345, PREFIX_BYTES_MAX);
  const name = readText(block, 0, NAME_BYTES_MAX);
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, modifiedMs: modified * 1000 };
}

function splitName(name: string): [prefix: string, rest: string] {
  if (Buffer.byteLength(name) <= NAME_BYTES_MAX) return ['', name];
  for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
    const [prefix, rest] = [name.slice(0, slash), name.slice(slash + 1)];
    const fits = Buffer.byteLength(prefix) <= PREFIX_BYTES_MAX && Buffer.byteLength(rest) <= NAME_BYTES_MAX;
    if (fits && rest !== '') return [prefix, rest];
  }
  throw new RangeError(`The name ${JSON.stringify(name)} is too long for an archive.`);
}

function writeSize(block: Buffer, size: number): void {
  if (size <= OCTAL_SIZE_MAX) {
    block.write(`${octal(size, 11)}\0`, 124, 'latin1');
    return;
  }
  block[124] = 0x80;
  block.writeBigUInt64BE(BigInt(size), 128);
}

function readSize(block: Buffer): number | undefined {
  if (block[124] !== 0x80) return readOctal(block, 124, 12);
  const size = Number(block.readBigUInt64BE(128));
  return Number.isSafeInteger(size) ? size : undefined;
}

function octal(number: number, digits: number): string {
  return number.toString(8).padStart(digits, '0');
}

function readOctal(block: Buffer, start: number, length: number): number | undefined {
  const text = block
    .toString('latin1', start, start + length)
    .replace(/[\0 ]+$/, '')
    .trimStart();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function readText(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString('utf8', start, end < 0 || end > start + length ? start + length : end);
}

/** The sum of all bytes, with the field of the sum itself taken as spaces. */
function checksum(block: Buffer): number {
  let sum = 0;
  for (const [index, byte] of block.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  return sum;
}
