import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** One answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A connection on which a test writes what `fetch` would not send. */
export interface RawConnection {
  readonly socket: Socket;
  write(data: string | Uint8Array): void;
  /** The next answer, as soon as it is whole. `HEAD`: without a body. Undefined when the connection ends before it. */
  answer(method?: 'HEAD'): Promise<RawAnswer | undefined>;
  /** Resolves when the server has closed its side. */
  readonly closed: Promise<void>;
}

/** Opens a connection to a server started by a test. Rejects when nobody listens. */
export async function rawConnection(address: string): Promise<RawConnection> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  let chunks: Buffer[] = [];
  let size = 0;
  let needed = 0;
  let ended = false;
  let wake = ignore;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= needed) wake();
  });
  // A reset ends the connection too; the test sees what it got before.
  socket.on('error', ignore);
  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      ended = true;
      wake();
      resolve();
    };
    socket.once('end', end);
    socket.once('close', end);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  return {
    socket,
    write: (data) => void socket.write(data),
    async answer(method) {
      for (;;) {
        const received = Buffer.concat(chunks);
        const taken = takeAnswer(received, method, ended);
        chunks = [received];
        needed = typeof taken === 'number' ? taken : 0;
        if (typeof taken === 'object') {
          chunks = [received.subarray(taken.length)];
          size -= taken.length;
          if (taken.answer.status >= 200) return taken.answer;
        } else if (ended) {
          return undefined;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
    closed,
  };
}

/** Sends one request as written and gives the answer. */
export async function rawRequest(address: string, data: string | Uint8Array): Promise<RawAnswer | undefined> {
  const connection = await rawConnection(address);
  connection.write(data);
  try {
    return await connection.answer();
  } finally {
    connection.socket.destroy();
  }
}

/** The first answer, or how many bytes it will have, where that is known. */
function takeAnswer(
  received: Buffer,
  method: 'HEAD' | undefined,
  ended: boolean,
): { readonly answer: RawAnswer; readonly length: number } | number | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  const status = Number(first.split(' ')[1]);
  const bare = method === 'HEAD' || status < 200 || status === 204 || status === 304;
  const announced = headers['content-length'];
  if (!bare && announced === undefined && !ended) return undefined;
  const size = bare ? 0 : announced === undefined ? received.length - end - 4 : Number(announced);
  if (received.length < end + 4 + size) return end + 4 + size;
  const body = received.subarray(end + 4, end + 4 + size).toString('utf8');
  return { answer: { status, headers, body }, length: end + 4 + size };
}

function ignore(): void {
  // Nobody waits.
}
