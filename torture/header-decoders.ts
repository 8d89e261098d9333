import { readSessionCookie } from '../src/accounts/cookie.ts';
import { readFormAddress } from '../src/pages/form-address.ts';
import { successLocation } from '../src/pages/success.ts';
import { negotiateCoding, prefersJson } from '../src/server/accept.ts';
import { evaluateConditions, requestedRange } from '../src/server/conditions.ts';
import { laneReader } from '../src/server/lane-request.ts';
import { hostRule, mayWrite } from '../src/server/origin.ts';
import { addressGroup } from '../src/server/post-limits.ts';
import type { Site, SiteForm } from '../src/site/index.ts';
import { must } from './decoders.ts';
import type { Decoder } from './decoders.ts';

const origin = 'https://example.org';
const validators = { etag: '"0123abcd"', lastModified: 'Sun, 22 Nov 2026 10:00:00 GMT' };
const size = 1000;

/** Header values reach us as Node reads them: a character for each byte. */
function latin1(input: Buffer): string {
  return input.toString('latin1');
}

/** Decoders of single header fields. */
export const headerDecoders: readonly Decoder[] = [
  {
    name: 'cookie',
    samples: ['backlot_session=abc; theme=dark', '__Host-backlot_session=abc', 'a=b; backlot_session=', ' a ; ;=;'],
    words: ['backlot_session=', '__Host-', ';', '=', ' ', '"', ',', '%00'],
    decode(input) {
      const header = latin1(input);
      const found = [readSessionCookie(header, true), readSessionCookie(header, false)].filter(
        (one) => one !== undefined,
      );
      for (const value of found)
        must(header.includes(value) && !value.includes(';'), 'a cookie is a part of its header');
      return found.length > 0 ? 'taken' : 'refused';
    },
  },
  {
    name: 'accept',
    samples: ['gzip, deflate, br;q=0.9', '*;q=0, identity', 'text/html,application/json;q=0.8,*/*;q=0.1', 'br;q=1.000'],
    words: [',', ';', 'q=', '=', '0.', '1', '*', 'br', 'gzip', 'application/json', ' '],
    decode(input) {
      const header = latin1(input);
      must(['br', 'gzip', 'identity'].includes(negotiateCoding(header)), 'a coding is one that we have');
      return prefersJson(header, undefined) ? 'taken' : 'refused';
    },
  },
  {
    name: 'conditions',
    samples: ['"0123abcd"', 'W/"0123abcd", "x"', '*', 'Sun, 22 Nov 2026 10:00:00 GMT', '"a", "b,c"'],
    words: ['"', 'W/', '*', ',', 'GMT', '2026', '99999999999', ' '],
    decode(input) {
      const value = latin1(input);
      for (const name of ['if-match', 'if-modified-since', 'if-unmodified-since']) {
        evaluateConditions({ [name]: value }, validators);
      }
      return evaluateConditions({ 'if-none-match': value }, validators) === 'send' ? 'refused' : 'taken';
    },
  },
  {
    name: 'range',
    samples: ['bytes=0-99', 'bytes=-5', 'bytes=995-', 'bytes=0-0,-1', 'BYTES= 1-2 '],
    words: ['bytes=', '-', ',', '0', '999', '1000', '99999999999999999999', ' ', 'x'],
    decode(input) {
      const range = requestedRange({ range: latin1(input) }, size, validators);
      if (range === undefined || range === 'unsatisfiable') return 'refused';
      must(0 <= range.start && range.start <= range.end && range.end < size, 'a part lies in the whole');
      return 'taken';
    },
  },
  {
    name: 'host-and-origin',
    samples: ['example.org', 'https://example.org', 'EXAMPLE.ORG:443', '[::1]:80', '::ffff:1.2.3.4', 'null'],
    words: [':', '.', '@', '/', '[', ']', '%', ',', 'https://', 'evil', ' ', '\\', '\t'],
    decode(input) {
      const text = latin1(input);
      addressGroup(text);
      const isKnown = hostRule([origin])(text);
      must(!isKnown || /^example\.org(?::443)?$/i.test(text), 'only the site’s own host is known');
      const may = mayWrite(
        { origin: text, host: 'example.org' },
        { origins: [origin], boundHost: 'a', hasSession: true },
      );
      must(!may || text === origin, 'only the site’s own origin writes');
      return isKnown || may ? 'taken' : 'refused';
    },
  },
  {
    name: 'lane',
    samples: [
      'GET /menu HTTP/1.1\r\nHost: a\r\n\r\n',
      'HEAD /menu?a=b HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip, br\r\nCookie: theme=dark\r\nIf-None-Match: "x"\r\n\r\n',
    ],
    words: [
      '\r\n',
      '\n',
      '\r',
      ':',
      ' ',
      '\0',
      'Host: b\r\n',
      'Content-Length: 1\r\n',
      'Transfer-Encoding: chunked\r\n',
      '\t',
    ],
    decode(input) {
      const text = latin1(input);
      const read = laneReader()(text, 0);
      if (!read) return 'refused';
      must(text.slice(0, read.end).endsWith('\r\n\r\n'), 'a request ends with an empty line');
      const head = text.slice(0, read.end);
      must(
        !/^(?:transfer-encoding|content-length|expect|range|authorization)[ \t]*:/im.test(head),
        'the lane takes no body',
      );
      return 'taken';
    },
  },
];

const form = { name: 'ask', table: 'ask', successRow: false } as SiteForm;

/** Decoders of what stands in a request's target. */
export function targetDecoders(site: Site): readonly Decoder[] {
  return [
    {
      name: 'target',
      samples: ['/menu', '/menu/tagliatelle', '/it/menu/', '/index.html', '/menu.html?a=b', '/assets/../menu'],
      words: ['/', '//', '..', '%2e', '%2f', '%00', '%', '\\', '?', '#', ';', '%c0%ae', '.html', '@', ':'],
      decode(input) {
        const [pathname = '', ...rest] = `/${latin1(input)}`.split('?');
        const search = rest.length > 0 ? `?${rest.join('?')}` : '';
        const route = site.routes.resolve(pathname, { search });
        if (route.kind === 'redirect') must(isInside(route.location), 'a redirect stays on the site');
        return route.kind === 'missing' ? 'refused' : 'taken';
      },
    },
    {
      name: 'form-address',
      samples: ['form=ask&row=0198c7a2-0000-7000-8000-000000000000&version=3', 'form=ask&delete', 'page=2&form=ask'],
      words: ['&', '=', '%', 'version=', '99999999999999999999', '-1', 'delete', '__proto__'],
      decode(input) {
        const { version, form: named } = readFormAddress(new URLSearchParams(latin1(input)));
        must(version === undefined || (Number.isSafeInteger(version) && version >= 0), 'a version is a whole number');
        return named === undefined ? 'refused' : 'taken';
      },
    },
    {
      name: 'next',
      samples: ['/thanks', '/thanks?a=b#top', 'https://example.org/thanks', '//evil.example'],
      words: ['/', '//', '\\', '\t', '\n', '..', '/.', '%2e', '@', ':', 'evil.example', '?', '#', 'javascript:'],
      decode(input) {
        const next = input.toString();
        const location = successLocation({ tables: {} }, form, { path: '/contact' }, null, next);
        must(isInside(location), 'the answer to a form leads nowhere else');
        must(!/\p{Cc}/v.test(location), 'no line end reaches a header');
        return location.startsWith('/contact') ? 'refused' : 'taken';
      },
    },
  ];
}

/** Whether a browser that is on the site stays there. */
function isInside(location: string): boolean {
  return URL.canParse(location, origin) && new URL(location, origin).origin === origin;
}
