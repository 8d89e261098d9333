import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { globSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { canonicalPath, isPageFile } from '../src/site/index.ts';
import { serveFolder } from './served.ts';

const sites = ['agency', 'business-casual', 'clean-blog', 'freelancer', 'shop-homepage'];

for (const name of sites) {
  test(`startbootstrap-${name} is served byte for byte`, async (t) => {
    const dir = `node_modules/startbootstrap-${name}/dist`;
    const site = await serveFolder(t, dir);
    const files = globSync('**/*', { cwd: dir }).filter((path) => statSync(`${dir}/${path}`).isFile());
    assert.ok(files.length > 3);
    for (const path of files) {
      const written = await readFile(`${dir}/${path}`);
      for (const url of isPageFile(path) ? [canonicalPath(path), `/${path}`] : [`/${path}`]) {
        const answer = await site.get(encodeURI(url), { 'accept-encoding': 'br' });
        assert.equal(answer.status, 200, url);
        assert.deepEqual(Buffer.from(await answer.arrayBuffer()), written, url);
      }
    }
    assert.deepEqual(site.log.lines, []);
  });
}
