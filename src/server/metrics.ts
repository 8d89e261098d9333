import type { IncomingMessage, ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Driver } from '../database/index.ts';
import { spamTable } from '../pages/index.ts';
import type { Poster } from '../pages/index.ts';
import type { Tables } from '../tables/index.ts';
import type { OwnRoute } from './app.ts';
import { lastBackup } from './backups.ts';
import { isLoopback } from './loopback.ts';
import { metricsRegistry } from './metrics-text.ts';
import { sendText } from './respond.ts';
import type { Settings } from './settings.ts';

/** What a server counts while the setting `metrics` is on. Each part is asked to count where the thing happens. */
export interface Metrics {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onLaneAnswer: (request: { readonly target: string; readonly isHead: boolean }, status: number) => void;
  readonly onCache: (outcome: 'hit' | 'miss') => void;
  countPosts(poster: Poster): Poster;
  countCommits(driver: Driver): Driver;
  /** `/_backlot/metrics`, for callers on this machine only. */
  route(data: { readonly driver: Driver; readonly tables: Tables; readonly dataDir: string }): OwnRoute;
  close(): void;
}

const secondsBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const sizeBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export function openMetrics(settings: Pick<Settings, 'adminPath' | 'apiPath'>, program: string): Metrics {
  const registry = metricsRegistry();
  const requests = registry.counter('backlot_requests', 'Requests answered.', ['kind', 'status']);
  const durations = registry.histogram(
    'backlot_request_duration_seconds',
    'From the headers of a request to the end of its answer.',
    secondsBounds,
    ['kind'],
  );
  const cache = registry.counter('backlot_page_cache', 'Pages asked for, by whether they were in the cache.', [
    'outcome',
  ]);
  const posts = registry.counter('backlot_posts', 'Posted forms; what is kept as spam is saved too.', ['outcome']);
  const spam = registry.counter('backlot_spam', 'Posted forms kept as spam.');
  const commits = registry.histogram('backlot_commit_changes', 'Changes that shared one commit.', sizeBounds);
  const commitSeconds = registry.histogram('backlot_commit_duration_seconds', 'How long a commit took.', secondsBounds);
  const failures = registry.counter('backlot_commits_failed', 'Commits of which nothing was kept.');
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  addProcessGauges(registry, program, () => delay.percentile(99) / 1e9);

  return {
    onRequest(request, response) {
      const startedMs = performance.now();
      const kind = kindOf(request, settings);
      response.once('close', () => {
        requests.add(kind, String(response.statusCode));
        durations.observe((performance.now() - startedMs) / 1000, kind);
      });
    },
    onLaneAnswer({ target, isHead }, status) {
      // Written at once: there is no time to speak of between the request and its answer.
      const kind = kindOf({ method: isHead ? 'HEAD' : 'GET', url: target }, settings);
      requests.add(kind, String(status));
      durations.observe(0, kind);
    },
    onCache: (outcome) => cache.add(outcome),
    countPosts: (poster) => ({
      async post(request) {
        const answer = await poster.post(request);
        posts.add(answer.kind);
        return answer;
      },
    }),
    countCommits: (driver) => ({
      ...driver,
      async commit(changes) {
        const startedMs = performance.now();
        try {
          const outcomes = await driver.commit(changes);
          if (changes.length === 0) return outcomes;
          commits.observe(changes.length);
          commitSeconds.observe((performance.now() - startedMs) / 1000);
          for (const [index, { entries }] of changes.entries()) {
            if (outcomes[index]?.ok && entries.some(({ table }) => table === spamTable.name)) spam.add();
          }
          return outcomes;
        } catch (error) {
          failures.add();
          throw error;
        }
      },
    }),
    route({ driver, tables, dataDir }) {
      registry.gauge(
        'backlot_feed_lag_entries',
        'Entries of the change log that the page cache has not heard of.',
        async () => Math.max(0, (await driver.position()) - tables.feed.position),
      );
      registry.gauge('backlot_database_writable', '1 while data can be written.', async () =>
        (await driver.health()).writable ? 1 : 0,
      );
      registry.gauge('backlot_last_backup_timestamp_seconds', 'When the last backup was taken.', async () => {
        const last = await lastBackup(dataDir);
        return last && last.takenMs / 1000;
      });
      return metricsRoute(() => registry.text());
    },
    close: () => delay.disable(),
  };
}

type Registry = ReturnType<typeof metricsRegistry>;

function addProcessGauges(registry: Registry, program: string, lag: () => number): void {
  const startedSeconds = Date.now() / 1000 - process.uptime();
  const version = /^[\w.+-]+$/.test(program) ? program : 'unknown';
  registry.counter('backlot_starts', 'Always 1; its label is the version of the program.', ['version']).add(version);
  registry.gauge('process_start_time_seconds', 'When this process began.', () => startedSeconds);
  registry.gauge('process_resident_memory_bytes', 'Memory in use.', () => process.memoryUsage.rss());
  registry.gauge('nodejs_heap_used_bytes', 'Memory in use by objects.', () => process.memoryUsage().heapUsed);
  registry.gauge('nodejs_eventloop_lag_p99_seconds', 'How long the event loop was held up, 99th percentile.', lag);
}

function metricsRoute(text: () => Promise<string>): OwnRoute {
  return {
    method: 'GET',
    path: '/metrics',
    anyHost: true,
    async handle(request, response) {
      const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
      if (!isLocalCall(request)) {
        sendText(request, response, 404, 'Not Found\n', { ...headers, 'content-type': 'text/plain; charset=utf-8' });
        return;
      }
      const type = 'text/plain; version=0.0.4; charset=utf-8';
      sendText(request, response, 200, await text(), { ...headers, 'content-type': type });
    },
  };
}

/** What proxies add: behind one on this machine every visitor seems to be local. */
const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

function isLocalCall({ headers, socket }: IncomingMessage): boolean {
  if (!isLoopback(socket.remoteAddress ?? '') || forwarding.some((name) => headers[name] !== undefined)) return false;
  // A page of another site can have a browser ask here by a name that it has led to this machine.
  return /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/i.test(headers.host ?? '');
}

function kindOf(
  { method, url = '/' }: Pick<IncomingMessage, 'method' | 'url'>,
  { adminPath, apiPath }: Pick<Settings, 'adminPath' | 'apiPath'>,
): string {
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  const under = (folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
  if (under('/_backlot/files')) return 'upload';
  if (under('/_backlot')) return 'own';
  if (under(adminPath)) return 'admin';
  if (under(apiPath)) return 'api';
  if (method === 'POST') return 'form';
  const extension = path.slice(path.lastIndexOf('/') + 1).split('.')[1];
  return extension === undefined || extension === 'html' ? 'page' : 'file';
}
