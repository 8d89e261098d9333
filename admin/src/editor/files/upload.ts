import { apiPath } from '../../config.ts';
import { problemOf } from '../../request.ts';
import { Problem } from '../../problem.ts';
import type { UploadedFile } from '../../api-types.ts';

export interface UploadOptions {
  /** Hears how much has been sent, from 0 to 1. */
  readonly onProgress: (part: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Sends a file to the server, which keeps it for a while until a row holds its path. By XMLHttpRequest: `fetch` tells
 * nothing of what has been sent. Throws {@link Problem}, or the signal's reason when it was aborted.
 */
export function uploadFile(file: File, { onProgress, signal }: UploadOptions): Promise<UploadedFile> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    signal.addEventListener('abort', abort, { once: true });
    request.upload.addEventListener('progress', ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) onProgress(loaded / total);
    });
    request.addEventListener('load', () => {
      const json = parse(request.responseText);
      const [uploaded] = (json as { readonly files?: readonly UploadedFile[] } | undefined)?.files ?? [];
      if (request.status === 201 && uploaded) resolve(uploaded);
      else reject(problemOf(new Response(null, { status: request.status, headers: headersOf(request) }), json));
    });
    request.addEventListener('error', () => reject(new Problem(0, 'The server cannot be reached.')));
    request.addEventListener('abort', () =>
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted')),
    );
    request.addEventListener('loadend', () => signal.removeEventListener('abort', abort));
    const body = new FormData();
    body.append('file', file, file.name);
    request.open('POST', `${apiPath}/files`);
    request.setRequestHeader('accept', 'application/json');
    request.send(body);
  });
}

function headersOf(request: XMLHttpRequest): Headers {
  const wait = request.getResponseHeader('retry-after');
  return new Headers(wait === null ? {} : { 'retry-after': wait });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
