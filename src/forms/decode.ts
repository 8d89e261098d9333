import { Readable } from 'node:stream';
import { MIMEType } from 'node:util';
import { defaultFormLimits, refusals, Refused } from './body.ts';
import type { BodyRequest, DecodedBody, Decoding, FormLimits, UploadSink } from './body.ts';
import { decodeUrlEncoded } from './urlencoded.ts';

/**
 * Reads a posted body into its entry list, as a browser made it: `application/x-www-form-urlencoded` by the URL
 * standard, `multipart/form-data` by RFC 7578 with the browsers' escapes. Files stream into `sink`.
 *
 * Whatever a client sends comes back as entries or as a refusal; then no file is left behind, and what is unread of
 * the body stays unread, for the server to answer and close. Only failures of `sink` are thrown.
 */
export async function decodeBody(request: BodyRequest, limits: FormLimits, sink: UploadSink): Promise<DecodedBody> {
  const coding = request.contentEncoding?.trim().toLowerCase() ?? '';
  if (coding !== '' && coding !== 'identity') return refusals.encoded;
  const type = mimeType(request.contentType);
  const allowed: Required<FormLimits> = { ...defaultFormLimits, ...limits };
  if (request.contentLength !== undefined && request.contentLength > allowed.bodyBytesMax) return refusals.body;
  const decoding: Decoding = {
    chunks: counted(request, allowed.bodyBytesMax),
    limits: allowed,
    sink,
    decodeText: textDecoder(request.encoding),
    wantsFile: request.wantsFile ?? (() => true),
  };
  try {
    if (type?.essence === 'application/x-www-form-urlencoded')
      return { ok: true, entries: await decodeUrlEncoded(decoding) };
    if (type?.essence !== 'multipart/form-data') return refusals.type;
    const boundary = type.params.get('boundary') ?? '';
    if (boundary === '' || boundary.length > 200) return refusals.malformed;
    // Most sites post no files: the parser is loaded when first needed.
    const { decodeMultipart } = await import('./multipart.ts');
    return { ok: true, entries: await decodeMultipart(decoding, boundary) };
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

function mimeType(contentType: string | undefined): MIMEType | undefined {
  try {
    return contentType === undefined ? undefined : new MIMEType(contentType);
  } catch {
    return undefined;
  }
}

/** Decodes without throwing, bad bytes as U+FFFD, and keeps a byte order mark, as the URL and Fetch standards do. */
function textDecoder(encoding: string | undefined): (bytes: Uint8Array) => string {
  let decoder = utf8;
  try {
    if (encoding !== undefined) decoder = new TextDecoder(encoding, { ignoreBOM: true });
  } catch {
    // A name that is no encoding: browsers fall back to UTF-8.
  }
  return (bytes) => decoder.decode(bytes);
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The body's chunks. Stops at the limit and at a body shorter than announced; a stream that fails is the client's. */
async function* counted(request: BodyRequest, bytesMax: number): AsyncGenerator<Uint8Array, void, undefined> {
  const { body, contentLength } = request;
  const chunks: AsyncIterator<unknown> =
    body instanceof Readable ? body.iterator({ destroyOnReturn: false }) : body[Symbol.asyncIterator]();
  let received = 0;
  for (;;) {
    const next = await nextChunk(chunks);
    if (next === undefined) break;
    received += next.byteLength;
    if (received > bytesMax) throw new Refused(refusals.body);
    yield next;
  }
  if (contentLength !== undefined && received !== contentLength) throw new Refused(refusals.incomplete);
}

async function nextChunk(chunks: AsyncIterator<unknown>): Promise<Uint8Array | undefined> {
  let next: IteratorResult<unknown>;
  try {
    next = await chunks.next();
  } catch (error) {
    const timedOut = error instanceof Error && (error.name === 'TimeoutError' || codeOf(error).includes('TIMEOUT'));
    throw new Refused(timedOut ? refusals.timeout : refusals.incomplete);
  }
  if (next.done === true) return undefined;
  if (typeof next.value === 'string') return Buffer.from(next.value);
  if (next.value instanceof Uint8Array) return next.value;
  throw new Refused(refusals.malformed);
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
