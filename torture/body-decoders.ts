import { ProblemError } from '../src/api/problem.ts';
import { readJson, readJsonOrForm } from '../src/api/body.ts';
import { contracts, parseContract } from '../src/api/contracts.ts';
import type { ApiRequest } from '../src/api/request.ts';
import { decodeBody, defaultFormLimits } from '../src/forms/index.ts';
import type { UploadSink } from '../src/forms/index.ts';
import { must } from './decoders.ts';
import type { Decoded, Decoder } from './decoders.ts';
import type { Seeded } from './seeded.ts';

const urlEncoded = 'application/x-www-form-urlencoded';
const limits = { ...defaultFormLimits, fieldsMax: 50, textBytesMax: 4096, fileBytesMax: 2048, bodyBytesMax: 6144 };
const refusals: ReadonlySet<number> = new Set([400, 408, 411, 413, 415]);

/** A sink that keeps nothing but the paths of what it holds. */
function countingSink(): UploadSink & { readonly held: Set<string> } {
  const held = new Set<string>();
  let count = 0;
  return {
    held,
    async store({ filename, mediaType }, content) {
      let size = 0;
      for await (const chunk of content) size += chunk.byteLength;
      const path = `/${count++}`;
      held.add(path);
      return { path, filename, mediaType, size };
    },
    discard(paths) {
      for (const path of paths) held.delete(path);
      return Promise.resolve();
    },
  };
}

/** The input in the pieces in which it might arrive. */
async function* pieces(input: Buffer, random: Seeded): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < input.length;) {
    const end = at + random.int(1, random.pick([1, 16, 4096]));
    yield input.subarray(at, end);
    at = end;
  }
}

async function decodeForm(contentType: string, input: Buffer, random: Seeded): Promise<Decoded> {
  const sink = countingSink();
  const decoded = await decodeBody({ contentType, body: pieces(input, random) }, limits, sink);
  if (!decoded.ok) {
    must(refusals.has(decoded.status), 'a refusal has a status of refusals');
    must(sink.held.size === 0, 'no file stays of a refused form');
    return 'refused';
  }
  must(decoded.entries.length <= limits.fieldsMax, 'there are no more fields than allowed');
  for (const { name, value } of decoded.entries) {
    must(name !== '__proto__', 'no field is called __proto__');
    if (typeof value !== 'string')
      must(!/[/\\\0\r\n]/.test(value.filename), 'a file name has no folder and no line end');
  }
  return 'taken';
}

async function decodeJson(
  contentType: string,
  input: Buffer,
  random: Seeded,
  read: (request: ApiRequest) => Promise<unknown>,
): Promise<Decoded> {
  const headers = { 'content-type': contentType };
  const body = pieces(input, random);
  try {
    const value = await read({ id: '', method: 'POST', path: '', query: '', headers, body, address: '' });
    for (const contract of Object.values(contracts)) parseContract<unknown>(contract, value);
    return 'taken';
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    must(refusals.has(error.answer.status), 'a problem has a status of refusals');
    return 'refused';
  }
}

const part = (disposition: string, content: string, more = ''): string =>
  `--b\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n${content}\r\n`;

/** Decoders of request bodies. */
export const bodyDecoders: readonly Decoder[] = [
  {
    name: 'urlencoded',
    samples: ['name=Ada&body=Hello+there%21', 'a=1&a=2&b=&=c&d', 'date=2026-11-22&price=1%2C5&email=a%40example.org'],
    words: ['&', '=', '%', '+', '%00', '%zz', '%C3%A9', '\u00e9', '__proto__=', ';', '%ED%A0%80'],
    decode: (input, random) => decodeForm(urlEncoded, input, random),
  },
  {
    name: 'multipart',
    samples: [
      `${part('name="name"', 'Ada')}${part('name="file"; filename="a.txt"', 'Hello', 'Content-Type: text/plain\r\n')}--b--\r\n`,
      `${part('name="a%22b"', '')}${part('name="file"; filename=""', '', 'Content-Type: application/octet-stream\r\n')}--b--`,
      `before\r\n${part('name=bare', 'x')}--b--\r\nafter`,
    ],
    words: [
      '--b',
      '\r\n--b\r\n',
      '\r\n--b--',
      '\r\n',
      '\n',
      '\r',
      '"',
      ';',
      'name="__proto__"',
      'filename="../../x"',
      '\0',
    ],
    decode: (input, random) => decodeForm('multipart/form-data; boundary=b', input, random),
  },
  {
    name: 'content-type',
    samples: [
      urlEncoded,
      'multipart/form-data; boundary=b',
      'multipart/form-data; boundary="a b"',
      `${urlEncoded};charset=utf-8`,
    ],
    words: [';', '=', '"', 'boundary=', '\\', ',', ' ', '\t', '/', '\0'],
    decode: (input, random) =>
      decodeForm(input.toString('latin1'), Buffer.from(`${part('name="a"', 'b')}--b--\r\n`), random),
  },
  {
    name: 'json',
    samples: [
      '{"email":"a@example.org","password":"zebra crossing"}',
      '{"after":"0198c7a2-0000-7000-8000-000000000000"}',
      '{"read":["a","b"],"readBefore":"2026-11-22T00:00:00Z"}',
      '[[[[{"a":[1,-0.5e3,null,true,"\\u00e9\\n"]}]]]]',
    ],
    words: [
      '{',
      '}',
      '[',
      ']',
      '[[[[[[[[',
      '"',
      ':',
      ',',
      '\\',
      '\\ud800',
      '1e999',
      '"__proto__":',
      'null',
      '\ufeff',
      '{"a":',
    ],
    decode: (input, random) => decodeJson('application/json', input, random, readJson),
  },
  {
    name: 'json-or-form',
    samples: ['email=a%40example.org&password=zebra+crossing', 'after=x'],
    words: ['&', '=', '%', '__proto__=1', 'constructor=1', 'toString=1'],
    decode: (input, random) => decodeJson(urlEncoded, input, random, readJsonOrForm),
  },
];
