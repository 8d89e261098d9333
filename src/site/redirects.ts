import type { Diagnostic } from '../std/index.ts';

/** One line of a `_redirects` file. */
export interface Redirect {
  /** Line in the file, from 1. */
  readonly line: number;
  /** Path segments to match, decoded; `:name` is a placeholder. */
  readonly from: readonly string[];
  /** Ends in `/*`: the rest is `:splat`. */
  readonly splat: boolean;
  /** Query parameters that must be there: literal value, or a placeholder `:name`. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly to: string;
  readonly status: number;
  /** `!`: also where a file answers the path. */
  readonly force: boolean;
}

export interface RedirectMatch {
  readonly redirect: Redirect;
  /** The target with placeholders filled and the query passed on. */
  readonly location: string;
}

const file = '_redirects';
const linesMax = 10_000;
const lineLengthMax = 2_000;
const statuses = new Set([200, 301, 302, 303, 307, 308, 404, 410]);
const conditionNames = /^(?:Country|Language|Role|Cookie|Domain)=/iv;

/**
 * Reads a `_redirects` file as Netlify documents it: `from [name=value…] to [status[!]]`, one rule a line, `#` begins a
 * comment, `*` at the end of `from` is `:splat`, `:name` a placeholder. A line that cannot be used is left out and
 * reported; the others stand.
 */
export function parseRedirects(text: string): { redirects: readonly Redirect[]; diagnostics: readonly Diagnostic[] } {
  const redirects: Redirect[] = [];
  const diagnostics: Diagnostic[] = [];
  const lines = text.replace(/^\uFEFF/v, '').split(/\r\n|\r|\n/v);
  if (lines.length > linesMax) {
    diagnostics.push(
      problem(
        linesMax + 1,
        `has ${lines.length} lines; only the first ${linesMax} are read`,
        'Use a splat (`/old/*`) for rules of one shape.',
      ),
    );
  }
  for (const [index, written] of lines.slice(0, linesMax).entries()) {
    const words = wordsOf(written);
    if (words.length === 0) continue;
    const read = written.length > lineLengthMax ? { fault: 'is too long' } : parseRule(words, index + 1);
    if ('fault' in read) diagnostics.push(problem(index + 1, read.fault, read.fix));
    else redirects.push(read);
  }
  return { redirects, diagnostics };
}

/** Finds the first rule that matches. `pathname` is as it stands in the URL (encoded), `search` begins with `?` or is empty. */
export function matchRedirect(
  redirects: readonly Redirect[],
  segments: readonly string[],
  search: string,
  forced: boolean,
): RedirectMatch | undefined {
  let parameters: URLSearchParams | undefined;
  for (const redirect of redirects) {
    if (redirect.force !== forced) continue;
    const captured = matchPath(redirect, segments);
    if (!captured) continue;
    if (redirect.parameters.length > 0) {
      parameters ??= new URLSearchParams(search);
      if (!matchParameters(redirect, parameters, captured)) continue;
    }
    const location = locationOf(redirect, captured, search);
    if (location !== undefined) return { redirect, location };
  }
  return undefined;
}

interface Fault {
  readonly fault: string;
  readonly fix?: string;
}

function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const word of line.trim().split(/[ \t]+/v)) {
    if (word === '' || word.startsWith('#')) break;
    words.push(word);
  }
  return words;
}

