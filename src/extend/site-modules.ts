import { registerHooks } from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What `import … from 'backlot'` means, wherever the site's folder lies. */
const publicEntry = new URL(`./public${import.meta.url.slice(-3)}`, import.meta.url).href;

/** Folders whose modules are the site's own, with the files that have been loaded from them. */
const sites = new Map<string, Set<string>>();

/** So that a file that has changed is read again, with all that it imports from the site. */
let reading = 0;

/**
 * Loads a module of a site with what it imports, as Node does: types are stripped, nothing is built. Each call reads the
 * files anew.
 */
export async function importSiteModule(siteDir: string, file: string): Promise<unknown> {
  if (sites.size === 0) registerHooks({ resolve });
  const root = siteDir.endsWith(sep) ? siteDir : siteDir + sep;
  sites.set(root, new Set([file]));
  const url = pathToFileURL(file);
  url.searchParams.set('read', String(++reading));
  return await import(url.href);
}

/** The files of a site that its configuration was loaded from, as absolute paths. */
export function loadedFiles(siteDir: string): readonly string[] {
  return [...(sites.get(siteDir.endsWith(sep) ? siteDir : siteDir + sep) ?? [])];
}

type Resolve = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>;

const resolve: Resolve = (specifier, context, next) => {
  const from = specifier.startsWith('file:') ? specifier : context.parentURL;
  const version = /[?&]read=(\d+)/.exec(from ?? '')?.[1];
  const root = version === undefined ? undefined : siteOf(new URL(from!));
  if (version === undefined || root === undefined) return next(specifier, context);
  if (specifier === 'backlot') return { url: publicEntry, shortCircuit: true };
  const found = next(specifier, context);
  if (!found.url.startsWith('file:')) return found;
  const url = new URL(found.url);
  if (siteOf(url) !== root) return found;
  sites.get(root)?.add(fileURLToPath(url));
  url.searchParams.set('read', version);
  // A site's folder seldom says in a package.json that its files are modules: Node would read them twice, and warn.
  const format = formats[/\.m?[jt]s$/.exec(url.pathname)?.[0] ?? ''];
  return { ...found, url: url.href, ...(format !== undefined && { format }) };
};

const formats: Readonly<Record<string, string>> = {
  '.ts': 'module-typescript',
  '.mts': 'module-typescript',
  '.js': 'module',
  '.mjs': 'module',
};

/** The site that a module belongs to, unless it is a library that was installed there. */
function siteOf(url: URL): string | undefined {
  if (url.protocol !== 'file:') return undefined;
  const path = fileURLToPath(url);
  if (path.includes(`${sep}node_modules${sep}`)) return undefined;
  return [...sites.keys()].find((root) => path.startsWith(root));
}
