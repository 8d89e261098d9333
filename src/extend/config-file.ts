import { existsSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { placeOfError } from './code-place.ts';
import { configError, isObject, placeOfPart } from './config-error.ts';
import { readHooks } from './declared-hooks.ts';
import type { DeclaredHook } from './declared-hooks.ts';
import { readJobs } from './declared-jobs.ts';
import type { DeclaredJob } from './declared-jobs.ts';
import { readRoutes } from './declared-routes.ts';
import type { DeclaredRoute } from './declared-routes.ts';
import { importSiteModule, loadedFiles } from './site-modules.ts';

const names = ['backlot.config.ts', 'backlot.config.js', 'backlot.config.mjs'];

/** What a configuration may have. */
const parts = ['settings', 'hooks', 'jobs', 'routes'];

/** Whether a path relative to the site's folder is its configuration file. */
export function isConfigFile(file: string): boolean {
  return names.includes(file);
}

/** What a site says of itself beyond its pages. */
export interface LoadedConfig {
  /** The site's folder without links, as places in code name it. */
  readonly siteDir: string;
  /** The file's name; absent where there is none. */
  readonly file?: string;
  /** Not read yet: the server knows which there are. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly hooks: readonly DeclaredHook[];
  readonly jobs: readonly DeclaredJob[];
  readonly routes: readonly DeclaredRoute[];
  /** Absolute paths of all files it was loaded from. */
  readonly files: readonly string[];
  /** Where something of this name stands in it, for messages: `backlot.config.ts:4`. */
  readonly placeOf: (key: string, part: unknown) => string;
}

/**
 * Loads `backlot.config.ts` (or `.js`, `.mjs`) of a site, anew each time. A site without one has nothing to say.
 *
 * @throws BacklotError `extend/config` with file and line, when it cannot be loaded or says what means nothing
 */
export async function loadConfig(siteDir: string): Promise<LoadedConfig> {
  const path = names.map((name) => join(siteDir, name)).find((candidate) => existsSync(candidate));
  if (path === undefined)
    return { siteDir, settings: {}, hooks: [], jobs: [], routes: [], files: [], placeOf: () => names[0]! };
  const dir = realpathSync(siteDir);
  const file = basename(path);
  const config = await load(dir, path);
  if (!isObject(config)) {
    throw configError(file, 'it must export an object by default: export default defineSite({ settings: { … } }).');
  }
  const other = Object.keys(config).find((name) => !parts.includes(name));
  if (other !== undefined) {
    const place = placeOfPart(dir, file, other, config[other]);
    throw configError(file, `"${other}" means nothing here; there may be ${parts.join(', ')}.`, place);
  }
  const settings = config['settings'] ?? {};
  if (!isObject(settings)) throw configError(file, 'settings must be an object.');
  return {
    siteDir: dir,
    file,
    settings,
    hooks: readHooks(dir, file, config['hooks']),
    jobs: readJobs(dir, file, config['jobs']),
    routes: readRoutes(dir, file, config['routes']),
    files: loadedFiles(dir),
    placeOf(key, part) {
      const place = placeOfPart(dir, file, key, part);
      return place ? `${place.file}:${place.line}` : file;
    },
  };
}

/**
 * The `settings` part alone, for commands; empty where there is no file.
 *
 * @throws BacklotError as {@link loadConfig}
 */
export async function configuredSettings(siteDir: string): Promise<Readonly<Record<string, unknown>>> {
  return (await loadConfig(siteDir)).settings;
}

async function load(siteDir: string, path: string): Promise<unknown> {
  try {
    const module = (await importSiteModule(siteDir, realpathSync(path))) as { default?: unknown };
    return module.default;
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw configError(basename(path), `it could not be loaded: ${reason}`, placeOfError(siteDir, error), error);
  }
}
