import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { formatCursor, parseCursor } from '../src/api/cursor.ts';
import type { FileStore } from '../src/files/index.ts';
import { checked, dish, makeScope, schema } from '../src/query/fixture.ts';
import { checkQuery, formatQuery, parseQuery, toSql, toSqlParts } from '../src/query/index.ts';
import { readArchive } from '../src/server/backup-archive.ts';
import { entryNames, readHeader } from '../src/server/backup-format.ts';
import { readTarHeader, tarEnd, tarHeader, tarPadding } from '../src/server/backup-tar.ts';
import { BacklotError } from '../src/std/index.ts';
import { must } from './decoders.ts';
import type { Decoded, Decoder } from './decoders.ts';

/** Decoders of queries and of places in lists. */
export const queryDecoders: readonly Decoder[] = [
  {
    name: 'query',
    samples: [
      'section=3&available&price.max=20&sort=-price&limit=12',
      'name.like=a&!available&q=soup&page=2',
      'section.name={category}&since.min=today',
    ],
    words: [
      '&',
      '=',
      '.',
      '!',
      '{',
      '}',
      'count(',
      ')',
      'sort=',
      'limit=',
      '%',
      ',',
      'now',
      '1e999',
      '-0',
      '__proto__',
      '\u0130',
      '\ud800',
    ],
    decode(input) {
      const query = parseQuery(input.toString());
      if (!query.ok) return 'refused';
      parseQuery(formatQuery(query.value));
      const sound = checkQuery(query.value, dish, { schema });
      if (!sound.ok) return 'refused';
      for (const dialect of ['sqlite', 'postgres'] as const) toSql(sound.value, makeScope(), dialect, { limit: 10 });
      return 'taken';
    },
  },
  cursorDecoder(),
];

function cursorDecoder(): Decoder {
  const query = checked('sort=-price,name');
  const row = { id: '0198c7a2-0000-7000-8000-000000000000', price: 12.5, name: 'Soup' };
  const written = Buffer.from(formatCursor(query, dish, row, 0), 'base64url');
  return {
    name: 'cursor',
    // Changed before it is encoded; encoded noise hardly ever is JSON.
    samples: [written, '["-price,name",null,"a","b"]', '["-price,name",1e999,"",""]'],
    words: ['"', ',', '[', ']', 'null', '{}', '-1', '1e999', '\\u0000', '\\ud800'],
    decode(input, random) {
      const text = random.chance(0.1) ? input.toString('latin1') : input.toString('base64url');
      const cursor = parseCursor(text, query, dish);
      if (!cursor) return 'refused';
      for (const dialect of ['sqlite', 'postgres'] as const) {
        if ('after' in cursor) toSqlAfter(dialect, cursor.after);
      }
      return 'taken';
    },
  };

  function toSqlAfter(dialect: 'sqlite' | 'postgres', after: Parameters<typeof formatCursor>[2]): void {
    for (const part of toSqlParts(query, makeScope(), dialect, { after })) part(10);
  }
}

const header = {
  backlot: 'backup',
  version: 1,
  program: '0.1.0',
  taken: '2026-11-22T10:00:00.000Z',
  database: { dialect: 'sqlite', format: 1, rows: { message: 3 } },
  site: '/srv/site',
};

