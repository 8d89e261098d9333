import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import { imageFramesMax, imagePixelsMax } from './image-task.ts';
import type { ImageFormat, ImageReport, ImageTask } from './image-task.ts';

// One task at a time in one process: how many pictures are worked on at once is counted in processes.
sharp.concurrency(1);
sharp.cache(false);
// The library reads far more than we take, through far more code.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegFile',
    'VipsForeignLoadPngFile',
    'VipsForeignLoadWebpFile',
    'VipsForeignLoadHeifFile',
    'VipsForeignLoadNsgifFile',
  ],
});

/** How the library names formats, where it names them otherwise. */
const named: Readonly<Partial<Record<ImageFormat, string>>> = { avif: 'heif' };

/**
 * Decodes a picture and encodes it anew: upright, in sRGB, without metadata, animations with all their frames. What is
 * written is ours to the last byte, whatever else the input was.
 */
export async function encodeRaster(task: ImageTask): Promise<ImageReport> {
  const metadata = await readable(() => source(task, false).metadata());
  if (!metadata || metadata.format !== (named[task.format] ?? task.format)) return { ok: false, fault: 'broken' };
  if (!isWithinLimits(metadata)) return { ok: false, fault: 'pixels' };
  const encoded = await readable(() =>
    encoder(sized(source(task), task), task.format).toBuffer({ resolveWithObject: true }),
  );
  if (!encoded) return { ok: false, fault: 'broken' };
  // By ourselves, as the library does not tell a full disk from a picture that breaks off.
  await writeFile(task.output, encoded.data, { mode: 0o600 });
  const { width, height, pageHeight = height } = encoded.info;
  return { ok: true, width, height: pageHeight };
}

function source({ input, format }: ImageTask, limitInputPixels: number | false = imagePixelsMax): Sharp {
  const animated = format === 'gif' || format === 'webp';
  return sharp(input, { animated, failOn: 'error', limitInputPixels }).autoOrient();
}

async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}

/** `height` counts all frames, one below the other. */
function isWithinLimits({ width, height, pages = 1 }: Metadata): boolean {
  return width * height <= imagePixelsMax && pages <= imageFramesMax;
}

function sized(image: Sharp, { side, width }: ImageTask): Sharp {
  if (width !== undefined) return image.resize({ width, withoutEnlargement: true });
  return image.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
}

function encoder(image: Sharp, format: ImageFormat): Sharp {
  switch (format) {
    case 'jpeg':
      return image.jpeg({ quality: 84, progressive: true });
    case 'png':
      return image.png();
    case 'webp':
      return image.webp({ quality: 84, alphaQuality: 90 });
    case 'avif':
      return image.avif({ quality: 60, effort: 2 });
    case 'gif':
      return image.gif({ effort: 3 });
    default:
      throw new Error(`${format} is no raster format.`);
  }
}
