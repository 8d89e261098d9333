import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { rawConnection } from './raw.ts';
import { serveFiles } from './served.ts';
import type { ServeOptions, Served } from './served.ts';

/*
 * Tables of what is sent over one connection and what must come back, run against a server with the fast lane and one
 * without. After what a case sends comes one more request, which closes the connection: a server that took a message
 * for shorter or longer than it is answers it otherwise, or answers once too often.
 */

/** A site for conformance tests. Its form takes a required `name` and saves a `message`. */
export const conformanceFiles = {
  'index.html': '<!doctype html><title>Home</title><p>home',
  'menu.html': shownFromRows('menu'),
  'last.html': shownFromRows('last'),
  'contact.html':
    '<!doctype html><html lang=en><title>Contact</title><form name=message method=post action="/">' +
    '<input name=name required><textarea name=body></textarea></form>',
};

/** A page with something from the database in it: only those are in the cache that the lane answers from. */
function shownFromRows(name: string): string {
  return (
    `<!doctype html><html lang=en><title>Page</title><p>${name}</p>` +
    '<ul data-list="dish"><li itemscope><b itemprop="name">Soup</b></li></ul>'
  );
}

/** What one connection shows: statuses in order, `last` for the answer to the request that every case ends with. */
type Shown = readonly (number | 'last')[];

interface ConformanceCase {
  readonly what: string;
  /** Where it is laid down: `9112 6.3` is RFC 9112, section 6.3. */
  readonly section: string;
  readonly sent: string;
  readonly shown: Shown;
}

/** A request as text, one character a byte. `lines`: request line and header fields. */
export function message(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** A request line of one's own. */
export function line(text: string): string {
  return message([text, 'Host: a']);
}

/** Header fields of one's own beside a good Host, for a page that the lane has. */
export function beside(...lines: string[]): string {
  return message(['GET /menu HTTP/1.1', 'Host: a', ...lines]);
}

/** Cases that show the same. */
export function cases(
  shown: Shown,
  table: readonly (readonly [what: string, section: string, sent: string])[],
): readonly ConformanceCase[] {
  return table.map(([what, section, sent]) => ({ what, section, sent, shown }));
}

/** A form posted with a header of one's own, whose body is written as it goes over the wire. */
export function postedWith(fields: readonly string[], body: string, version = 'HTTP/1.1'): string {
  return message(
    [`POST /contact?form=message ${version}`, 'Host: a', 'Content-Type: application/x-www-form-urlencoded', ...fields],
    body,
  );
}

const last = message(['GET /last HTTP/1.1', 'Host: a', 'Connection: close']);

/** Two servers of the same site. Every page is in their caches, so that the lane has something to answer. */
export async function bothLanes(
  t: TestContext,
  options: ServeOptions = {},
): Promise<readonly (readonly ['on' | 'off', Served])[]> {
  const open = async (lane: 'on' | 'off'): Promise<readonly ['on' | 'off', Served]> => {
    const environment = { ...options.environment, BACKLOT_FAST_LANE: lane };
    const site = await serveFiles(t, conformanceFiles, { ...options, environment });
    for (const path of ['/', '/menu', '/last', '/contact']) {
      for (let again = 0; again < 2; again++) await (await site.get(path)).arrayBuffer();
    }
    return [lane, site];
  };
  return await Promise.all([open('on'), open('off')]);
}

/** Sends each case to both servers and compares what comes back until the connection closes. */
export async function assertConformance(t: TestContext, cases: readonly ConformanceCase[]): Promise<void> {
  const lanes = await bothLanes(t);
  for (const { what, section, sent, shown } of cases) {
    for (const [lane, site] of lanes) {
      assert.deepEqual(await conversation(site.address, sent), shown, `${what} (RFC ${section}), lane ${lane}`);
    }
  }
  for (const [, site] of lanes) assert.deepEqual(site.log.lines, []);
}

async function conversation(address: string, sent: string): Promise<Shown> {
  const connection = await rawConnection(address);
  connection.write(Buffer.from(sent + last, 'latin1'));
  const method = sent.startsWith('HEAD ') ? 'HEAD' : undefined;
  const shown: (number | 'last')[] = [];
  for (let answer = await connection.answer(method); answer; answer = await connection.answer()) {
    shown.push(answer.body.includes('<p>last') ? 'last' : answer.status);
  }
  await connection.closed;
  connection.socket.destroy();
  return shown;
}
