import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { command } from '../../test/rows.ts';
import { folderOf, serveFolder } from '../../test/served.ts';

const page = '<!DOCTYPE html><title>Ask</title><form name="ask" method="post"><input name="about"></form>';

/** Reads server-sent events one after the other, as the script on the page does. */
async function events(t: TestContext, address: string): Promise<() => Promise<{ event: string; data: unknown }>> {
  const abort = new AbortController();
  t.after(() => abort.abort());
  const response = await fetch(`${address}/_backlot/dev/events`, { signal: abort.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return async () => {
    for (;;) {
      const found = /event: (\w+)\ndata: (.*)\n\n/.exec(text);
      if (found) {
        text = text.slice(found.index + found[0].length);
        return { event: found[1]!, data: JSON.parse(found[2]!) as unknown };
      }
      const { value, done } = await reader.read();
      if (done) throw new Error('no further event came');
      text += value;
    }
  };
}

void test('dev: a new field is a new column, browsers reload, an error is shown and goes when it is mended', async (t) => {
  const dir = await folderOf(t, { 'index.html': page });
  const served = await serveFolder(t, dir, { dev: true });
  const next = await events(t, served.address);
  assert.deepEqual(await next(), { event: 'errors', data: [] });
  assert.match(await (await served.get('/')).text(), /<script src="\/_backlot\/dev\.js"><\/script>/);

  /** Changes the page and waits until browsers are told and get it; a slow write may be told of twice. */
  const change = async (html: string, expected: RegExp): Promise<number> => {
    await writeFile(join(dir, 'index.html'), html);
    for (;;) {
      assert.equal((await next()).event, 'reload');
      const answer = await served.get('/');
      if (expected.test(await answer.text())) return answer.status;
    }
  };

  assert.equal(await change(page.replace('<input', '<input name="city"><input'), /name="city"/), 200);
  assert.match((await command(['schema', '--data', served.dataDir])).stdout, /^ {2}city +text/m);

  const broken = '<p data-list="dish?sort=nothing"><b itemscope><i itemprop="name">x</i></b></p>';
  assert.equal(await change(broken, /index\.html:1:\d+.*nothing.*<script src="\/_backlot\/dev\.js">/s), 500);
  assert.match(served.notices.join('\n'), /index\.html:1:\d+: error: .*nothing/);
  const reloaded = await events(t, served.address);
  assert.match(JSON.stringify((await reloaded()).data), /index\.html:1:\d+: error: .*nothing/);

  assert.equal(await change(page, /name="about"/), 200);
});
