import { decodeBody } from '../forms/index.ts';
import type { Upload } from '../forms/index.ts';
import { filesPrefix } from '../files/index.ts';
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
    throw invalid(refused.map(({ name, value }) => ({ field: name, code: value.refused!, message: refusal(value) })));
  }
  const kept = uploads.map(({ value: { path, filename, mediaType, size } }) => ({ path, filename, mediaType, size }));
  return json(201, { files: kept });
}

/** `GET /api/files/NAME`: a stored file, to be saved rather than shown. */
export async function downloadFile(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  const file = await context.files.open(filesPrefix + (call.parameters['name'] ?? ''));
  if (!file) throw notFound('There is no such file.');
  const { diskPath, size, headers } = file;
  return { status: 200, headers: { 'cache-control': 'private, no-store', ...headers }, body: { diskPath, size } };
}

function refusal({ filename, refused }: Upload): string {
  return refused === 'size' ? `${filename} is too large.` : `${filename} is of a kind that is not taken.`;
}
