import { filesPrefix } from '../schema/index.ts';
import { mediaTypeOf } from './kinds.ts';

/**
 * What a stored file's name says: 128 random bits, for pictures of our own making their size in pixels, and the
 * extension. Names are only ever made here, so a name with a size in it proves that we encoded the picture.
 */
export interface FileName {
  /** `0123456789abcdef0123456789abcdef-1600x1200.jpg` */
  readonly name: string;
  readonly extension: string;
  readonly mediaType: string;
  /** Present for pictures that we encoded. */
  readonly image?: ImageSize;
}

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

const pattern = /^[0-9a-f]{32}(?:-([1-9]\d{0,4})x([1-9]\d{0,4}))?\.([a-z0-9]{1,10})$/;

/** Makes the name under which a file is kept. */
export function fileName(random: string, extension: string, image?: ImageSize): string {
  return `${random}${image ? `-${image.width}x${image.height}` : ''}.${extension}`;
}

/** Reads a stored file's name; undefined for anything that {@link fileName} does not make, so no name leads out. */
export function parseName(name: string): FileName | undefined {
  const [, width, height, extension = ''] = pattern.exec(name) ?? [];
  const mediaType = mediaTypeOf(extension);
  if (mediaType === undefined) return undefined;
  const image = width === undefined ? {} : { image: { width: Number(width), height: Number(height) } };
  return { name, extension, mediaType, ...image };
}

/** Reads the path that a row holds. */
export function parsePath(path: string): FileName | undefined {
  return path.startsWith(filesPrefix) ? parseName(path.slice(filesPrefix.length)) : undefined;
}
