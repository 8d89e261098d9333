import type { Readable } from 'node:stream';
import { Dicer } from '@fastify/busboy';
import { entryBudget, refusals, Refused } from './body.ts';
import type { Decoding, EntryBudget } from './body.ts';
import type { Entry, Upload } from './definition.ts';

/** More than any browser sends; a longer header block is cut, and then malformed. */
const headerBytesMax = 4096;
const headersMax = 20;

/**
 * Reads multipart/form-data. Parts are cut by busboy's Dicer; what their headers mean is read here, as browsers write
 * them (quotes and line ends as `%22`, `%0D`, `%0A`, backslashes as they are), and anything else is malformed.
 */
export async function decodeMultipart(decoding: Decoding, boundary: string): Promise<Entry[]> {
  let wake = ignore;
  let ended = false;
  /** Waits for the end of one step, of the form, or of our patience with it, whichever is first. */
  const step = async (begin: (done: () => void) => void): Promise<void> =>
    await new Promise((done) => {
      wake = done;
      begin(done);
    });
  const reading = new MultipartReading(decoding, () => wake());
  const config = { boundary, maxHeaderPairs: headersMax, maxHeaderSize: headerBytesMax };
  const dicer = new Dicer(config);
  dicer.on('part', (part: Readable) => reading.take(part));
  dicer.on('error', () => reading.stop(new Refused(refusals.malformed)));
  dicer.on('finish', () => {
    ended = true;
    wake();
  });
  try {
    for (let next = await decoding.chunks.next(); next.done !== true; next = await decoding.chunks.next()) {
      const chunk = next.value;
      // What follows the closing delimiter is no part of the form.
      if (dicer.writable && !reading.hasStopped) await step((done) => dicer.write(chunk, () => done()));
      if (reading.hasStopped) return await reading.result();
    }
    if (!ended && !reading.hasStopped) await step(() => dicer.writable && dicer.end());
  } catch (error) {
    reading.stop(error);
  }
  return await reading.result();
}

/** The parts of one form while they arrive. Small ones overlap; their entries keep the order of the body. */
class MultipartReading {
  hasStopped = false;
  readonly #decoding: Decoding;
  readonly #budget: EntryBudget;
  readonly #entries: (Entry | undefined)[] = [];
  readonly #parts = new Set<Readable>();
  readonly #tasks: Promise<void>[] = [];
  readonly #onStop: () => void;
  #reason: unknown;

  constructor(decoding: Decoding, onStop: () => void) {
    this.#decoding = decoding;
    this.#budget = entryBudget(decoding.limits);
    this.#onStop = onStop;
  }

