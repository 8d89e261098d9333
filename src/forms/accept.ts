import type { Upload } from './definition.ts';

/**
 * Whether a file is one of those that an `accept` attribute lists: `.pdf`, `image/png`, `image/*`. An empty list takes
 * every file. The media type is what the sender says; that extension and content agree is the `files` room's to see.
 */
export function accepts(accept: string, upload: Pick<Upload, 'filename' | 'mediaType'>): boolean {
  const tokens = accept
    .split(',')
    .map((token) => token.trim().toLowerCase())
    .filter((token) => token !== '');
  if (tokens.length === 0) return true;
  const filename = upload.filename.toLowerCase();
  const mediaType = upload.mediaType.toLowerCase();
  return tokens.some((token) => {
    if (token.startsWith('.')) return filename.endsWith(token) && filename.length > token.length;
    return token.endsWith('/*') ? mediaType.startsWith(token.slice(0, -1)) : mediaType === token;
  });
}
