import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { residentBytes } from '../machine.ts';
import { startBacklot } from '../process.ts';
import type { Running } from '../process.ts';
import { written } from '../report.ts';
import type { Section } from '../report.ts';
import { figureOf } from '../rounds.ts';
import type { Figure } from '../rounds.ts';
import type { Suite, SuiteOptions } from './suite.ts';

const example = new URL('../../examples/trattoria', import.meta.url).pathname;
const IDLE_MS = 5000;
const MB = 2 ** 20;

/** How soon the example answers after it is started, and how much memory it takes when nobody comes. */
export const startAndMemory: Suite = { name: 'start-and-memory', run };

async function run({ folder, rounds, quick }: SuiteOptions): Promise<Section> {
  const starts = Math.max(3, rounds);
  const data = join(folder, 'data');
  const first: number[] = [];
  const again: number[] = [];
  const idle: number[] = [];
  for (let turn = 0; turn < starts; turn++) {
    await rm(data, { recursive: true, force: true });
    first.push(await timedStart(data, async () => undefined));
    again.push(
      await timedStart(data, async (server) => {
        await pause(IDLE_MS);
        idle.push(residentBytes(server.pid) / MB);
      }),
    );
  }
  const connections = quick ? 500 : 10_000;
  const held = await heldConnections(data, connections);
  const firstStart = figureOf('first start: tables made, samples stored', first);
  const laterStart = figureOf('later start', again);
  const memory = figureOf('idle', idle);
  return {
    title: 'Start and memory',
    text: `The example site, from starting the program to the first whole answer of its menu page (${starts} times), and resident memory ${IDLE_MS / 1000} s later, the admin built in.`,
    tables: [
      { head: ['milliseconds to the first answer', 'median', 'spread'], rows: [firstStart, laterStart].map(rowOf) },
      {
        head: ['resident MB', 'median', 'spread'],
        rows: [rowOf(memory), [`more with ${connections} idle connections`, written(held), '']],
      },
    ],
    verdicts: [
      { promise: 'first answer after start', measured: laterStart.median, most: 300, unit: 'ms' },
      { promise: 'idle memory', measured: memory.median, most: 110, unit: 'MB' },
      { promise: `${connections} idle connections`, measured: held, most: 300, unit: 'MB' },
    ],
  };
}

function rowOf({ name, median, least, most }: Figure): string[] {
  return [name, written(median), `${written(least)} to ${written(most)}`];
}

async function timedStart(data: string, use: (server: Running) => Promise<void>): Promise<number> {
  const started = performance.now();
  const server = await startBacklot(example, { data });
  try {
    const answer = await fetch(`${server.origin}/menu`);
    await answer.text();
    const took = performance.now() - started;
    if (answer.status !== 200) throw new Error(`The menu answers ${answer.status}.`);
    await use(server);
    return took;
  } finally {
    await server.stop();
  }
}

/** Megabytes that so many keep-alive connections take, each after one answered request. */
async function heldConnections(data: string, count: number): Promise<number> {
  const server = await startBacklot(example, { data });
  const sockets: Socket[] = [];
  try {
    await (await fetch(`${server.origin}/menu`)).text();
    await pause(IDLE_MS);
    const before = residentBytes(server.pid);
    for (let made = 0; made < count; made += 200) {
      const batch = Array.from({ length: Math.min(200, count - made) }, () => askOnce(server.port));
      sockets.push(...(await Promise.all(batch)));
    }
    await pause(1000);
    const after = residentBytes(server.pid);
    const ended = sockets.filter((socket) => socket.destroyed).length;
    if (ended > 0) throw new Error(`${ended} of ${count} idle connections were closed.`);
    return (after - before) / MB;
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
}

function askOnce(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET /contact HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    });
    socket.once('data', () => resolve(socket));
    socket.once('error', reject);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
