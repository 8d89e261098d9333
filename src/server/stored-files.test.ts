import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { StoredFile } from '../files/index.ts';
import { withSystemColumns } from '../schema/index.ts';
import type { Table } from '../schema/index.ts';
import type { Site } from '../site/index.ts';
import type { Actor } from '../tables/index.ts';
import { storedFilesRoute } from './stored-files.ts';

const profile: Table = {
  name: 'profile',
  label: 'profile',
  sqlName: 'profile',
  columns: withSystemColumns({}, false),
  single: false,
  log: 'full',
  owner: 'site',
  detached: false,
  at: [],
};

const visitor: Actor = { kind: 'visitor', id: 'visitor', roles: [] };
const ada: Actor = { kind: 'user', id: 'ada', roles: [] };
const grace: Actor = { kind: 'user', id: 'grace', roles: ['member'] };
const editor: Actor = { kind: 'user', id: 'ed', roles: ['editor'] };

interface Asked {
  /** Whom pages show the column to. */
  readonly shown: readonly (readonly string[])[];
  readonly actor: Actor;
  readonly isFinal?: boolean;
}

/** What `actor` gets of a file that Ada's profile holds: status and how long it may be kept. */
async function ask(t: TestContext, { shown, actor, isFinal = true }: Asked): Promise<[number, string | null]> {
  const dir = await mkdtemp(join(tmpdir(), 'backlot-stored-'));
  const diskPath = join(dir, 'a');
  await writeFile(diskPath, 'content');
  const file: StoredFile = {
    diskPath,
    size: 7,
    modifiedMs: 0,
    final: isFinal,
    headers: { 'content-type': 'image/png' },
  };
  const author = Object.values(profile.columns).find(({ sqlName }) => sqlName === '_author')!.name;
  const places: Site['shown'] = shown.map((audiences) => ({ table: 'profile', column: 'photo', audiences }));
  const route = storedFilesRoute({
    files: { open: async () => file },
    tables: { uploadHolders: async () => [{ table: profile, column: 'photo', row: { [author]: 'ada' } }] },
    site: () => ({ shown: [...places, { table: 'profile', column: 'other', audiences: [] }] }),
    common: {},
    notice: ({ response }, status) => response.writeHead(status, { 'cache-control': 'no-store' }).end(),
  });
  const server = createServer((request, response) => {
    void route.handle(request, response, { id: '1', request, response, actor, address: '127.0.0.1' });
  });
  t.after(async () => {
    server.close();
    await rm(dir, { recursive: true, force: true });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/_backlot/files/a`, { headers: { connection: 'close' } });
  await answer.arrayBuffer();
  return [answer.status, answer.headers.get('cache-control')];
}

const forever: [number, string] = [200, 'public, max-age=31536000, immutable'];
const once: [number, string] = [200, 'private, no-store'];
const nothing: [number, string] = [404, 'no-store'];

for (const [shown, actor, expected] of [
  [[[]], visitor, forever],
  [[[]], ada, forever],
  [[], editor, nothing],
  [[['own']], visitor, nothing],
  [[['own']], ada, once],
  [[['own']], grace, nothing],
  [[['own']], editor, once],
  [[['member']], ada, nothing],
  [[['member']], grace, once],
  [[['member', 'own']], grace, nothing],
  [[['editor'], ['own']], ada, once],
  [[['editor'], []], visitor, forever],
] as const) {
  void test(`shown to ${JSON.stringify(shown)}, a file answers ${actor.id} with ${expected[0]}`, async (t) => {
    assert.deepEqual(await ask(t, { shown, actor }), expected);
  });
}

void test('a width that is still to be made may not be kept', async (t) => {
  assert.deepEqual(await ask(t, { shown: [[]], actor: visitor, isFinal: false }), [200, 'public, no-cache']);
});
