/*
 * Which files may be kept: those whose content can be told, and whose name says the same. Everything else (pages,
 * scripts, programs, what nobody knows) is refused.
 */

import type { ImageFormat } from './image-task.ts';

interface Kind {
  readonly mediaType: string;
  /** What `file-type` may call the content; absent for text, which has no signature. */
  readonly detected?: readonly string[];
}

const openXml = 'application/vnd.openxmlformats-officedocument';
const openDocument = 'application/vnd.oasis.opendocument';

/** By extension, in lower case. */
const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['jpg', { mediaType: 'image/jpeg', detected: ['jpg'] }],
  ['jpeg', { mediaType: 'image/jpeg', detected: ['jpg'] }],
  ['png', { mediaType: 'image/png', detected: ['png', 'apng'] }],
  ['gif', { mediaType: 'image/gif', detected: ['gif'] }],
  ['webp', { mediaType: 'image/webp', detected: ['webp'] }],
  ['avif', { mediaType: 'image/avif', detected: ['avif'] }],
  ['heic', { mediaType: 'image/heic', detected: ['heic'] }],
  ['heif', { mediaType: 'image/heif', detected: ['heic'] }],
  ['tif', { mediaType: 'image/tiff', detected: ['tif'] }],
  ['tiff', { mediaType: 'image/tiff', detected: ['tif'] }],
  ['bmp', { mediaType: 'image/bmp', detected: ['bmp'] }],
  ['pdf', { mediaType: 'application/pdf', detected: ['pdf'] }],
  ['rtf', { mediaType: 'application/rtf', detected: ['rtf'] }],
  ['epub', { mediaType: 'application/epub+zip', detected: ['epub'] }],
  ['doc', { mediaType: 'application/msword', detected: ['cfb'] }],
  ['xls', { mediaType: 'application/vnd.ms-excel', detected: ['cfb'] }],
  ['ppt', { mediaType: 'application/vnd.ms-powerpoint', detected: ['cfb'] }],
  ['docx', { mediaType: `${openXml}.wordprocessingml.document`, detected: ['docx'] }],
  ['xlsx', { mediaType: `${openXml}.spreadsheetml.sheet`, detected: ['xlsx'] }],
  ['pptx', { mediaType: `${openXml}.presentationml.presentation`, detected: ['pptx'] }],
  ['odt', { mediaType: `${openDocument}.text`, detected: ['odt'] }],
  ['ods', { mediaType: `${openDocument}.spreadsheet`, detected: ['ods'] }],
  ['odp', { mediaType: `${openDocument}.presentation`, detected: ['odp'] }],
  ['zip', { mediaType: 'application/zip', detected: ['zip'] }],
  ['gz', { mediaType: 'application/gzip', detected: ['gz', 'tar.gz'] }],
  ['7z', { mediaType: 'application/x-7z-compressed', detected: ['7z'] }],
  ['mp3', { mediaType: 'audio/mpeg', detected: ['mp3'] }],
  ['m4a', { mediaType: 'audio/mp4', detected: ['m4a', 'mp4'] }],
  ['wav', { mediaType: 'audio/wav', detected: ['wav'] }],
  ['flac', { mediaType: 'audio/flac', detected: ['flac'] }],
  ['ogg', { mediaType: 'audio/ogg', detected: ['ogg', 'oga', 'opus', 'ogv', 'ogx', 'spx'] }],
  ['oga', { mediaType: 'audio/ogg', detected: ['oga', 'ogg', 'opus', 'spx'] }],
  ['opus', { mediaType: 'audio/ogg', detected: ['opus', 'ogg'] }],
  ['mp4', { mediaType: 'video/mp4', detected: ['mp4', 'm4v'] }],
  ['m4v', { mediaType: 'video/mp4', detected: ['m4v', 'mp4'] }],
  ['mov', { mediaType: 'video/quicktime', detected: ['mov'] }],
  ['webm', { mediaType: 'video/webm', detected: ['webm'] }],
  ['txt', { mediaType: 'text/plain; charset=utf-8' }],
  ['md', { mediaType: 'text/markdown; charset=utf-8' }],
  ['csv', { mediaType: 'text/csv; charset=utf-8' }],
  ['tsv', { mediaType: 'text/tab-separated-values; charset=utf-8' }],
  ['ics', { mediaType: 'text/calendar; charset=utf-8' }],
  ['vcf', { mediaType: 'text/vcard; charset=utf-8' }],
  ['json', { mediaType: 'application/json' }],
  ['gpx', { mediaType: 'application/gpx+xml' }],
  ['svg', { mediaType: 'image/svg+xml' }],
]);

/** Content of text files that `file-type` knows all the same. */
const textDetected: ReadonlySet<string> = new Set(['xml', 'ics', 'vcf', 'svg']);

const imageFormats: Readonly<Record<string, ImageFormat>> = {
  jpg: 'jpeg',
  jpeg: 'jpeg',
  png: 'png',
  gif: 'gif',
  webp: 'webp',
  avif: 'avif',
  svg: 'svg',
};

/** The format as which a file of this extension is encoded anew; undefined for files that are kept as they are. */
export function imageFormatOf(extension: string): ImageFormat | undefined {
  return Object.hasOwn(imageFormats, extension) ? imageFormats[extension] : undefined;
}

/** Media type to serve a stored file with, undefined for an extension that is never stored. */
export function mediaTypeOf(extension: string): string | undefined {
  return kinds.get(extension)?.mediaType;
}

/** The extension of a file's name in lower case, '' when it has none. */
function extensionOf(filename: string): string {
  return /[^.]\.([A-Za-z0-9]{1,10})$/.exec(filename)?.[1]?.toLowerCase() ?? '';
}

/**
 * The extension to store a file under: its name's, when the content agrees, or the content's own when the name has
 * none. Undefined when they disagree or nobody can say what it is. `detected` is what `file-type` says.
 */
export function agreedExtension(filename: string, detected: string | undefined, isText: boolean): string | undefined {
  const extension = extensionOf(filename);
  if (extension === '') return detected !== undefined && kinds.has(detected) ? detected : undefined;
  const kind = kinds.get(extension);
  if (!kind) return undefined;
  const agrees = kind.detected
    ? detected !== undefined && kind.detected.includes(detected)
    : isText && (detected === undefined || textDetected.has(detected));
  return agrees ? extension : undefined;
}
