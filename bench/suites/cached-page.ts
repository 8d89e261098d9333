import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from '../ask.ts';
import { burst } from '../load.ts';
import { isInstalled } from '../machine.ts';
import { startBacklot, startPeer, startProgram } from '../process.ts';
import type { Running } from '../process.ts';
import { comparison, ratio } from '../report.ts';
import type { Section, Table, Verdict } from '../report.ts';
import { takeTurns } from '../rounds.ts';
import type { Compared } from '../rounds.ts';
import type { Suite, SuiteOptions } from './suite.ts';

const example = new URL('../../examples/trattoria', import.meta.url).pathname;
const CONNECTIONS = 64;

const encodings = [
  { encoding: 'identity', name: 'plain' },
  { encoding: 'gzip', name: 'gzip' },
  { encoding: 'br', name: 'brotli' },
] as const;

/** The example's menu from the cache, against a web server with the same bytes as a file and Express with them in memory. */
export const cachedPage: Suite = { name: 'cached-page', run };

async function run(options: SuiteOptions): Promise<Section> {
  const backlot = await startBacklot(example, { data: join(options.folder, 'data') });
  const tables: Table[] = [];
  const compared = new Map<string, Compared>();
  try {
    for (const { encoding, name } of encodings) {
      const headers = { 'accept-encoding': encoding };
      const bytes = await settledBytes(`${backlot.origin}/menu`, encoding);
      const result = await besidePeers(options, backlot, { name, encoding, headers, bytes, status: 200 });
      compared.set(name, result);
      tables.push(comparison(`${name}, requests a second`, result));
      if (encoding === 'identity') {
        const fresh = await besidePeers(options, backlot, { name: '304', encoding, headers, bytes, status: 304 });
        compared.set('304', fresh);
        tables.push(comparison('304, requests a second', fresh));
      }
    }
  } finally {
    await backlot.stop();
  }
  return {
    title: 'A page from the cache',
    text: `The example's menu page at ${CONNECTIONS} keep-alive connections. nginx serves the very bytes as a file (open_file_cache, sendfile, one worker, no log); Express sends them from a buffer.`,
    tables,
    verdicts: verdicts(compared),
  };
}

function verdicts(compared: ReadonlyMap<string, Compared>): Verdict[] {
  const promised = { plain: 1, '304': 0.85, brotli: 1 } as const;
  return Object.entries(promised).flatMap(([name, least]) => {
    const measured = compared.get(name);
    if (!measured?.figures.some((figure) => figure.name === 'nginx')) return [];
    return [{ promise: `${name} against nginx`, measured: ratio(measured, 'nginx'), least, unit: '×' }];
  });
}

interface Asked {
  readonly name: string;
  readonly encoding: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly status: number;
}

async function besidePeers(options: SuiteOptions, backlot: Running, asked: Asked): Promise<Compared> {
  const folder = join(options.folder, asked.name);
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'menu');
  await writeFile(file, asked.bytes);
  const encoding = asked.encoding === 'identity' ? [] : [asked.encoding];
  const servers = new Map<string, Running>([['Backlot', backlot]]);
  if (isInstalled('nginx')) servers.set('nginx', await startNginx(folder, asked.encoding));
  servers.set('Express', await startPeer('express-buffer.js', { args: [file, ...encoding] }));
  try {
    const contenders = await Promise.all(
      [...servers].map(async ([name, server]) => {
        const url = `${server.origin}/menu`;
        const headers =
          asked.status === 304 ? { ...asked.headers, 'if-none-match': await etagOf(url, asked) } : asked.headers;
        const load = { url, connections: CONNECTIONS, seconds: options.seconds, headers, status: asked.status };
        return { name, pids: [server.pid], run: async () => (await burst(load)).perSecond };
      }),
    );
    return await takeTurns(contenders, options.rounds);
  } finally {
    for (const [name, server] of servers) if (name !== 'Backlot') await server.stop();
  }
}

async function etagOf(url: string, { headers }: Asked): Promise<string> {
  const answer = await ask(url, headers);
  return answer.headers.etag ?? '';
}

/** The page once it is as small as it will get: better compression may come after the first answers. */
async function settledBytes(url: string, encoding: string): Promise<Uint8Array> {
  const once = async (): Promise<Uint8Array> => (await ask(url, { 'accept-encoding': encoding })).body;
  let bytes = await once();
  for (let same = 0; same < 10; same++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const next = await once();
    if (next.length !== bytes.length) same = 0;
    bytes = next;
  }
  return bytes;
}

/** One worker that serves a folder, as a careful administrator sets it up. */
async function startNginx(folder: string, encoding: string): Promise<Running> {
  const coded = encoding === 'identity' ? '' : `add_header Content-Encoding ${encoding};`;
  const file = join(folder, 'nginx.conf');
  return await startProgram('sh', (port) => {
    const config = `
      daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr crit;
      events { worker_connections 12000; }
      http {
        access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; server_tokens off;
        open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;
        default_type "text/html; charset=utf-8";
        client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
        server { listen 127.0.0.1:${port}; root ${folder}; add_header Cache-Control "public, max-age=0, must-revalidate"; ${coded} }
      }`;
    // nginx runs as root only to give its worker another user, who must be able to read the file.
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    return ['-c', 'printf "%s" "$1" > "$2" && exec nginx -c "$2" -p "$3"', 'sh', `${user}${config}`, file, folder];
  });
}
