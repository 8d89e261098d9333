import { readFile, stat, writeFile } from 'node:fs/promises';
import { svgBytesMax } from './image-task.ts';
import type { ImageReport, ImageTask } from './image-task.ts';
import { sanitiseSvg } from './svg.ts';

/** Writes a drawing anew, with only what is known to be harmless. */
export async function encodeSvg({ input, output }: ImageTask): Promise<ImageReport> {
  const { size } = await stat(input);
  if (size > svgBytesMax) return { ok: false, fault: 'pixels' };
  const drawing = sanitiseSvg(await readFile(input, 'utf8'));
  if (typeof drawing === 'string') return { ok: false, fault: drawing };
  await writeFile(output, drawing.text, { mode: 0o600 });
  return { ok: true, width: drawing.width, height: drawing.height };
}
