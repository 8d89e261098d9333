// Builds the program into dist/server: one file in place of some five hundred, which is what a start spends most of its
// time on. Why, and when it is used: docs/decisions/0161-built-at-prepare.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STAMP_FILE, sourcesStamp } from '../bin/program.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Libraries that every start loads; the others are loaded from node_modules when first used. */
const loadedAtStart = new Set(['fastify', 'parse5']);

/**
 * Run by itself, it builds into the folder given, for tests; that lies in `dist`, from where the program finds the rest.
 *
 * @param {{ build(options: object): Promise<unknown> }} vite
 * @param {string} folder - seen from the package
 */
export async function buildServer(vite, folder = 'dist/server') {
  // Taken before: a file that is changed meanwhile makes the build one of other sources.
  const stamp = sourcesStamp(root);
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await vite.build({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    ssr: {
      noExternal: true,
      external: Object.keys(dependencies).filter((name) => !loadedAtStart.has(name)),
    },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { main: join(root, 'src/cli/main.ts'), ...separateFiles() },
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name]-[hash].js',
          minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
        },
        plugins: [inLatin1],
      },
    },
  });
  writeTypes(folder);
  writeFileSync(join(root, folder, STAMP_FILE), stamp);
  // Names of parts change with their content; what was compiled of earlier ones is of no use.
  if (folder === 'dist/server') rmSync(join(root, 'dist/cache'), { recursive: true, force: true });
}

/** What `import … from 'backlot'` gives, for editors and compilers: the public API stands alone in one file. */
function writeTypes(folder) {
  const file = 'src/extend/public.ts';
  const options = ['--ignoreConfig', '--declaration', '--emitDeclarationOnly', '--strict', '--target', 'es2024'];
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const made = spawnSync(process.execPath, [compiler, ...options, '--types', '', '--outDir', folder, file], {
    cwd: root,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`The types of the public API could not be made: ${made.stdout}${made.stderr}`);
}

/** What runs in a thread or process of its own is named by URL, beside the file that starts it. */
function separateFiles() {
  const found = {};
  for (const file of readdirSync(join(root, 'src'), { recursive: true })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const text = readFileSync(join(root, 'src', file), 'utf8');
    for (const [, name] of text.matchAll(/`\.\/([a-z-]+)\$\{import\.meta\.url\.slice\(-3\)\}`/g)) {
      found[basename(name)] = join(root, 'src', dirname(file), `${name}.ts`);
    }
  }
  return found;
}

/** A file in which one character does not fit a byte takes two bytes for each in memory, as long as the program runs. */
const inLatin1 = {
  name: 'in-latin-1',
  renderChunk: (code) => ({
    code: code.replace(/[\u0100-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    map: null,
  }),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildServer(await import('vite'), process.argv[2]);
