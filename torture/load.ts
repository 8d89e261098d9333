import { setTimeout as wait } from 'node:timers/promises';
import { postMessage, send, settle } from './client.ts';
import type { Client } from './client.ts';
import type { Ledger, Operation } from './ledger.ts';
import type { Seeded } from './seeded.ts';
import type { SiteShape } from './site.ts';
import { sumOf } from './state.ts';

/** What streams share. */
export interface LoadOptions {
  readonly client: Client;
  readonly ledger: Ledger;
  readonly cycle: number;
  readonly shape: SiteShape;
  /** Ends the streams; what they wait for then is left unanswered in the ledger. */
  readonly stop: AbortSignal;
  /** Hears of each request that is about to be sent. */
  readonly onRequest: () => void;
  /** Goes on after 503 and broken connections, because the server lives on. */
  readonly persists?: boolean;
}

/** A row that one stream alone edits. */
export interface OwnRow {
  readonly id: string;
  version: number;
  /** The change that may be undone, and the number of entries it has. */
  last?: { readonly change: number; readonly entries: number };
}

/** A file that is kept as it was sent: a picture might be encoded anew. */
function textFile(random: Seeded, token: string): Uint8Array {
  return Buffer.from(`${token}\n${'A line of some file.\n'.repeat(random.int(0, 1000))}`);
}

/** Visitors who post one form after another, some with files, some with a key. */
export async function postStream(options: LoadOptions, random: Seeded, name: string): Promise<void> {
  const { ledger, client, shape, cycle, stop, onRequest } = options;
  for (let count = 1; !stop.aborted; count++) {
    const token = `${name}-${cycle}-${count}`;
    const text = `${token} ${'word '.repeat(random.chance(0.1) ? random.int(500, 12_000) : random.int(0, 60))}`.trim();
    const guests = random.int(1, 1_000_000);
    const photo = random.chance(0.25) ? textFile(random, token) : undefined;
    const fields = [
      ['name', token],
      [shape.text, text],
      ['guests', String(guests)],
    ] as const;
    const key = random.chance(0.5) ? `key-${token}` : undefined;
    const operation = ledger.intend({
      token,
      kind: 'post',
      table: 'message',
      version: 1,
      values: { [shape.text]: text, guests: shape.guests === 'number' ? guests : String(guests) },
      ...(photo ? { file: sumOf(photo) } : {}),
      ...(key === undefined ? {} : { again: { key, fields, ...(photo ? { photo } : {}) } }),
      entries: 1,
      cycle,
    });
    onRequest();
    const reply = await postMessage(client, fields, { photo, key });
    const taken = settle(operation, reply, { accepted: 303, surprises: ledger.surprises });
    if (!taken && !(await goesOn(options))) return;
  }
}

/** Sends again what had a key and no answer. Whatever became of it the first time, it must be there once. */
export async function sendAgain(client: Client, ledger: Ledger): Promise<void> {
  for (const operation of ledger.operations) {
    if (operation.outcome.kind !== 'unknown' || !operation.again) continue;
    const { key, fields, photo } = operation.again;
    const reply = await postMessage(client, fields, { photo, key });
    settle(operation, reply, { accepted: 303, surprises: ledger.surprises });
  }
}

/** A person who edits rows of their own, and one row that all fight for. */
export async function editStream(
  options: LoadOptions,
  random: Seeded,
  name: string,
  rows: readonly OwnRow[],
  sharedId: string | undefined,
): Promise<void> {
  const own = [...rows];
  const { stop } = options;
  for (let count = 1; !stop.aborted; count++) {
    const token = `${name}-${options.cycle}-${count}`;
    const row = own.length > 0 ? random.pick(own) : undefined;
    const draw = random.fraction();
    let step: Promise<boolean>;
    if (!row || draw < 0.25) step = create(options, token, own, random);
    else if (draw < 0.5) step = update(options, token, row, random);
    else if (draw < 0.6) step = remove(options, token, row);
    else if (draw < 0.75) step = undo(options, token, row);
    else if (draw < 0.85) step = sectionAndBack(options, token);
    else if (draw < 0.95 && sharedId !== undefined) step = contend(options, token, sharedId);
    else step = upload(options, token, random);
    if (!(await step) && !(await goesOn(options))) return;
  }
}

async function goesOn({ persists, stop }: LoadOptions): Promise<boolean> {
  if (persists !== true || stop.aborted) return false;
  await wait(20, undefined, { signal: stop }).catch(() => undefined);
  return !stop.aborted;
}

type Intended = Omit<Operation, 'outcome' | 'cycle'>;

/** Sends one write of the API and writes down what was answered. `false`: not accepted. */
async function write(
  { client, ledger, cycle, onRequest }: LoadOptions,
  intended: Intended,
  request: readonly [method: string, path: string, body?: unknown, version?: number],
): Promise<Operation['outcome']> {
  const [method, path, body, version] = request;
  const operation = ledger.intend({ ...intended, cycle });
  onRequest();
  const headers = version === undefined ? {} : { 'if-match': `"${version}"` };
  const reply = await send(client, method, `/api${path}`, { body, headers });
  const accepted = method === 'POST' && !path.endsWith('/undo') ? 201 : 200;
  settle(operation, reply, { accepted, refusals: [409, 412], surprises: ledger.surprises });
  return operation.outcome;
}

