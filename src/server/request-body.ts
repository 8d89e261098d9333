import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * A request's body, read as it is asked for. Throws a `TimeoutError` when it has not arrived after `limitMs`, and what
 * the connection died of; the request itself stays open, so that an answer can still be sent.
 */
export async function* bodyOf(
  request: IncomingMessage,
  response: ServerResponse,
  limitMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  inviteBody(request, response);
  const late = AbortSignal.timeout(limitMs);
  for (;;) {
    const chunk: unknown = request.read();
    if (chunk instanceof Uint8Array) yield chunk;
    else if (request.readableEnded) return;
    else await arrival(request, late);
  }
}

/** Resolves when there is more to read, or nothing more to come. Leaves no listener behind. */
async function arrival(request: IncomingMessage, late: AbortSignal): Promise<void> {
  if (request.destroyed) throw new Error('The connection was lost.');
  await new Promise<void>((resolve, reject) => {
    const settle = (act: () => void) => (): void => {
      for (const name of ['readable', 'end']) request.off(name, more);
      for (const name of ['error', 'close']) request.off(name, lost);
      late.removeEventListener('abort', tooLate);
      act();
    };
    const more = settle(resolve);
    const lost = settle(() => (request.readableEnded ? resolve() : reject(new Error('The connection was lost.'))));
    const tooLate = settle(() => reject(late.reason as Error));
    for (const name of ['readable', 'end']) request.on(name, more);
    for (const name of ['error', 'close']) request.on(name, lost);
    late.addEventListener('abort', tooLate);
    if (late.aborted) tooLate();
  });
}

/** Tells a client that waits for it (RFC 9110, 10.1.1) to send its body. */
function inviteBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect === undefined || response.headersSent) return;
  response.writeContinue();
  delete request.headers.expect;
}

/** Whether a body is still on its way that nobody will read. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  if (request.complete) return false;
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding !== undefined || (length !== undefined && length !== '0');
}

const LINGER_MS = 60_000;
const LINGER_IDLE_MS = 5_000;

/**
 * Throws the rest of a body away until it ends or the client pauses, then calls `done`. A connection closed while its
 * client still sends is reset, and the answer is lost on the way.
 */
export function discardBody(request: IncomingMessage, done: () => void): void {
  // A client that waits for `100 Continue` sends nothing more, nor does one that has gone.
  if (request.headers.expect !== undefined || request.destroyed) {
    done();
    return;
  }
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    clearTimeout(late);
    clearTimeout(idle);
    done();
  };
  const late = setTimeout(end, LINGER_MS);
  const idle = setTimeout(end, LINGER_IDLE_MS);
  request.on('data', () => idle.refresh());
  for (const name of ['end', 'close', 'error']) request.once(name, end);
  request.resume();
}
