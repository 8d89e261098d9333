import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { evaluateConditions } from './conditions.ts';
import { laneReader } from './lane-request.ts';
import type { LaneRequest, ReadRequest } from './lane-request.ts';
import type { LaneResponse } from './lane-response.ts';

/** What the lane asks its table for. */
export interface LaneQuestion {
  readonly target: string;
  readonly host: string;
  readonly acceptEncoding: string | undefined;
  /** Address of the client. */
  readonly address: string;
}

export interface LaneOptions {
  /** The prepared answer to a request, if there is one that holds for every visitor. */
  readonly table: (question: LaneQuestion) => LaneResponse | undefined;
  /** False while everything is left to the server. */
  readonly isOpen: () => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For the first byte of a new connection, and for the next request of a used one. */
  readonly timeouts: { readonly headersMs: number; readonly keepAliveMs: number };
  /** Hears of every answer. */
  readonly onAnswer?: ((request: LaneRequest, status: 200 | 304) => void) | undefined;
}

interface Lane extends LaneOptions {
  readonly server: Server;
  readonly read: ReadRequest;
  /** Gives a connection to the server, as if the lane had never been. */
  readonly handOver: (socket: Socket) => void;
  readonly date: () => string;
}

/**
 * Stands before an HTTP server: answers simple requests for prepared answers with one write, and hands a connection
 * over, with whatever has arrived, at the first request that is anything else. The server keeps it from then on.
 */
export function openLane(server: Server, options: LaneOptions): void {
  // The first is Node's own, which reads the connection; the others only watch it.
  const [own, ...others] = server.listeners('connection');
  server.removeAllListeners('connection');
  const lane: Lane = {
    ...options,
    server,
    read: laneReader(),
    date: dateBySecond(options.now),
    handOver: (socket) => void own?.call(server, socket),
  };
  server.on('connection', (socket: Socket) => drive(lane, socket));
  for (const other of others) server.on('connection', (socket: Socket) => void other.call(server, socket));
}

function drive(lane: Lane, socket: Socket): void {
  /** What has arrived and waits until the client has taken what was sent. */
  let waiting: Buffer | undefined;
  let isUsed = false;

  const take = (chunk: Buffer): void => {
    const text = chunk.toString('latin1');
    for (let at = 0; at < chunk.length;) {
      const request = lane.isOpen() ? lane.read(text, at) : undefined;
      const bytes = request && answer(lane, socket, request);
      if (!request || !bytes) {
        release(at === 0 ? chunk : chunk.subarray(at));
        return;
      }
      at = request.end;
      if (!isUsed) socket.setTimeout(lane.timeouts.keepAliveMs);
      isUsed = true;
      if (socket.write(bytes) || at === chunk.length) continue;
      waiting = chunk.subarray(at);
      socket.pause();
      return;
    }
    // The client reads more slowly than it asks.
    if (socket.writableNeedDrain) socket.pause();
  };
  const goOn = (): void => {
    const chunk = waiting;
    waiting = undefined;
    socket.resume();
    if (chunk) take(chunk);
  };
  const end = (): void => void socket.end();
  const fail = (): void => void socket.destroy();
  const expire = (): void => {
    // Whoever answers what is no request at all says so; a used connection ends in silence, as Node ends it.
    if (isUsed || !lane.server.emit('clientError', requestTimeout(), socket)) socket.destroy();
  };
  const listeners = [
    ['data', take],
    ['drain', goOn],
    ['end', end],
    ['error', fail],
    ['timeout', expire],
  ] as const;

  /** The server reads the connection from `chunk` on. */
  const release = (chunk: Buffer): void => {
    // Paused, so that nothing is read between the two; what is put back is read first.
    socket.pause();
    for (const [event, listener] of listeners) socket.off(event, listener);
    socket.setTimeout(0);
    socket.unshift(chunk);
    lane.handOver(socket);
    socket.resume();
  };

  for (const [event, listener] of listeners) socket.on(event, listener);
  socket.setTimeout(lane.timeouts.headersMs);
}

function answer(lane: Lane, socket: Socket, request: LaneRequest): Buffer | undefined {
  const { host, acceptEncoding, ifNoneMatch } = request.fields;
  const address = socket.remoteAddress ?? '';
  const response = lane.table({ target: request.target, host, acceptEncoding, address });
  if (!response) return undefined;
  const date = lane.date();
  const isFresh =
    ifNoneMatch !== undefined && evaluateConditions({ 'if-none-match': ifNoneMatch }, response) === 'not-modified';
  lane.onAnswer?.(request, isFresh ? 304 : 200);
  if (isFresh) return response.notModified(date);
  return request.isHead ? response.head(date) : response.whole(date);
}

/** The time as an IMF-fixdate (RFC 9110, 5.6.7), made once a second. */
function dateBySecond(now: () => number): () => string {
  let madeFor = -1;
  let made = '';
  return () => {
    const second = Math.floor(now() / 1000);
    if (second !== madeFor) {
      made = new Date(second * 1000).toUTCString();
      madeFor = second;
    }
    return made;
  };
}

/** What Node says of a connection on which no request came. */
function requestTimeout(): Error {
  return Object.assign(new Error('No request came in time.'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
}