  /** Gives up for the first reason that comes. Parts that are still open end with an error. */
  stop(reason: unknown): void {
    if (this.hasStopped) return;
    this.hasStopped = true;
    this.#reason = reason;
    for (const part of this.#parts) part.destroy(new Refused(refusals.incomplete));
    this.#onStop();
  }

  take(part: Readable): void {
    // Errors reach whoever reads the part; one that nobody reads yet must not end the process.
    part.on('error', ignore);
    if (this.hasStopped) {
      part.destroy();
      return;
    }
    this.#parts.add(part);
    const index = this.#entries.push(undefined) - 1;
    part.once('header', (headers: Record<string, string[]>) => {
      this.#tasks.push(this.#read(part, index, headers).catch((error: unknown) => this.stop(error)));
    });
  }

  /** All entries in order. Throws the reason for stopping, after every file that was kept is gone again. */
  async result(): Promise<Entry[]> {
    await Promise.all(this.#tasks);
    // A part whose headers never ended has no task.
    if (!this.hasStopped && this.#tasks.length < this.#entries.length) this.stop(new Refused(refusals.malformed));
    const entries = this.#entries.filter((entry) => entry !== undefined);
    if (!this.hasStopped) return entries;
    const kept = entries.flatMap(({ value }) => (typeof value === 'string' || value.path === '' ? [] : [value.path]));
    if (kept.length > 0) await this.#decoding.sink.discard(kept);
    throw this.#reason;
  }

  async #read(part: Readable, index: number, headers: Record<string, string[]>): Promise<void> {
    const disposition = readDisposition(headers['content-disposition']?.[0], this.#decoding.decodeText);
    if (!disposition) throw new Refused(refusals.malformed);
    const { name, filename } = disposition;
    if (name === '__proto__') throw new Refused(refusals.name);
    this.#budget.addName(Buffer.byteLength(name));
    const value =
      filename === undefined
        ? await this.#readText(part)
        : await this.#readFile(part, name, filename, headers['content-type']?.[0] ?? 'application/octet-stream');
    if (value !== undefined) this.#entries[index] = { name, value };
    this.#parts.delete(part);
  }

  async #readText(part: Readable): Promise<string> {
    const held: Uint8Array[] = [];
    for await (const chunk of chunksOf(part)) {
      this.#budget.addText(chunk.byteLength);
      held.push(chunk);
    }
    return this.#decoding.decodeText(held.length === 1 ? held[0]! : Buffer.concat(held));
  }

  /** A file field left empty is sent as a file without a name and without content. */
  async #readFile(
    part: Readable,
    name: string,
    filename: string,
    mediaType: string,
  ): Promise<string | Upload | undefined> {
    const { sink, limits, wantsFile } = this.#decoding;
    this.#budget.addText(Buffer.byteLength(filename));
    const chunks = chunksOf(part);
    const first = await chunks.next();
    if (first.done === true && filename === '') return '';
    this.#budget.addFile();
    if (!wantsFile(name)) {
      part.resume();
      return undefined;
    }
    const counter = { bytes: 0 };
    const content = upTo(limits.fileBytesMax, counter, first, chunks);
    const upload = await sink.store({ filename, mediaType }, content);
    let isWhole = false;
    try {
      // The store need not have read it all.
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
        counter.bytes += next.value.byteLength;
      isWhole = counter.bytes <= limits.fileBytesMax;
    } finally {
      // Also where the form breaks off meanwhile: nobody else knows of the file yet.
      if (!isWhole && upload.path !== '') await sink.discard([upload.path]);
    }
    if (isWhole) return upload;
    return { path: '', filename: upload.filename, mediaType: upload.mediaType, size: counter.bytes, refused: 'size' };
  }
}

function ignore(): void {
  // Nobody waits; or whoever reads the part is told.
}

/** A part's chunks; leaving off does not close the part, which the parser would wait for. */
async function* chunksOf(part: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of part.iterator({ destroyOnReturn: false })) if (chunk instanceof Uint8Array) yield chunk;
}

/** Hands on at most `bytesMax` bytes of content, and counts them all. */
async function* upTo(
  bytesMax: number,
  counter: { bytes: number },
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncIterator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let next = first; next.done !== true; next = await rest.next()) {
    counter.bytes += next.value.byteLength;
    if (counter.bytes > bytesMax) return;
    yield next.value;
  }
}

interface Disposition {
  readonly name: string;
  /** Present for files only. */
  readonly filename?: string;
}

/** One parameter: a token, and a value in quotes (in which a backslash is itself) or bare. */
const parameter = /[ \t]*;[ \t]*([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*(?:"([^"]*)"|([^\s";]+))/y;

/** Reads `form-data; name="…"; filename="…"`; undefined when it is anything else. `header` holds one byte a character. */
function readDisposition(
  header: string | undefined,
  decodeText: (bytes: Uint8Array) => string,
): Disposition | undefined {
  const start = /^[ \t]*form-data/i.exec(header ?? '');
  if (!start || header === undefined) return undefined;
  const text = (value: string): string =>
    decodeText(Buffer.from(value, 'latin1')).replace(/%(?:22|0A|0D)/gi, (escape) => decodeURIComponent(escape));
  const parameters = new Map<string, string>();
  parameter.lastIndex = start[0].length;
  let end = parameter.lastIndex;
  for (let found = parameter.exec(header); found; found = parameter.exec(header)) {
    end = parameter.lastIndex;
    const key = found[1]!.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, text(found[2] ?? found[3] ?? ''));
  }
  const name = parameters.get('name');
  if (name === undefined || !/^[ \t;]*$/.test(header.slice(end))) return undefined;
  const filename = parameters.get('filename');
  return filename === undefined ? { name } : { name, filename: bareFilename(filename) };
}

/** Without folders and control characters, and of a length that a row can hold. */
function bareFilename(filename: string): string {
  const bare = filename.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
  const clean = bare.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '').trim();
  return clean === '.' || clean === '..' ? '' : cutName(clean);
}

/** At most 200 characters, the extension kept. */
function cutName(filename: string): string {
  if (filename.length <= 200) return filename;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(filename)?.[0] ?? '';
  return filename.slice(0, 200 - extension.length).toWellFormed() + extension;
}