function parseRule(words: readonly string[], line: number): Redirect | Fault {
  const [fromText, ...rest] = words;
  if (fromText === undefined || !fromText.startsWith('/')) {
    return {
      fault: `begins with \`${fromText ?? ''}\``,
      fix: 'Begin it with a path of this site, such as `/old`: rules for other hosts belong to those hosts.',
    };
  }
  const targetIndex = rest.findIndex((word) => word.startsWith('/') || /^[a-z][a-z0-9+.\-]*:\/\//iv.test(word));
  const to = rest[targetIndex];
  if (to === undefined) return { fault: 'has no target', fix: 'Write `/old /new` or `/old https://example.org/new`.' };
  const parameters: { name: string; value: string }[] = [];
  for (const word of rest.slice(0, targetIndex)) {
    const equals = word.indexOf('=');
    if (equals < 1)
      return { fault: `has \`${word}\` before its target`, fix: 'Only query parameters stand there: `id=:id`.' };
    parameters.push({ name: word.slice(0, equals), value: word.slice(equals + 1) });
  }
  const tail = rest.slice(targetIndex + 1);
  const statusText = tail[0] !== undefined && !tail[0].includes('=') ? tail[0] : '301';
  const extra = tail.slice(statusText === tail[0] ? 1 : 0);
  if (extra.length > 0) {
    const condition = extra.some((word) => conditionNames.test(word));
    return {
      fault: `ends with \`${extra.join(' ')}\``,
      fix: condition
        ? 'Conditions on country, language, role or cookie are not supported: take them out, or decide it in `backlot.config.ts`.'
        : 'Nothing may follow the status.',
    };
  }
  const status = /^(\d{3})(!?)$/v.exec(statusText);
  if (!status || !statuses.has(Number(status[1]))) {
    return {
      fault: `has the status \`${statusText}\``,
      fix: `Use one of ${[...statuses].join(', ')}, with \`!\` to force it.`,
    };
  }
  return completeRule({ line, parameters, to, status: Number(status[1]), force: status[2] === '!' }, fromText);
}

function completeRule(rule: Omit<Redirect, 'from' | 'splat'>, fromText: string): Redirect | Fault {
  const from: string[] = [];
  for (const part of fromText.split('/')) {
    if (part === '') continue;
    const decoded = decode(part);
    if (decoded === undefined) return { fault: `has \`${part}\`, which is no valid percent-encoding` };
    from.push(decoded);
  }
  const splat = from.at(-1) === '*';
  if (splat) from.pop();
  if (from.includes('*'))
    return { fault: 'has `*` before the end of its path', fix: 'Use a placeholder there: `/:name/…`.' };
  const target = checkTarget(rule, new Set([...from, ...rule.parameters.map((parameter) => parameter.value)]), splat);
  return target ?? { ...rule, from, splat };
}

function checkTarget(
  rule: Omit<Redirect, 'from' | 'splat'>,
  names: ReadonlySet<string>,
  splat: boolean,
): Fault | undefined {
  const { to, status } = rule;
  for (const [placeholder] of to.matchAll(/:[a-z_]\w*/giv)) {
    if (placeholder === ':splat' ? !splat : !names.has(placeholder)) {
      return { fault: `uses \`${placeholder}\` in its target, which its path does not have` };
    }
  }
  if (to.startsWith('/')) {
    if (/^\/[\/\\]/v.test(to)) return { fault: `leads to \`${to}\``, fix: 'Write the scheme too: `https://…`.' };
    return undefined;
  }
  if (!/^https?:\/\//iv.test(to))
    return { fault: `leads to \`${to}\``, fix: 'Lead to a path (`/new`) or to an `https:` address.' };
  if (/^https?:\/\/[^\/?#]*:[a-z_]/iv.test(to)) return { fault: 'has a placeholder in the host of its target' };
  if (!URL.canParse(to)) return { fault: `leads to \`${to}\`, which is no valid address` };
  if (status < 300 || status >= 400) {
    return {
      fault: `answers ${status} from another site`,
      fix: 'Only paths of this site can answer in place; use 301 or 302 here.',
    };
  }
  return undefined;
}

function matchPath(redirect: Redirect, segments: readonly string[]): Map<string, string> | undefined {
  const { from, splat } = redirect;
  if (splat ? segments.length < from.length : segments.length !== from.length) return undefined;
  const captured = new Map<string, string>();
  for (const [index, part] of from.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) captured.set(part, encodeURIComponent(segment));
    else if (part !== segment) return undefined;
  }
  if (splat) captured.set(':splat', segments.slice(from.length).map(encodeURIComponent).join('/'));
  return captured;
}

function matchParameters(redirect: Redirect, given: URLSearchParams, captured: Map<string, string>): boolean {
  for (const { name, value } of redirect.parameters) {
    const found = given.get(name);
    if (found === null) return false;
    if (value.startsWith(':')) captured.set(value, encodeURIComponent(found));
    else if (value !== found) return false;
  }
  return true;
}

function locationOf(redirect: Redirect, captured: ReadonlyMap<string, string>, search: string): string {
  const filled = redirect.to.replace(/:[a-z_]\w*/giv, (name) => captured.get(name) ?? name);
  // A splat may be empty or begin oddly; a target on this site must never become `//another.host`.
  const safe = redirect.to.startsWith('/') ? filled.replace(/^[\/\\]+/v, '/') : filled;
  if (search.length < 2 || safe.includes('?') || redirect.parameters.length > 0) return safe;
  const hash = safe.indexOf('#');
  return hash < 0 ? safe + search : safe.slice(0, hash) + search + safe.slice(hash);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text).normalize('NFC');
  } catch {
    return undefined;
  }
}

function problem(line: number, fault: string, fix?: string): Diagnostic {
  return {
    severity: 'error',
    code: 'site/redirect',
    message: `This redirect ${fault}.`,
    ...(fix === undefined ? {} : { fix }),
    at: { file, line, column: 1 },
  };
}
