import { decodeBody } from '../forms/index.ts';
import type { Upload, UploadRefusal } from '../forms/index.ts';
import { filesPrefix, uploadPaths } from '../schema/index.ts';
import type { Table, Value } from '../schema/index.ts';
import { BacklotError } from '../std/index.ts';
import { onlyStaff } from './access.ts';
import type { ApiContext } from './context.ts';
import { invalid, notFound, ProblemError } from './problem.ts';
import { headerOf, json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';

/**
 * `POST /api/files`: keeps the files of a multipart body and gives their paths, for columns to hold. A file that no row
 * holds after a while is removed.
 */
export async function uploadFiles(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  const { files, limits } = context;
  const { request } = call;
  const length = headerOf(request, 'content-length');
  const decoded = await decodeBody(
    {
      contentType: headerOf(request, 'content-type'),
      contentLength: length === undefined ? undefined : Number(length),
      body: request.body,
    },
    limits,
    files,
  );
  if (!decoded.ok) throw new ProblemError(decoded.status, { code: 'malformed', detail: decoded.message });
  const uploads = decoded.entries.flatMap(({ name, value }) => (typeof value === 'string' ? [] : [{ name, value }]));
  const refused = uploads.filter(({ value }) => value.refused !== undefined);
  if (refused.length > 0 || uploads.length === 0) {
    await files.discard(uploads.map(({ value }) => value.path).filter((path) => path !== ''));
    if (uploads.length === 0) throw invalid([{ field: 'file', code: 'required', message: 'There is no file.' }]);
    throw invalid(
      refused.map(({ name, value }) => ({
        field: name,
        code: value.refused!,
        message: `${value.filename} ${refusals[value.refused!]}`,
      })),
    );
  }
  return json(201, { files: uploads.map(({ value }) => keptFile(value)) });
}

/** The type is that of the content; `width` and `height` are there for pictures that can be shown. */
function keptFile({ path, filename, mediaType, contentType, size, width, height }: Upload): Record<string, unknown> {
  const pixels = width === undefined ? {} : { width, height };
  return { path, filename, mediaType: contentType ?? mediaType, size, ...pixels };
}

/**
 * `GET /api/files/NAME`: a stored file. Pictures that we encoded are shown, with `?w=WIDTH` at least so many pixels wide;
 * everything else is to be saved. A file that has just been sent is there before a row holds it.
 */
export async function downloadFile(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  const path = filesPrefix + (call.parameters['name'] ?? '');
  const file = await context.files.open(path, { ...askedWidth(call.request.query), provisional: true });
  if (!file) throw notFound('There is no such file.');
  const { diskPath, size, headers } = file;
  return { status: 200, headers: { 'cache-control': 'private, no-store', ...headers }, body: { diskPath, size } };
}

/**
 * Files that were uploaded before become permanent before the row that holds them is there: a column's own, and those
 * in its markup. Throws 422 for what a column of files cannot hold, and for files that are gone; in markup these are
 * the author's to mend.
 */
export async function adoptUploads(
  { files }: ApiContext,
  table: Table,
  values: Readonly<Record<string, Value>>,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const { label = name, type } = table.columns[name] ?? {};
    if (type?.kind === 'file' && typeof value === 'string' && !value.startsWith(filesPrefix)) {
      throw invalid([{ field: name, code: 'type', message: `${label} takes the path of an uploaded file.` }]);
    }
    const isMarkup = type?.kind === 'html' || type?.kind === 'markdown';
    const texts = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
    const paths = texts.flatMap((text) => (isMarkup ? uploadPaths(text) : text.startsWith(filesPrefix) ? [text] : []));
    for (const path of paths) {
      if ((await adopted(files, path)) || isMarkup) continue;
      const message = `${label}: the file is not there any more. Upload it again.`;
      throw invalid([{ field: name, code: 'reference', message }]);
    }
  }
}

async function adopted(files: ApiContext['files'], path: string): Promise<boolean> {
  try {
    await files.adopt([path]);
    return true;
  } catch (error) {
    if (error instanceof BacklotError && error.code === 'files/missing') return false;
    throw error;
  }
}

function askedWidth(query: string): { readonly width?: number } {
  const asked = [...new URLSearchParams(query)];
  if (asked.length === 0) return {};
  const [name, value] = asked[0]!;
  if (asked.length > 1 || name !== 'w' || !/^[1-9]\d{0,5}$/.test(value)) {
    throw new ProblemError(400, { code: 'query', detail: 'A file takes ?w=WIDTH, in pixels, and nothing else.' });
  }
  return { width: Number(value) };
}

const refusals: Readonly<Record<UploadRefusal, string>> = {
  size: 'is too large.',
  type: 'is of a kind that is not taken, or its content is not what its name says.',
  broken: 'is damaged or no real picture.',
  pixels: 'is too large a picture: at most 50 megapixels are taken, in all its frames together.',
  busy: 'could not be read just now. Try again in a moment.',
};
