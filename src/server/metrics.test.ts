import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { serveFiles } from '../../test/served.ts';
import type { Served } from '../../test/served.ts';
import { metricsRegistry } from './metrics-text.ts';

void test('counters, histograms and gauges are printed as Prometheus reads them', async () => {
  const registry = metricsRegistry();
  const calls = registry.counter('calls', 'Calls made.', ['kind']);
  calls.add('plain');
  calls.add('plain');
  calls.add('a "b" \\ \n');
  const sizes = registry.histogram('size', 'Sizes.', [1, 10]);
  for (const size of [1, 2, 30]) sizes.observe(size);
  registry.gauge('heat', 'How hot.', () => 1.5);
  registry.gauge('absent', 'Not known.', () => undefined);
  assert.equal(
    await registry.text(),
    `# HELP calls_total Calls made.
# TYPE calls_total counter
calls_total{kind="plain"} 2
calls_total{kind="a \\"b\\" \\\\ \\n"} 1
# HELP size Sizes.
# TYPE size histogram
size_bucket{le="1"} 1
size_bucket{le="10"} 2
size_bucket{le="+Inf"} 3
size_sum 33
size_count 3
# HELP heat How hot.
# TYPE heat gauge
heat 1.5
`,
  );
});

const files = {
  'menu.html': '<!DOCTYPE html><ul data-list="dish"><li itemscope><b itemprop="name">Pasta</b></li></ul>',
  'contact.html':
    '<!DOCTYPE html><form name="message" method="post"><input name="name" required><input name="website" hidden data-trap></form>',
  'style.css': 'body { margin: 0 }',
};

async function metricsOf(served: Served): Promise<Map<string, number>> {
  const answer = await served.get('/_backlot/metrics');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const lines = (await answer.text()).trimEnd().split('\n');
  const samples = lines.filter((line) => !line.startsWith('#'));
  for (const line of samples) assert.match(line, /^[a-z_0-9]+(?:\{(?:[a-z]+="[^"]*",?)+\})? -?[\d.e+-]+$/);
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

void test('requests, the cache, posts, commits and the process are counted', async (t) => {
  const served = await serveFiles(t, files, { environment: { BACKLOT_METRICS: 'on' } });
  for (const path of ['/menu', '/menu', '/menu', '/style.css', '/nothing']) await (await served.get(path)).text();
  await (await served.post('/contact?form=message', { name: 'Ada' })).text();
  await (await served.post('/contact?form=message', {})).text();
  const found = await metricsOf(served);
  const expected: Readonly<Record<string, number>> = {
    'backlot_requests_total{kind="page",status="200"}': 3,
    'backlot_requests_total{kind="page",status="404"}': 1,
    'backlot_requests_total{kind="file",status="200"}': 1,
    'backlot_requests_total{kind="form",status="303"}': 1,
    'backlot_requests_total{kind="form",status="422"}': 1,
    'backlot_request_duration_seconds_count{kind="page"}': 4,
    'backlot_page_cache_total{outcome="hit"}': 2,
    'backlot_page_cache_total{outcome="miss"}': 1,
    'backlot_posts_total{outcome="saved"}': 1,
    'backlot_posts_total{outcome="refused"}': 1,
    backlot_feed_lag_entries: 0,
    backlot_database_writable: 1,
    'backlot_starts_total{version="test"}': 1,
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, found.get(name)])), expected);
  assert.ok(found.get('backlot_commit_changes_count')! >= 1);
  assert.ok(found.get('process_resident_memory_bytes')! > 10e6);
  assert.equal(found.has('backlot_last_backup_timestamp_seconds'), false);
});

void test('what is kept as spam is counted', async (t) => {
  const environment = { BACKLOT_METRICS: 'on', BACKLOT_RATE_LIMIT: 'off' };
  const form =
    '<!DOCTYPE html><form name="message" method="post" netlify-honeypot="trap"><input name="name"><input name="trap"></form>';
  const served = await serveFiles(t, { 'contact.html': form }, { environment });
  await (await served.post('/contact?form=message', { name: 'Bot', trap: 'caught' })).text();
  assert.equal((await metricsOf(served)).get('backlot_spam_total'), 1);
});

void test('off, nothing answers', async (t) => {
  const served = await serveFiles(t, files);
  assert.equal((await served.get('/_backlot/metrics')).status, 404);
});

void test('only callers on the machine itself are answered, and never through a proxy or another name', async (t) => {
  const served = await serveFiles(t, files, {
    environment: { BACKLOT_METRICS: 'on', BACKLOT_ORIGIN: 'https://example.org' },
  });
  const { port } = new URL(served.address);
  const ask = (headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/_backlot/metrics', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  assert.equal(await ask({ host: `127.0.0.1:${port}` }), 200);
  assert.equal(await ask({ host: `localhost:${port}` }), 200);
  assert.equal(await ask({ host: 'example.org' }), 404);
  for (const name of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via']) {
    assert.equal(await ask({ host: `127.0.0.1:${port}`, [name]: '127.0.0.1' }), 404, name);
  }
});
