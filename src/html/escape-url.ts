import type { AttributeContext } from './escape.ts';
import { safeUrl } from '../schema/index.ts';

const blocked = '#blocked';

/**
 * Makes data fit for its place inside an attribute's value; what comes out still has to go through `escapeAttribute`
 * together with the rest of the value.
 *
 * @param context what the attribute is, from `attributeContext`
 * @param before all of the value up to the data, with the holes in it already filled
 * @param value the data
 * @param after the author's text behind it, up to the next hole
 *
 * `url`: data at the start is a URL of its own and stands only if it is safe; data further on is percent-encoded, so
 * that it stays inside the path, query or fragment and never changes scheme or host. `srcset`: the same for the URL of
 * each candidate. `style`: the inside of `url('…')`, or a number. `text`: as it is.
 */
export function escapeInAttribute(
  context: Exclude<AttributeContext, 'forbidden'>,
  before: string,
  value: string,
  after: string,
): string {
  if (context === 'url') return urlHole(before, value, after);
  if (context === 'srcset') return srcsetHole(before, value, after);
  if (context === 'style') return styleValue(before, value, after);
  return value;
}

/** What data in a `style` attribute may be at this place; `null` where nothing may (a property's name, a string). */
export function styleHole(before: string): 'url' | 'number' | null {
  if (openUrl.test(before)) return 'url';
  const declaration = before.slice(before.lastIndexOf(';') + 1);
  if (!declaration.includes(':')) return null;
  return /^[^'"]*(?:(?:'[^']*'|"[^"]*")[^'"]*)*$/.test(declaration) ? 'number' : null;
}

function urlHole(before: string, value: string, after: string): string {
  const start = before.trimStart();
  if (start === '') return safeUrl(value + after) === blocked ? blocked : safeUrl(value);
  const inside = partOfUrl(start, value.toWellFormed(), after);
  return safeUrl(start + inside + after) === blocked && safeUrl(start) !== blocked ? blocked : inside;
}

/** Encodes data for the part of the URL that `before` has reached (URL Standard, 4.1). */
function partOfUrl(before: string, value: string, after: string): string {
  if (before.includes('?') || before.includes('#')) return encodeURIComponent(value);
  const authority = /^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}([^/\\]*)$/i.exec(before);
  if (authority) return partOfAuthority(authority[1]!, value, after);
  if (/^tel:/i.test(before)) return encodePath(value.replace(/\s+/g, '')).replaceAll('%2B', '+');
  if (/^mailto:/i.test(before)) return encodePath(value).replaceAll('%40', '@');
  const encoded = encodePath(value);
  // `/` and a further slash would begin a host.
  if (!/^[/\\]$/.test(before)) return encoded;
  if (encoded === '' && /^[/\\]/.test(after)) return '.';
  return encoded.replace(/^\/+/, (slashes) => '%2F'.repeat(slashes.length));
}

/** `https://{host}` gives the host away; `https://{name}.example.org` one label; `https://example.org{path}` none. */
function partOfAuthority(host: string, value: string, after: string): string {
  if (host === '' && (after === '' || /^[/?#]/.test(after))) {
    return encodePath(value).replace(/^\/+/, '').replaceAll('%3F', '?').replaceAll('%23', '#').replaceAll('%3D', '=');
  }
  if (after !== '' && !/^[/?#]/.test(after)) return value.replace(/[^\p{L}\p{N}-]/gu, '');
  if (host.endsWith(':')) return value.replace(/\D/g, '');
  return value === '' ? '' : `/${encodePath(value).replace(/^\/+/, '')}`;
}

/** Percent-encodes all but what paths consist of. Escapes that are there already stay. */
function encodePath(value: string): string {
  return encodeURIComponent(value)
    .replaceAll('%2F', '/')
    .replace(/%25(?=[0-9a-f]{2})/gi, '%');
}

/** A `srcset` (HTML standard, 4.8.4.2.1): a whole one, the URL of a candidate, or the number of a descriptor. */
function srcsetHole(before: string, value: string, after: string): string {
  if (before.trim() === '' && after.trim() === '') {
    return value
      .split(/,(?=\s)/)
      .map((candidate) => {
        const parts = /^\s*(\S+)(\s+\d+(?:\.\d+)?[wxh])?\s*$/.exec(candidate);
        return parts ? srcsetUrl('', parts[1]!, '') + (parts[2] ?? '') : srcsetUrl('', candidate.trim(), '');
      })
      .join(', ');
  }
  const candidate = before.slice(before.search(/(?:^|,\s+)[^,]*(?:,(?!\s)[^,]*)*$/)).replace(/^,?\s+/, '');
  if (/\s/.test(candidate)) return /^\d+(?:\.\d+)?$/.test(value) ? value : '1';
  return srcsetUrl(candidate, value, /^[^\s,]*/.exec(after)![0]);
}

/** A URL inside a list of candidates: spaces would end it, commas at its ends too. */
function srcsetUrl(before: string, value: string, after: string): string {
  return urlHole(before, value, after).replace(/[\s,]/g, (character) => encodeURIComponent(character));
}

const openUrl = /(?:^|[^\w-])url\(\s*(?:"([^"()\\]*)|'([^'()\\]*)|([^"'()\\\s]*))$/i;

/** Inside `url(…)` of CSS every character that could end it is percent-encoded; elsewhere only a number stands. */
function styleValue(before: string, value: string, after: string): string {
  const open = openUrl.exec(before);
  if (!open) return /^-?\d+(?:\.\d+)?$/.test(value) ? value : '0';
  const rest = /^[^"'()]*/.exec(after)![0];
  const url = urlHole(open[1] ?? open[2] ?? open[3] ?? '', value, rest);
  return url.replace(/["'()\\\s<>\p{Cc}]/gu, (character) =>
    character < '\u0080' ? `%${character.charCodeAt(0).toString(16).padStart(2, '0')}` : encodeURIComponent(character),
  );
}
