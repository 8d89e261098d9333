import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folders } from './disk.ts';
import type { ImagePool } from './image-pool.ts';
import { imageFormatOf } from './kinds.ts';
import type { FileName } from './name.ts';

/**
 * The widths in which pictures are made, in pixels. Any width may be asked for and gets the next of these: the number of
 * files that strangers can have made stays small.
 */
const imageWidths: readonly number[] = [96, 160, 240, 320, 480, 640, 800, 960, 1280, 1600, 1920, 2560];

/** The width to make for one that was asked for; undefined where the kept picture itself is the answer. */
export function madeWidth({ image, extension }: FileName, asked: number): number | undefined {
  const width = imageWidths.find((each) => each >= asked);
  return image && extension !== 'svg' && width !== undefined && width < image.width ? width : undefined;
}

/** Pictures in other widths, made when first asked for. */
export interface Variants {
  /**
   * The file with the picture at `source` in this width, one of {@link imageWidths}; made once for all who wait. Undefined where it
   * cannot be made now: the kept picture has to do.
   */
  file(picture: FileName, source: string, width: number): Promise<string | undefined>;
}

export function openVariants(folders: Folders, images: ImagePool): Variants {
  const underWay = new Map<string, Promise<string | undefined>>();
  return {
    async file(picture, source, width) {
      const place = join(folders.made, picture.name, `${width}.${picture.extension}`);
      if ((await stat(place).catch(() => undefined))?.isFile()) return place;
      const known = underWay.get(place);
      if (known) return await known;
      const making = make({ folders, images, source }, picture, width, place).finally(() => underWay.delete(place));
      underWay.set(place, making);
      return await making;
    },
  };
}

async function make(
  { folders, images, source }: { readonly folders: Folders; readonly images: ImagePool; readonly source: string },
  { name, extension }: FileName,
  width: number,
  place: string,
): Promise<string | undefined> {
  const format = imageFormatOf(extension);
  if (!format) return undefined;
  // Of this process: another one may be making the same, and the last to be ready takes the other's place. What a crash
  // leaves there is swept.
  const partial = join(folders.incoming, `${name}-${width}-${process.pid}`);
  try {
    await mkdir(join(folders.made, name), { recursive: true, mode: 0o700 });
    const outcome = await images.run({ format, input: source, output: partial, width });
    if (!outcome.ok) return undefined;
    await rename(partial, place);
    return place;
  } catch {
    // The disk is full, or the picture has just been removed.
    return undefined;
  } finally {
    await rm(partial, { force: true });
  }
}
