import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { evaluateConditions, requestedRange } from './conditions.ts';
import { sendNoBytes, sendUnsatisfiable } from './respond.ts';

/** How a file is opened to be sent. Links were resolved before; one that has appeared since then is not followed. */
export const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/**
 * Answers GET and HEAD with an open file: all of it, the part asked for, or that the client has it already. Nothing is
 * sent when the client goes away in the middle; the caller closes the file.
 */
export async function sendHandle(
  request: IncomingMessage,
  response: ServerResponse,
  handle: FileHandle,
  { size, mtimeMs }: Stats,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const etag = `"${size.toString(36)}-${Math.round(mtimeMs * 1000).toString(36)}"`;
  const ours = { ...headers, etag };
  const validators = { etag, lastModified: headers['last-modified'] };
  const verdict = evaluateConditions(request.headers, validators);
  if (verdict !== 'send') return sendNoBytes(response, verdict, ours);
  const asked = request.method === 'GET' ? requestedRange(request.headers, size, validators) : undefined;
  if (asked === 'unsatisfiable') return sendUnsatisfiable(response, ours, size);
  const range = asked ?? { start: 0, end: size - 1 };
  const length = range.end - range.start + 1;
  response.writeHead(asked ? 206 : 200, {
    ...ours,
    'content-length': length,
    ...(asked ? { 'content-range': `bytes ${range.start}-${range.end}/${size}` } : {}),
  });
  if (request.method === 'HEAD' || length === 0) {
    response.end();
    return undefined;
  }
  const stream = handle.createReadStream({ ...range, autoClose: false });
  try {
    await pipeline(stream, response, { end: false });
  } catch {
    // A client that goes away in the middle of a download is no fault of ours.
    response.destroy();
    return undefined;
  }
  // A file cut short meanwhile leaves the client waiting for the rest.
  if (stream.bytesRead === length) response.end();
  else response.destroy();
  return undefined;
}

/** Undefined for what has gone, or may not be read, since the folder was loaded. */
export async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ELOOP'].includes(String(code))) return undefined;
    throw error;
  }
}
