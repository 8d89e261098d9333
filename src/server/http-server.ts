import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

// An `import` would also run the getters of what else the module has (WebSocket and its kind): 20 ms and 14 MB.
const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http');

/** How long a client may take, in milliseconds. Tests bring shorter ones. */
export interface HttpTimeouts {
  /** From the first byte of a request to the end of its headers. */
  readonly headersMs: number;
  /** For the body of a form without files. */
  readonly bodyMs: number;
  /** For the body of a form with files. */
  readonly uploadMs: number;
  /** For a connection on which nothing is asked. */
  readonly keepAliveMs: number;
  /** For a connection on which nothing moves although a request or an answer is under way: whoever takes no bytes is cut. */
  readonly stalledMs: number;
  /** For what is under way when the server is asked to stop. */
  readonly stopMs: number;
  /** How often the above are looked at. */
  readonly checkMs: number;
  /** Not a time, but how many clients may take theirs at once; more are turned away before they cost anything. */
  readonly connectionsMax: number;
}

export const defaultTimeouts: HttpTimeouts = {
  headersMs: 10_000,
  bodyMs: 30_000,
  uploadMs: 300_000,
  keepAliveMs: 60_000,
  stalledMs: 300_000,
  stopMs: 30_000,
  checkMs: 5_000,
  connectionsMax: 20_000,
};

const HEADER_BYTES_MAX = 16 * 1024;
/** A body that stops arriving is answered by its reader; Node's own limit comes after, for bodies that nobody reads. */
const AFTER_BODY_MS = 10_000;

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpServer {
  readonly server: Server;
  /** The server has been asked to stop: connections are not kept. */
  readonly stopping: boolean;
  /** Keeps the connection open until `response` has gone out, also while the server is stopping. */
  track(response: ServerResponse): void;
  /** Answers what Node could not read as a request, after the requests before it on the same connection. */
  answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void;
  /** Takes no more connections, lets what is under way finish, closes every connection. */
  stop(): Promise<void>;
}

/**
 * A server with our limits. Targets in absolute form (RFC 9112, 3.2.2) reach the handler as paths; what Node itself
 * refuses (a broken request, too large headers, too slow ones) is answered in plain text and closed.
 */
