import assert from 'node:assert/strict';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderOf, serveFolder } from './served.ts';
import type { Served } from './served.ts';

const example = join(import.meta.dirname, '..', 'examples', 'trattoria');
const fields = { name: 'Ada', email: 'ada@example.org', guests: '2', body: 'Do you have a high chair?' };

/** Every page of the example as it is answered, with what a cache needs to know of it. */
async function answersOf(served: Served): Promise<unknown> {
  const answers: unknown[] = [];
  for (const file of (await readdir(example, { recursive: true })).sort()) {
    if (!file.endsWith('.html')) continue;
    const response = await served.get(`/${file}`);
    const { status, headers } = response;
    const policy = headers.get('content-security-policy-report-only');
    answers.push([file, status, headers.get('etag'), headers.get('link'), policy, await response.text()]);
  }
  return answers;
}

void test('a server started again, from what it kept or without, answers byte for byte the same', async (t) => {
  const site = await folderOf(t, {});
  await cp(example, site, { recursive: true });
  const first = await serveFolder(t, site);
  const answers = await answersOf(first);
  const kept = await first.restart();
  assert.deepEqual(await answersOf(kept), answers, 'from what it kept');
  assert.deepEqual(kept.notices, first.notices);
  await rm(join(kept.dataDir, 'cache'), { recursive: true });
  assert.deepEqual(await answersOf(kept), answers, 'while it went');
  const without = await kept.restart();
  assert.deepEqual(await answersOf(without), answers, 'without');
});

void test('a form is checked and taken by a server that started from what was kept', async (t) => {
  const served = await (await serveFolder(t, example)).restart();
  const refused = await served.post('/contact?form=message', { ...fields, email: 'nobody' });
  assert.equal(refused.status, 422);
  const taken = await served.post('/contact?form=message', fields);
  assert.equal(taken.status, 303);
});