/** An archive as a backup is, but for its compression, with contents of one's own. */
function archiveOf(files: readonly (readonly [name: string, content: string])[]): Buffer {
  const sums = files.map(([name, content]) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`);
  const entries = [...files, [entryNames.sums, sums.join('')] as const].flatMap(([name, content]) => {
    const size = Buffer.byteLength(content);
    return [tarHeader({ name, size, modifiedMs: 0 }), Buffer.from(content), Buffer.alloc(tarPadding(size))];
  });
  return Buffer.concat([...entries, tarEnd]);
}

/** Decoders of backups. `dir`: a folder for files that are read once. */
export function backupDecoders(dir: string): readonly Decoder[] {
  const file = join(dir, 'backup.tar.gz');
  const words = [
    'ustar',
    '\0',
    '0000000',
    '77777777777',
    '../',
    '/',
    '{',
    '}',
    '"',
    '__proto__',
    '\u0080',
    entryNames.sums,
  ];
  return [
    {
      name: 'backup-header',
      samples: [JSON.stringify(header), JSON.stringify({ ...header, site: null, version: 99 })],
      words: [...words, 'null', '1e999', ':', ',', '[]'],
      decode: (input) => orRefused(() => void readHeader(input.toString(), file)),
    },
    {
      name: 'tar-header',
      samples: [
        tarHeader({ name: 'uploads/kept/a.txt', size: 5, modifiedMs: 1e12 }),
        tarHeader({ name: 'a', size: 2 ** 40, modifiedMs: 0 }),
      ],
      words,
      decode(input, random) {
        const block = Buffer.alloc(512);
        input.copy(block);
        // Most changes break the sum, and little would be read.
        if (random.chance(0.9)) writeSum(block);
        const entry = readTarHeader(block);
        if (entry === undefined || entry === 'end') return 'refused';
        must(Number.isSafeInteger(entry.size) && entry.size >= 0, 'a size is a whole number');
        return 'taken';
      },
    },
    {
      name: 'archive',
      cost: 20,
      samples: [
        archiveOf([
          [entryNames.header, JSON.stringify(header)],
          ['uploads/kept/a.txt', 'Hello'],
        ]),
        archiveOf([]),
      ],
      words,
      async decode(input, random) {
        const packed = gzipSync(input, { level: 1 });
        await writeFile(file, random.chance(0.2) ? packed.subarray(0, random.int(0, packed.length)) : packed);
        return await orRefused(async () => {
          await readArchive(file, async ({ content, name }) => {
            must(!name.includes('..') && !name.startsWith('/'), 'no name leads out of the archive');
            const chunks = content[Symbol.asyncIterator]();
            while ((await chunks.next()).done !== true);
          });
        });
      },
    },
  ];
}

/** Runs what may refuse by an operating error; anything else that is thrown is passed on. */
async function orRefused(read: () => Promise<void> | void): Promise<Decoded> {
  try {
    await read();
    return 'taken';
  } catch (error) {
    if (error instanceof BacklotError && /^server\/(?:not-a-backup|backup-newer)$/.test(error.code)) return 'refused';
    throw error;
  }
}

function writeSum(block: Buffer): void {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const contents: readonly (readonly [extension: string, content: Buffer])[] = [
  ['pdf', Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF')],
  ['zip', Buffer.from('504b030414000000000000000000000000000000000000000000010000006161', 'hex')],
  ['docx', Buffer.from('504b0304140000000800000000000000000000000000000000001300000', 'hex')],
  ['mp4', Buffer.from('\0\0\0\u0018ftypisom\0\0\u0002\0isomiso2', 'latin1')],
  ['heic', Buffer.from('\0\0\0\u0018ftypheic\0\0\0\0mif1heic', 'latin1')],
  ['mp3', Buffer.from('ID3\u0004\0\0\0\0\0\u0010TIT2\0\0\0\u0002\0\0\0a', 'latin1')],
  ['tif', Buffer.from('49492a0008000000010000010300010000000100000000000000', 'hex')],
  ['webm', Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex')],
  ['gz', gzipSync('Hello')],
  ['doc', Buffer.from('d0cf11e0a1b11ae1'.padEnd(1024, '0'), 'hex')],
  ['txt', Buffer.from('\ufeffGrüße')],
  ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['', png],
];
const magic = [
  '\u0089PNG\r\n\u001a\n',
  'PK\u0003\u0004',
  '%PDF-',
  'ftyp',
  'GIF89a',
  'RIFF',
  'WEBP',
  '\u00ff\u00d8\u00ff',
  'II*\0',
  '<?xml',
  '[Content_Types].xml',
  '\0',
];

/** Decoders of uploaded files: what they are by their content, and pictures themselves. */
export function fileDecoders(store: FileStore): readonly Decoder[] {
  const keep = async (filename: string, input: Buffer): Promise<Decoded> => {
    const upload = await store.store({ filename, mediaType: 'application/octet-stream' }, oneChunk(input));
    if (upload.refused !== undefined) return 'refused';
    must(upload.size === input.length, 'a file has the size that was sent');
    await store.discard([upload.path]);
    return 'taken';
  };
  // Without those that would start work on a picture.
  const names = ['', 'pdf', 'zip', 'docx', 'mp4', 'heic', 'mp3', 'tif', 'webm', 'gz', 'doc', 'txt', 'csv', 'exe'];
  return [
    {
      name: 'sniffing',
      samples: contents.filter(([extension]) => extension !== 'svg' && extension !== '').map(([, content]) => content),
      words: magic,
      decode: (input, random) => keep(`a.${random.pick(names)}`, input),
    },
    {
      name: 'pictures',
      cost: 100,
      samples: [png, ...contents.filter(([extension]) => extension === 'svg').map(([, content]) => content)],
      words: magic,
      decode: (input, random) => keep(`a.${random.pick(['png', 'png', 'svg', 'svg', 'gif', 'jpg'])}`, input),
    },
  ];
}

async function* oneChunk(input: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  yield input;
}
