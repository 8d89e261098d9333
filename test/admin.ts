import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'dist', 'admin');

/** The admin as it is built, built anew where its sources have changed since. */
export async function builtAdmin(): Promise<{ readonly firstLoadBytes: number }> {
  const made = await stat(join(built, 'index.html')).catch(() => undefined);
  if (!made || (await newestMs(join(root, 'admin'))) > made.mtimeMs) {
    await build({ configFile: join(root, 'admin', 'vite.config.ts'), logLevel: 'warn' });
  }
  return { firstLoadBytes: await firstLoad() };
}

async function newestMs(dir: string): Promise<number> {
  let newest = 0;
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) newest = Math.max(newest, (await stat(join(entry.parentPath, entry.name))).mtimeMs);
  }
  return newest;
}

/** The document and everything it names: scripts, what they import at once, styles. Gzipped. */
async function firstLoad(): Promise<number> {
  const html = await readFile(join(built, 'index.html'), 'utf8');
  let bytes = gzipSync(html).length;
  for (const [, name = ''] of html.matchAll(/"\.\/(assets\/[^"]+)"/g)) {
    bytes += gzipSync(await readFile(join(built, name))).length;
  }
  return bytes;
}
