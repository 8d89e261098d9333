// Request lines, header fields, hosts, targets and their limits (RFC 9110, RFC 9112).
import { test } from 'node:test';
import { assertConformance, beside, cases, line, message } from './conformance.ts';

/** Header fields of one's own, for a page that the lane has. */
function fields(...lines: string[]): string {
  return message(['GET /menu HTTP/1.1', ...lines]);
}

function target(text: string): string {
  return line(`GET ${text} HTTP/1.1`);
}

test('a request line is a method, a target and a version', async (t) => {
  await assertConformance(t, [
    ...cases(
      [200, 'last'],
      [
        ['as it should be', '9112 3', target('/menu')],
        ['empty lines before it', '9112 2.2', `\r\n\r\n${target('/menu')}`],
        ['two spaces, which may be taken for one', '9112 3', line('GET  /menu HTTP/1.1')],
      ],
    ),
    ...cases(
      [400],
      [
        ['a space before it', '9112 2.2', ` ${target('/menu')}`],
        ['tabs between its parts', '9112 3', line('GET\t/menu\tHTTP/1.1')],
        ['a space after it', '9112 3', line('GET /menu HTTP/1.1 ')],
        ['a space in the target', '9112 3.2', line('GET /me nu HTTP/1.1')],
        ['a version in small letters', '9112 2.3', line('GET /menu http/1.1')],
        ['a version with two digits', '9112 2.3', line('GET /menu HTTP/1.10')],
        ['half a version', '9112 2.3', line('GET /menu HTTP/1.')],
        ['a version that there is not', '9112 2.3', line('GET /menu HTTP/1.2')],
        ['no target', '9112 3.2', line('GET HTTP/1.1')],
        ['a method in small letters', '9110 9.1', line('get /menu HTTP/1.1')],
        ['a method that nobody knows', '9110 9.1', line('BREW /menu HTTP/1.1')],
        ['lines that end with LF', '9112 2.2', 'GET /menu HTTP/1.1\nHost: a\n\n'],
        ['CR for a space', '9112 2.2', 'GET /menu\rHTTP/1.1\r\nHost: a\r\n\r\n'],
        ['NUL in the target', '9112 3.2', target('/menu\0')],
        ['a byte that is no character of a target', '9112 3.2', target('/men\u00fc')],
        ['the preface of HTTP/2', '9113 3.4', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
        ['a greeting of TLS', '9112 2', '\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003'],
      ],
    ),
    ...cases(
      [505],
      [
        ['the next HTTP', '9110 15.6.6', line('GET /menu HTTP/2.0')],
        ['the first HTTP', '9110 15.6.6', line('GET /menu HTTP/0.9')],
        ['no version, as the first HTTP had none', '9112 2.3', line('GET /menu')],
      ],
    ),
  ]);
});

test('a field is a name, a colon and a value on one line', async (t) => {
  await assertConformance(t, [
    ...cases(
      [200, 'last'],
      [
        ['white space around a value', '9112 5', fields('Host: \ta\t ')],
        ['an empty value', '9110 5.5', beside('X-A:')],
        ['bytes above 127', '9110 5.5', beside('X-A: \u00e9')],
        ['every character of a token', '9110 5.6.2', beside("!#$%&'*+-.^_`|~09azAZ: b")],
      ],
    ),
    ...cases(
      [400],
      [
        ['a folded line', '9112 5.2', beside('X-A: b', ' c')],
        ['a folded Host', '9112 5.2', fields('Host: a', '\tb')],
        ['white space before the colon', '9112 5.1', fields('Host : a')],
        ['white space before the first name', '9112 2.2', fields(' X-A: b', 'Host: a')],
        ['white space inside a name', '9110 5.1', beside('X A: b')],
        ['no name', '9110 5.1', beside(': b')],
        ['no colon', '9112 5', beside('b')],
        ['a name in parentheses', '9110 5.6.2', beside('X(A): b')],
        ['NUL in a name', '9110 5.1', beside('X\0A: b')],
        ['NUL in a value', '9110 5.5', beside('X-A: b\0c')],
        ['CR in a value', '9110 5.5', beside('X-A: b\rX-B: c')],
        ['LF in a value', '9110 5.5', beside('X-A: b\nX-B: c')],
        ['a control character', '9110 5.5', beside('X-A: \u0007')],
        ['DEL', '9110 5.5', beside('X-A: \u007f')],
      ],
    ),
  ]);
});

test('one Host says which site is meant', async (t) => {
  await assertConformance(t, [
    ...cases(
      [200, 'last'],
      [
        ['a port', '9110 7.2', fields('Host: a:80')],
        ['an IPv6 address', '9110 7.2', fields('Host: [::1]:80')],
        ['a name in the target', '9112 3.2.2', target('http://b/menu')],
      ],
    ),
    ...cases(
      [400, 'last'],
      [
        ['none', '9112 3.2', fields('X-A: b')],
        ['two that agree', '9112 3.2', fields('Host: a', 'Host: a')],
        ['two that differ', '9112 3.2', fields('Host: a', 'hOST: b')],
        ['none, but a name in the target', '9112 3.2.2', message(['GET http://a/menu HTTP/1.1'])],
        ['two, and a name in the target', '9112 3.2.2', message(['GET http://a/menu HTTP/1.1', 'Host: a', 'Host: a'])],
      ],
    ),
    ...cases(
      [421, 'last'],
      [
        ['empty', '9110 7.2', fields('Host:')],
        ['a list', '9110 7.2', fields('Host: a, b')],
        ['a path', '9110 7.2', fields('Host: a/b')],
        ['a user', '9110 4.2.4', fields('Host: u@a')],
        ['a user in the target', '9110 4.2.4', target('http://u:p@a/menu')],
        ['nobody in the target', '9110 4.2.1', target('http:///menu')],
      ],
    ),
  ]);
});

test('a target is a path, taken as it is written', async (t) => {
  await assertConformance(t, [
    ...cases(
      [200, 'last'],
      [
        ['encoded where it need not be', '3986 6.2.2.2', target('/%6denu')],
        ['an empty query', '3986 3.4', target('/menu?')],
        ['a query with everything in it', '3986 3.4', target('/menu?%&%zz=//..\\%00"<>')],
        ['absolute, without a path', '9112 3.2.2', target('http://a')],
      ],
    ),
    ...cases(
      [404, 'last'],
      [
        ['a step up', '3986 5.2.4', target('/../menu')],
        ['a step up, encoded', '3986 6.2.2.2', target('/%2e%2e/menu')],
        ['a step up inside', '3986 5.2.4', target('/x/../menu')],
        ['a step up with an encoded slash', '3986 2.2', target('/..%2fmenu')],
        ['a step up in an overlong encoding', '3629 3', target('/%c0%ae%c0%ae/menu')],
        ['a step nowhere', '3986 5.2.4', target('/./menu')],
        ['NUL, encoded', '3986 7.3', target('/menu%00')],
        ['NUL before an extension', '3986 7.3', target('/menu%00.html')],
        ['two slashes', '3986 3.3', target('//menu')],
        ['two slashes and a host', '3986 3.2', target('//evil.example/menu')],
        ['a backslash', '3986 2', target('/\\menu')],
        ['a backslash, encoded', '3986 2.1', target('/%5cmenu')],
        ['half an encoding', '3986 2.1', target('/menu%')],
        ['no encoding', '3986 2.1', target('/menu%zz')],
        ['an encoding of no character', '3986 2.1', target('/menu%ff')],
        ['a fragment', '9112 3.2', target('/menu#x')],
        ['a parameter', '3986 3.3', target('/menu;a=b')],
        ['encoded twice', '3986 2.4', target('/%256denu')],
        ['a drive', '3986 3.3', target('/C:/menu')],
      ],
    ),
    ...cases(
      [400],
      [
        ['without its slash', '9112 3.2.1', target('menu')],
        ['a backslash first', '9112 3.2.1', target('\\menu')],
        ['an authority', '9112 3.2.3', target('a:80')],
        ['an asterisk', '9112 3.2.4', target('*')],
        ['another scheme', '9112 3.2.2', target('file:///menu')],
        ['no host', '9112 3.2.2', target('http:/menu')],
      ],
    ),
  ]);
});

function many(count: number): string {
  return beside(...Array.from({ length: count }, (_, index) => `X-${index}: b`));
}

test('headers have limits', async (t) => {
  await assertConformance(t, [
    ...cases(
      [200, 'last'],
      [
        ['150 fields', '6585 5', many(150)],
        ['a target of 8 KB', '9112 3', target(`/menu?${'a'.repeat(8_000)}`)],
        ['a cookie of 4 KB', '6265 6.1', beside(`Cookie: a=${'b'.repeat(4_000)}`)],
      ],
    ),
    ...cases([404, 'last'], [['a path of 8 KB', '9110 15.5.15', target(`/${'a'.repeat(8_000)}`)]]),
    ...cases(
      [431],
      [
        ['2,000 fields', '6585 5', many(2_000)],
        // Fields beyond a count must not be dropped unseen: the second Host would be among them.
        [
          '2,500 empty ones before the Hosts',
          '6585 5',
          fields(...Array<string>(2_500).fill('X:'), 'Host: a', 'Host: b'),
        ],
        ['a cookie of 17 KB', '6585 5', beside(`Cookie: a=${'b'.repeat(17_000)}`)],
        ['a target of 17 KB', '6585 5', target(`/menu?${'a'.repeat(17_000)}`)],
        ['a name of 17 KB', '6585 5', beside(`${'x'.repeat(17_000)}: b`)],
      ],
    ),
  ]);
});