export function httpServer(handler: RequestHandler, timeouts: HttpTimeouts): HttpServer {
  const sockets = new Set<Socket>();
  const answering = new Set<ServerResponse>();
  let stopping = false;
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.uploadMs + AFTER_BODY_MS,
    keepAliveTimeout: timeouts.keepAliveMs,
    connectionsCheckingInterval: timeouts.checkMs,
    // Counted by the host rule, which answers like everything else.
    requireHostHeader: false,
  });
  server.timeout = timeouts.stalledMs;
  server.maxConnections = timeouts.connectionsMax;
  /** Connections that close for what came over them (RFC 9112, 6.3 and 11.2). */
  const refused = new WeakSet<Duplex>();
  /** The latest answer on each connection. */
  const latest = new WeakMap<Duplex, ServerResponse>();

  /** Whether it has been said that the connection closes: what still follows is no request (RFC 9112, 9.6). */
  const isClosing = (socket: Duplex): boolean =>
    refused.has(socket) || latest.get(socket)?.getHeader('connection') === 'close';

  /** Acts once everything that was asked before on the connection has been answered. */
  const afterAnswers = (socket: Duplex, act: () => void): void => {
    const before = [...answering].find(({ req }) => req.socket === socket && req.complete);
    if (before) before.once('close', () => afterAnswers(socket, act));
    else act();
  };

  const refuse = (socket: Duplex, status: number): void => {
    refused.add(socket);
    afterAnswers(socket, () => answerPlainly(socket, status));
  };

  const take: RequestHandler = (request, response) => {
    if (isClosing(request.socket)) return;
    latest.set(request.socket, response);
    const fault = versionFault(request) ?? codingFault(request) ?? (readTarget(request) ? undefined : 400);
    if (fault !== undefined) {
      refuse(request.socket, fault);
      return;
    }
    // We change protocols with nobody, and Node loses what came together with such a request.
    if (request.headers.upgrade !== undefined) response.setHeader('connection', 'close');
    // Clients of HTTP/1.0 know no invitation (RFC 9110, 10.1.1).
    if (request.httpVersion === '1.0') delete request.headers.expect;
    handler(request, response);
  };
  server.on('request', take);
  // Whoever reads the body says `100 Continue`: nobody is asked to send what will be refused.
  server.on('checkContinue', take);
  server.on('checkExpectation', ({ socket }) => refuse(socket, 417));
  server.on('connect', (_request, socket) => refuse(socket, 405));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  const answerClientError = (error: NodeJS.ErrnoException, socket: Duplex): void =>
    afterAnswers(socket, () => {
      // What follows a request that closes the connection is no request (RFC 9112, 9.6).
      if (error.code === 'HPE_CLOSED_CONNECTION') socket.end();
      else answerUnreadable(error, socket);
    });

  const track = (response: ServerResponse): void => {
    answering.add(response);
    if (stopping) response.setHeader('connection', 'close');
    const { socket } = response;
    response.once('close', () => {
      answering.delete(response);
      if (stopping) socket?.destroySoon();
    });
  };

  return {
    server,
    get stopping() {
      return stopping;
    },
    track,
    answerClientError,
    async stop() {
      if (stopping) return;
      stopping = true;
      // Not http.Server.close(): it destroys connections whose last answer is written but not yet sent.
      const closed = new Promise<void>((resolve) => {
        NetServer.prototype.close.call(server, () => resolve());
      });
      const busy = new Set([...answering].map(({ socket }) => socket));
      for (const response of answering) if (!response.headersSent) response.setHeader('connection', 'close');
      for (const socket of sockets) if (!busy.has(socket)) socket.destroySoon();
      const late = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, timeouts.stopMs);
      await closed;
      clearTimeout(late);
    },
  };
}

/** What is asked for as a path, `*` for `OPTIONS *`; false when it is neither. */
function readTarget(request: IncomingMessage): boolean {
  const { url = '' } = request;
  if (url.startsWith('/') || (url === '*' && request.method === 'OPTIONS')) return true;
  const match = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url);
  if (!match) return false;
  const [, authority = '', rest = ''] = match;
  // The target says which site is meant, whatever Host says (RFC 9112, 3.2.2).
  if (request.headers.host !== undefined) request.headers.host = authority;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  return true;
}

/** Node's parser also takes the first lines of HTTP/0.9 and HTTP/2.0, whose messages are other ones (RFC 9110, 15.6.6). */
function versionFault({ httpVersionMajor }: IncomingMessage): 505 | undefined {
  return httpVersionMajor === 1 ? undefined : 505;
}

/** Why a body cannot be told from what follows it, or not be read (RFC 9112, 6.1 and 6.3). */
function codingFault({ headers, httpVersion }: IncomingMessage): 400 | 501 | undefined {
  const coding = headers['transfer-encoding']?.toLowerCase();
  if (coding === undefined) return undefined;
  if (httpVersion === '1.0' || !/(?:^|[ \t,])chunked$/.test(coding)) return 400;
  return coding === 'chunked' ? undefined : 501;
}

function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const statuses: Readonly<Record<string, number>> = {
    ERR_HTTP_REQUEST_TIMEOUT: 408,
    HPE_HEADER_OVERFLOW: 431,
    HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  };
  answerPlainly(socket, statuses[error.code ?? ''] ?? 400);
}

/** How long the client has to read a plain answer before the connection is cut. */
const PLAIN_ANSWER_MS = 2_000;

function answerPlainly(socket: Duplex, status: number): void {
  if (socket.destroyed || socket.writableEnded) return;
  const text = `${STATUS_CODES[status] ?? 'Error'}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\nContent-Type: text/plain\r\n` +
      `Date: ${new Date().toUTCString()}\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
  );
  const cut = setTimeout(() => socket.destroy(), PLAIN_ANSWER_MS);
  cut.unref();
  socket.once('close', () => clearTimeout(cut));
}
