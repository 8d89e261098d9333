import { open, rename, rm, utimes, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { TextDecoder } from 'node:util';
import type { Upload, UploadRefusal } from '../forms/index.ts';
import { filesPrefix } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import type { Clock, Random } from '../std/index.ts';
import { operating } from './disk.ts';
import type { Folders } from './disk.ts';
import type { ImageOutcome, ImagePool } from './image-pool.ts';
import { imageSideMax } from './image-task.ts';
import type { ImageFormat } from './image-task.ts';
import { agreedExtension, imageFormatOf, mediaTypeOf } from './kinds.ts';
import { fileName } from './name.ts';
import type { ImageSize } from './name.ts';

export interface Storing {
  readonly folders: Folders;
  readonly images: ImagePool;
  readonly random: Random;
  readonly clock: Clock;
}

/** Puts what a sender sends into the provisional folder, under its new name; a picture encoded anew. */
export async function storeFile(
  storing: Storing,
  file: { filename: string; mediaType: string },
  content: AsyncIterable<Uint8Array>,
): Promise<Upload> {
  const { folders, random } = storing;
  const name = Buffer.from(random.bytes(16)).toString('hex');
  const place = join(folders.incoming, name);
  const encoded = `${place}-encoded`;
  try {
    const handle = await operating(open(place, 'wx', 0o600));
    const written = await writeAll(handle, content).finally(async () => await handle.close());
    const extension = agreedExtension(file.filename, await detect(place), written.isText);
    const described = { filename: file.filename, mediaType: file.mediaType, size: written.bytes };
    if (extension === undefined) return { ...described, path: '', refused: 'type' };
    const format = imageFormatOf(extension);
    const image = format && (await encode(storing.images, format, place, encoded));
    if (typeof image === 'string') return { ...described, path: '', refused: image };
    const stored = fileName(name, extension, image);
    await keepProvisionally(storing, image ? encoded : place, stored);
    // A picture's name goes the way of its other metadata.
    if (!image) await operating(writeFile(join(folders.named, stored), file.filename, { mode: 0o600 }));
    const contentType = mediaTypeOf(extension)?.split(';')[0];
    return { ...described, path: filesPrefix + stored, ...(contentType && { contentType }), ...image };
  } finally {
    for (const left of [place, encoded]) await rm(left, { force: true });
  }
}

async function keepProvisionally({ folders, clock }: Storing, place: string, stored: string): Promise<void> {
  const seconds = clock.now() / 1000;
  await operating(utimes(place, seconds, seconds));
  await operating(rename(place, join(folders.incoming, stored)));
}

/** The size of the picture as it was encoded, or why it was not. */
async function encode(
  images: ImagePool,
  format: ImageFormat,
  input: string,
  output: string,
): Promise<ImageSize | UploadRefusal> {
  const outcome = await images.run({ format, input, output, side: imageSideMax });
  return outcome.ok ? { width: outcome.width, height: outcome.height } : refusalOf(outcome);
}

function refusalOf(outcome: Extract<ImageOutcome, { ok: false }>): UploadRefusal {
  switch (outcome.fault) {
    case 'broken':
      return 'broken';
    case 'pixels':
    case 'heavy':
      return 'pixels';
    case 'ended':
    case 'busy':
      return 'busy';
    case 'unusable':
      throw unusable(outcome.why);
    default:
      return outcome satisfies never;
  }
}

/** The installation's own fault, which no other picture would mend. */
function unusable(why: string): BacklotError {
  return new BacklotError(
    'files/images-unusable',
    `Pictures cannot be worked on: ${why}. Is the disk full? Else install the program again on this machine: it needs the image library \`sharp\` for its system.`,
  );
}

interface Written {
  readonly bytes: number;
  /** UTF-8 without control characters. */
  readonly isText: boolean;
}

async function writeAll(handle: FileHandle, content: AsyncIterable<Uint8Array>): Promise<Written> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let isText = true;
  for await (const chunk of content) {
    for (let offset = 0; offset < chunk.byteLength;) {
      const { bytesWritten } = await operating(handle.write(chunk, offset));
      offset += bytesWritten;
    }
    bytes += chunk.byteLength;
    isText &&= isTextChunk(decoder, chunk);
  }
  return { bytes, isText: isText && isTextChunk(decoder) };
}

/** Without a chunk: whether the text ended between two characters. */
function isTextChunk(decoder: TextDecoder, chunk?: Uint8Array): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return chunk === undefined || !chunk.some(isControl);
  } catch {
    return false;
  }
}

/** NUL to US, but not tab to carriage return, and not the escape that some texts are coloured with. */
function isControl(byte: number): boolean {
  return byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b;
}

/** What the content is, by its signature. A file that confuses the detector is none that it knows. */
async function detect(place: string): Promise<string | undefined> {
  const { fileTypeFromFile } = await import('file-type');
  try {
    return (await fileTypeFromFile(place))?.ext;
  } catch {
    return undefined;
  }
}