async function create(options: LoadOptions, token: string, own: OwnRow[], random: Seeded): Promise<boolean> {
  const price = String(random.int(1, 99));
  const intended: Intended = { token, kind: 'create', table: 'dish', version: 1, values: { price }, entries: 1 };
  const outcome = await write(options, intended, ['POST', '/dish', { name: token, price }]);
  if (outcome.kind !== 'acknowledged') return false;
  own.push({ id: outcome.rowId ?? '', version: 1 });
  return true;
}

async function update(options: LoadOptions, token: string, row: OwnRow, random: Seeded): Promise<boolean> {
  const price = String(random.int(100, 999));
  const version = row.version + 1;
  const intended: Intended = {
    token,
    kind: 'update',
    table: 'dish',
    rowId: row.id,
    version,
    values: { price },
    entries: 1,
  };
  const outcome = await write(options, intended, ['PATCH', `/dish/${row.id}`, { name: token, price }, row.version]);
  if (outcome.kind !== 'acknowledged') return outcome.kind === 'refused';
  row.version = version;
  row.last = { change: outcome.change ?? 0, entries: 1 };
  return true;
}

async function remove(options: LoadOptions, token: string, row: OwnRow): Promise<boolean> {
  const { id } = row;
  const version = row.version + 1;
  const intended: Intended = { token, kind: 'delete', table: 'dish', rowId: id, version, values: {}, entries: 1 };
  const outcome = await write(options, intended, ['DELETE', `/dish/${id}`, undefined, row.version]);
  if (outcome.kind !== 'acknowledged') return outcome.kind === 'refused';
  row.version = version;
  row.last = { change: outcome.change ?? 0, entries: 1 };
  // What is deleted is brought back, so that the stream keeps its rows.
  return await undo(options, `${token}-back`, row);
}

async function undo(options: LoadOptions, token: string, row: OwnRow): Promise<boolean> {
  if (!row.last) return true;
  const { change, entries } = row.last;
  delete row.last;
  const version = row.version + 1;
  const intended: Intended = { token, kind: 'undo', table: 'dish', rowId: row.id, version, values: {}, entries };
  const outcome = await write(options, intended, ['POST', `/changes/${change}/undo`]);
  if (outcome.kind === 'acknowledged') row.version = version;
  return outcome.kind !== 'unknown';
}

/** A section with two dishes is made, deleted as one change of three entries, and brought back. */
async function sectionAndBack(options: LoadOptions, token: string): Promise<boolean> {
  const made: Intended = { token, kind: 'create', table: 'section', version: 1, values: {}, entries: 1 };
  const section = await write(options, made, ['POST', '/section', { name: token }]);
  if (section.kind !== 'acknowledged') return false;
  const id = section.rowId ?? '';
  for (const dish of [`${token}-a`, `${token}-b`]) {
    const child: Intended = {
      token: dish,
      kind: 'create',
      table: 'dish',
      version: 1,
      values: { section: id },
      entries: 1,
    };
    const outcome = await write(options, child, ['POST', '/dish', { name: dish, price: '1', section: id }]);
    if (outcome.kind !== 'acknowledged') return false;
  }
  const row = { table: 'section', rowId: id, values: {}, entries: 3 } as const;
  const gone: Intended = { ...row, token: `${token}-gone`, kind: 'delete', version: 2 };
  const deleted = await write(options, gone, ['DELETE', `/section/${id}`, undefined, 1]);
  if (deleted.kind !== 'acknowledged') return false;
  const back: Intended = { ...row, token: `${token}-back`, kind: 'undo', version: 3 };
  const outcome = await write(options, back, ['POST', `/changes/${deleted.change ?? 0}/undo`]);
  return outcome.kind === 'acknowledged';
}

/** Reads the row that all edit and changes it, unless somebody was faster. */
async function contend(options: LoadOptions, token: string, id: string): Promise<boolean> {
  const read = await send(options.client, 'GET', `/api/dish/${id}`);
  const seen = read?.json['version'];
  if (typeof seen !== 'number') return false;
  const version = seen + 1;
  const intended: Intended = { token, kind: 'update', table: 'dish', rowId: id, version, values: {}, entries: 1 };
  const outcome = await write(options, intended, ['PATCH', `/dish/${id}`, { name: token }, seen]);
  return outcome.kind !== 'unknown';
}

/** A file is uploaded, and then held by a row. */
async function upload(options: LoadOptions, token: string, random: Seeded): Promise<boolean> {
  const { client, ledger, cycle, onRequest, shape } = options;
  const photo = textFile(random, token);
  const operation = ledger.intend({
    token: `${token}-file`,
    kind: 'upload',
    table: 'message',
    values: {},
    file: sumOf(photo),
    cycle,
  });
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(photo)], { type: 'text/plain' }), 'file.txt');
  onRequest();
  const reply = await send(client, 'POST', '/api/files', { body });
  if (!settle(operation, reply, { accepted: 201, surprises: ledger.surprises })) return false;
  const [file] = (reply?.json['files'] ?? []) as readonly { readonly path: string }[];
  const path = file?.path ?? '';
  operation.outcome = { kind: 'acknowledged', path };
  const values = { photo: path };
  const intended: Intended = {
    token,
    kind: 'create',
    table: 'message',
    version: 1,
    values,
    entries: 1,
    file: sumOf(photo),
  };
  const guests = shape.guests === 'number' ? 1 : '1';
  const outcome = await write(options, intended, ['POST', '/message', { name: token, guests, ...values }]);
  return outcome.kind === 'acknowledged';
}
