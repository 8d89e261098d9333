import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './disk.ts';
import type { Folders } from './disk.ts';
import { parsePath } from './name.ts';
import type { FileName, ImageSize } from './name.ts';
import { madeWidth } from './variants.ts';
import type { Variants } from './variants.ts';

/** A stored file, to be sent to whoever may have it. */
export interface StoredFile {
  /** Its place on disk. */
  readonly diskPath: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** Of a picture that we encoded, in its full size: only such files are shown, all others are saved. */
  readonly image?: ImageSize;
  /** False where a picture is sent in another width than it will be: it must not be kept under this address. */
  readonly final: boolean;
  /** With these it can do no harm in a browser: not sniffed, not run, shown only where we made it. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface OpenOptions {
  /** Of a picture: at least so many pixels wide, or as wide as it is. */
  readonly width?: number;
  /** Also a file that no row holds yet: for those who have just sent it. */
  readonly provisional?: boolean;
}

/** Finds a kept file by the path that a row holds; undefined when there is none. */
export async function openStored(
  folders: Folders,
  variants: Variants,
  path: string,
  { width, provisional = false }: OpenOptions = {},
): Promise<StoredFile | undefined> {
  const name = parsePath(path);
  if (!name) return undefined;
  const place = await placeOf(folders, name, provisional);
  const whole = place === undefined ? undefined : await stat(place).catch(() => undefined);
  if (place === undefined || !whole?.isFile()) return undefined;
  const made = width === undefined ? undefined : madeWidth(name, width);
  const variant = made === undefined ? undefined : await variants.file(name, place, made);
  const found = variant === undefined ? whole : await stat(variant).catch(() => undefined);
  const { size, mtimeMs } = found ?? whole;
  return {
    diskPath: found && variant !== undefined ? variant : place,
    size,
    modifiedMs: mtimeMs,
    ...(name.image && { image: name.image }),
    final: made === undefined || (found !== undefined && variant !== undefined),
    headers: await headersOf(folders, name),
  };
}

async function placeOf(folders: Folders, { name }: FileName, provisional: boolean): Promise<string | undefined> {
  const places = [join(folders.kept, name), ...(provisional ? [join(folders.incoming, name)] : [])];
  for (const place of places) if (await exists(place)) return place;
  return undefined;
}

async function headersOf(folders: Folders, name: FileName): Promise<Readonly<Record<string, string>>> {
  const safe = { 'content-type': name.mediaType, 'x-content-type-options': 'nosniff' };
  // A drawing carries its own style; scripts and other addresses stay shut out.
  if (name.image && name.extension === 'svg') {
    return { ...safe, 'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'" };
  }
  const sandboxed = { ...safe, 'content-security-policy': "sandbox; default-src 'none'" };
  if (name.image) return sandboxed;
  const sent = await readFile(join(folders.named, name.name), 'utf8').catch(() => '');
  return { ...sandboxed, 'content-disposition': attachment(sent === '' ? name.name : withExtension(sent, name)) };
}

/** What had no extension gets that of its content, so that the visitor's system knows it. */
function withExtension(filename: string, { extension }: FileName): string {
  return filename.toLowerCase().endsWith(`.${extension}`) ? filename : `${filename}.${extension}`;
}

/**
 * `Content-Disposition: attachment` (RFC 6266) with the name in UTF-8 (RFC 8187), and in ASCII for those who read only
 * that.
 */
function attachment(filename: string): string {
  const plain = filename
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]|["\\%]/g, '_');
  if (plain === filename) return `attachment; filename="${plain}"`;
  const encoded = encodeURIComponent(filename.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
