import { decodeBody, defaultFormLimits } from '../forms/index.ts';
import type { UploadSink } from '../forms/index.ts';
import { ProblemError } from './problem.ts';
import { headerOf } from './request.ts';
import type { ApiRequest } from './request.ts';

export const jsonBytesMax = 1024 * 1024;
const jsonDepthMax = 32;

/** Reads a JSON body. Throws a {@link ProblemError}: 400, 408, 413, 415. */
export async function readJson(request: ApiRequest): Promise<unknown> {
  if (!isJson(headerOf(request, 'content-type'))) {
    throw new ProblemError(415, { code: 'media-type', detail: 'Send the body as application/json.' });
  }
  const bytes = await readBytes(request, jsonBytesMax);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw malformed('it is not UTF-8');
  }
  if (isTooDeep(text)) throw malformed(`it is nested more than ${jsonDepthMax} deep`);
  try {
    return JSON.parse(text, refuseProto) as unknown;
  } catch (error) {
    throw error instanceof ProblemError ? error : malformed('it is no JSON');
  }
}

/** Reads a body that may be JSON or what a plain form sends, as an object. */
export async function readJsonOrForm(request: ApiRequest): Promise<unknown> {
  const contentType = headerOf(request, 'content-type');
  if (contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded') !== true) {
    return await readJson(request);
  }
  const decoded = await decodeBody(
    { contentType, body: request.body },
    { ...defaultFormLimits, fieldsMax: 20 },
    noFiles,
  );
  if (!decoded.ok) throw new ProblemError(decoded.status, { code: 'malformed', detail: decoded.message });
  return Object.fromEntries(decoded.entries.map(({ name, value }) => [name, value]));
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

const noFiles: UploadSink = {
  store: () => Promise.reject(new Error('This body holds no files.')),
  discard: () => Promise.resolve(),
};

function isJson(contentType: string | undefined): boolean {
  const essence = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return essence === 'application/json' || /^application\/[\w.\-]+\+json$/v.test(essence);
}

async function readBytes(request: ApiRequest, bytesMax: number): Promise<Buffer> {
  if (Number(headerOf(request, 'content-length') ?? 0) > bytesMax) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of arriving(request)) {
    size += chunk.byteLength;
    if (size > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** A body that fails to arrive is the client's affair. */
async function* arriving(request: ApiRequest): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* request.body;
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    throw late
      ? new ProblemError(408, { code: 'timeout', detail: 'The body took too long to arrive.' })
      : malformed('it did not arrive whole');
  }
}

function tooLarge(): ProblemError {
  return new ProblemError(413, { code: 'too-large', detail: `A body may have at most ${jsonBytesMax} bytes.` });
}

function malformed(why: string): ProblemError {
  return new ProblemError(400, { code: 'malformed', detail: `The body cannot be read: ${why}.` });
}

/** Counts brackets outside strings, before anything is built from them. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > jsonDepthMax) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw malformed('no field may be called __proto__');
  return value;
}
