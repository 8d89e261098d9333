import type { OwnRoute } from './app.ts';
import { bodyOf } from './request-body.ts';
import { sendText } from './respond.ts';

/** Where browsers of developers report what a policy would have blocked. After `/_backlot`. */
export const POLICY_REPORTS = '/policy-reports';

const BODY_BYTES_MAX = 64 * 1024;
const BODY_MS = 10_000;
/** How many different violations are told at most: an endless page must not fill the terminal. */
const TOLD_MAX = 200;

/** What a browser says was, or would be, blocked. */
interface Violation {
  readonly page: string;
  readonly directive: string;
  /** An origin, a scheme (`data:`), `'unsafe-eval'`, or a quoted word for what stands in the page itself. */
  readonly source: string;
}

/**
 * Takes the reports of Content Security Policy Level 3 (`report-uri`) and of the Reporting API, and tells each missing
 * source once, as it is written into the settings.
 */
export function policyReports(tell: (lines: readonly string[]) => void): OwnRoute {
  const told = new Set<string>();
  return {
    method: 'POST',
    path: POLICY_REPORTS,
    async handle(request, response) {
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of bodyOf(request, response, BODY_MS)) {
        size += chunk.byteLength;
        if (size > BODY_BYTES_MAX) break;
        chunks.push(chunk);
      }
      if (size > BODY_BYTES_MAX) {
        sendText(request, response, 413, '', {});
        return;
      }
      for (const violation of violationsIn(Buffer.concat(chunks).toString('utf8'))) {
        const line = lineFor(violation);
        if (told.has(line) || told.size >= TOLD_MAX) continue;
        told.add(line);
        tell([line]);
      }
      response.writeHead(204);
      response.end();
    },
  };
}

function lineFor({ page, directive, source }: Violation): string {
  if (source.startsWith("'inline")) {
    return `${page}: a script that is not in the file runs in the page; its policy would block it (${directive}). Put it into a file of its own.`;
  }
  return `${page}: its policy would block what ${source} brings. If that is meant, add to policySources: ${JSON.stringify(`${directive} ${source}`)}`;
}

/** Reads a body of either kind; anything else holds no violations. */
function violationsIn(text: string): readonly Violation[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  const reports = Array.isArray(parsed) ? parsed.map((report) => field(report, 'body')) : [field(parsed, 'csp-report')];
  return reports.slice(0, 100).flatMap((report) => {
    const page = textOf(report, 'document-uri') ?? textOf(report, 'documentURL');
    const directive = textOf(report, 'effective-directive') ?? textOf(report, 'effectiveDirective');
    const blocked = textOf(report, 'blocked-uri') ?? textOf(report, 'blockedURL');
    if (page === undefined || directive === undefined || blocked === undefined || !URL.canParse(page)) return [];
    if (!/^[a-z-]{1,40}$/.test(directive)) return [];
    return [{ page: new URL(page).pathname, directive: plainDirective(directive), source: sourceOf(blocked) }];
  });
}

/** What the derived policy says `script-src` for. */
function plainDirective(directive: string): string {
  return directive.replace(/^script-src-(?:elem|attr)$/, 'script-src');
}

function sourceOf(blocked: string): string {
  if (blocked === 'eval' || blocked === 'wasm-eval') return blocked === 'eval' ? "'unsafe-eval'" : "'wasm-unsafe-eval'";
  if (URL.canParse(blocked)) {
    const { origin, protocol } = new URL(blocked);
    return origin === 'null' ? protocol : origin;
  }
  return /^[a-z][a-z0-9+.-]*$/.test(blocked) && blocked !== 'inline' ? `${blocked}:` : "'inline'";
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === 'string' && found.length <= 2_000 ? found : undefined;
}
