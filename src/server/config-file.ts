import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BacklotError } from '../std/index.ts';

const names = ['backlot.config.ts', 'backlot.config.js', 'backlot.config.mjs'];

/** Whether a path relative to the site's folder is its configuration file. */
export function isConfigFile(file: string): boolean {
  return names.includes(file);
}

/**
 * The `settings` part of the configuration file in the site's folder; empty where there is no such file.
 *
 * @throws BacklotError `server/config` with the file's path, when it cannot be loaded or has no object to give
 */
export async function configuredSettings(siteDir: string): Promise<Readonly<Record<string, unknown>>> {
  const path = names.map((name) => join(siteDir, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) return {};
  const config = await load(path);
  if (!isObject(config)) {
    throw new BacklotError(
      'server/config',
      `${path} must export an object by default: export default { settings: { … } }.`,
    );
  }
  const settings = config['settings'] ?? {};
  if (!isObject(settings)) throw new BacklotError('server/config', `${path}: settings must be an object.`);
  return settings;
}

async function load(path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    return module.default;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BacklotError('server/config', `${path} could not be loaded: ${reason}`, { cause: error });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
