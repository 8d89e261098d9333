import type { ServerResponse } from 'node:http';
import { cachedPage } from '../pages/index.ts';
import type { CachedPage } from '../pages/index.ts';
import { formatDiagnostic } from '../std/index.ts';
import type { Diagnostic } from '../std/index.ts';
import type { OwnRoute } from './app.ts';
import { sendText } from './respond.ts';

/** Tells open browsers that the folder has changed, and what is wrong with it. Only `dev` has one. */
export interface DevChannel {
  readonly routes: readonly OwnRoute[];
  /** The page with the small script that listens; what is no page comes back as it is. */
  withScript(page: CachedPage): CachedPage;
  /** The same for text. */
  withScriptText(html: string): string;
  /** Browsers load their page again. */
  reload(diagnostics: readonly Diagnostic[]): void;
  close(): void;
}

const tag = '<script src="/_backlot/dev.js"></script>';

/** Shows errors over the page as plain text, and reloads when told to. */
const script = `(() => {
  const events = new EventSource('/_backlot/dev/events');
  events.addEventListener('reload', () => location.reload());
  events.addEventListener('errors', (event) => {
    const lines = JSON.parse(event.data);
    document.getElementById('backlot-dev-errors')?.remove();
    if (lines.length === 0) return;
    const box = document.createElement('pre');
    box.id = 'backlot-dev-errors';
    box.setAttribute('role', 'alert');
    box.style.cssText = 'position:fixed;inset:auto 0 0 0;max-height:40vh;overflow:auto;margin:0;padding:1rem;' +
      'background:#2b0f0f;color:#ffd9d0;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;z-index:2147483647';
    box.textContent = lines.join('\\n');
    document.body.append(box);
  });
})();
`;

function tell(response: ServerResponse, event: string, data: unknown): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function insert(html: string): string {
  const end = html.toLowerCase().lastIndexOf('</body>');
  return end < 0 ? html + tag : html.slice(0, end) + tag + html.slice(end);
}

/** Byte by byte, whatever the page's encoding; not in UTF-16, where ASCII would be noise. */
function insertBytes(html: Buffer): Buffer {
  return html.includes(0) ? html : Buffer.from(insert(html.toString('latin1')), 'latin1');
}

export function devChannel(): DevChannel {
  const listeners = new Set<ServerResponse>();
  const decorated = new WeakMap<CachedPage, CachedPage>();
  let closed = false;
  let errors: readonly string[] = [];
  return {
    routes: [
      {
        method: 'GET',
        path: '/dev.js',
        handle: (request, response) =>
          sendText(request, response, 200, script, {
            'content-type': 'text/javascript; charset=utf-8',
            'cache-control': 'no-cache',
            'x-content-type-options': 'nosniff',
          }),
      },
      {
        method: 'GET',
        path: '/dev/events',
        handle(_request, response) {
          // Nothing moves until the folder changes.
          response.socket?.setTimeout(0);
          response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
          response.write('retry: 500\n\n');
          tell(response, 'errors', errors);
          if (closed) {
            response.end();
            return;
          }
          listeners.add(response);
          response.once('close', () => listeners.delete(response));
        },
      },
    ],
    withScript(page) {
      const known = decorated.get(page);
      if (known) return known;
      if (page.headers['content-type']?.startsWith('text/html') !== true) return page;
      const { 'accept-ranges': _ranges, 'last-modified': _modified, ...headers } = page.headers;
      const made = cachedPage(insertBytes(page.representation('identity').bytes), page.status, headers);
      decorated.set(page, made);
      return made;
    },
    withScriptText: insert,
    reload(diagnostics) {
      errors = diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic);
      for (const response of listeners) tell(response, 'reload', null);
    },
    close() {
      closed = true;
      for (const response of listeners) response.end();
    },
  };
}
