import type { Upload } from './definition.ts';

/**
 * Whether a file is one of those that an `accept` attribute lists: `.pdf`, `image/png`, `image/*`. An empty list takes
 * every file. A group (`image/*`) is met by the content alone; a type by the content, or by what the sender says, as some
 * kinds have several names. That extension and content agree is the `files` room's to see.
 */
export function accepts(accept: string, upload: Pick<Upload, 'filename' | 'mediaType' | 'contentType'>): boolean {
  const tokens = accept
    .split(',')
    .map((token) => token.trim().toLowerCase())
    .filter((token) => token !== '');
  if (tokens.length === 0) return true;
  const filename = upload.filename.toLowerCase();
  const mediaType = upload.mediaType.toLowerCase();
  const contentType = upload.contentType ?? mediaType;
  return tokens.some((token) => {
    if (token.startsWith('.')) return filename.endsWith(token) && filename.length > token.length;
    if (token.endsWith('/*')) return contentType.startsWith(token.slice(0, -1));
    return contentType === token || mediaType === token;
  });
}
