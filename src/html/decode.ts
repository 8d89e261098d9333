import type { Diagnostic } from '../std/index.ts';

/** A page's text, or why it cannot be read as text. */
export type Decoded =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/**
 * Decodes a page's bytes: UTF-8, a byte order mark kept as U+FEFF, so that the text encodes to the same bytes again.
 * Anything else is told with its place; such a file is served as it is.
 */
export function decodePage(bytes: Uint8Array, file: string): Decoded {
  const wide = wideEncoding(bytes);
  if (wide) {
    return refused(file, 1, 1, `This file is ${wide}, which pages cannot be on the web.`, 'Save it as UTF-8.');
  }
  const offset = invalidOffset(bytes);
  if (offset < 0) return { ok: true, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) };
  const { line, column } = placeOf(bytes, offset);
  const declared = declaredEncoding(bytes);
  const found = `The byte 0x${bytes[offset]!.toString(16).toUpperCase().padStart(2, '0')} is not UTF-8`;
  const message = declared ? `${found}; the file declares ${declared}.` : `${found}.`;
  const fix =
    declared && !/^utf-?8$/i.test(declared)
      ? 'Save the file as UTF-8 and write <meta charset="utf-8">.'
      : 'Save the file as UTF-8.';
  return refused(file, line, column, message, fix);
}

function refused(file: string, line: number, column: number, message: string, fix: string): Decoded {
  const diagnostic: Diagnostic = {
    severity: 'error',
    code: 'html/encoding',
    message: `${message} It is served as it is, without data.`,
    fix,
    at: { file, line, column },
  };
  return { ok: false, diagnostic };
}

/** UTF-16 and UTF-32 by their marks, or by the zero bytes that markup in them has. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16';
  if (a === 0xfe && b === 0xff) return 'UTF-16';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32';
  return (a === 0x3c && b === 0 && d === 0) || (a === 0 && b === 0x3c && c === 0) ? 'UTF-16' : undefined;
}

/** Offset of the first byte that cannot stand in UTF-8 (Unicode 3.9, table 3-7), -1 when all can. */
function invalidOffset(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const length =
      lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    if (length === 0) return at;
    const second = bytes[at + 1] ?? 0;
    const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > most) return at;
    for (let i = 2; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return at;
    at += length;
  }
  return -1;
}

function placeOf(bytes: Uint8Array, offset: number): { line: number; column: number } {
  const before = Buffer.from(bytes.buffer, bytes.byteOffset, offset).toString('utf8');
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** The charset of a `meta` in the first 1,024 bytes, where browsers look for it. */
function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(1024, bytes.length)).toString('latin1');
  return /<meta[^>]*charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1];
}

const markWords = ['list', 'row', 'save', 'if', 'text', 'attr-', 'class', 'format', 'part', 'as', 'backlot-'].map(
  (word) => Buffer.from(word, 'latin1'),
);
const dataWord = Buffer.from('data-', 'latin1');
const methodWord = Buffer.from('method', 'latin1');

/**
 * Whether a page may have marks or a posted form: a scan of its bytes, in any case, without parsing. Sometimes true
 * where there are none (in a comment or script), never false where there are.
 */
export function mayHaveMarks(bytes: Uint8Array): boolean {
  if (wideEncoding(bytes)) return true;
  for (let at = 0; at < bytes.length; at++) {
    const letter = bytes[at]! | 0x20;
    if (letter === 0x64 && startsWith(bytes, at, dataWord)) {
      if (markWords.some((word) => startsWith(bytes, at + 5, word))) return true;
    } else if (letter === 0x6d && startsWith(bytes, at, methodWord) && isPost(bytes, at + 6)) return true;
  }
  return false;
}

/** Compares with a lower-case ASCII word; `|0x20` also maps a few other bytes, which only makes the scan more careful. */
function startsWith(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (((bytes[at + i] ?? 0) | 0x20) !== (word[i]! | 0x20)) return false;
  return true;
}

/** `method` with a value that begins with P, or with a character reference that may be one. */
function isPost(bytes: Uint8Array, from: number): boolean {
  let at = from;
  const skipSpace = (): void => {
    while (at < bytes.length && bytes[at]! <= 0x20) at++;
  };
  skipSpace();
  if (bytes[at] !== 0x3d) return false;
  at++;
  skipSpace();
  if (bytes[at] === 0x22 || bytes[at] === 0x27) at++;
  const first = bytes[at] ?? 0;
  return (first | 0x20) === 0x70 || first === 0x26;
}
