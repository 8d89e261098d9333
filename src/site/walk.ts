import { lstatSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../std/index.ts';
import type { Diagnostic } from '../std/index.ts';
import type { SiteFile } from './site.ts';

/** A folder as it was found. */
export interface WalkedSite {
  /** Absolute, links resolved. */
  readonly dir: string;
  /** By path, in path order. */
  readonly files: ReadonlyMap<string, SiteFile>;
  /** What was left out and should be known: links that lead outside. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface WalkOptions {
  /** Absolute paths inside the folder that are no part of the site. */
  readonly leaveOut?: readonly string[];
  /** Paths of one segment, beside `/_backlot`, at which the server itself answers; `/admin` and `/api` unless told. */
  readonly reservedPaths?: readonly string[];
}

const filesMax = 500_000;
const depthMax = 64;
const concurrency = 32;

/**
 * Lists the files of a folder that may be served, in path order, with sizes and times. Left out: dotfiles (but
 * `.well-known`, RFC 8615), `node_modules`, `backlot.config.*` and its types, `_redirects`, `_mail`, databases, the data folder, links that
 * lead out of the folder. Throws `site/no-folder`, `site/not-a-folder`, `site/unreadable`, `site/reserved-path`,
 * `site/too-many-files`.
 */
export async function walkSite(dir: string, options: WalkOptions = {}): Promise<WalkedSite> {
  const root = await openFolder(dir);
  const leaveOut = new Set(await Promise.all((options.leaveOut ?? []).map(realPathOf)));
  const found: SiteFile[] = [];
  const diagnostics: Diagnostic[] = [];
  const queue: Folder[] = [{ absolute: root, relative: '', chain: [root] }];
  const pending = new Set<Promise<void>>();
  const reserved = new Set(['/_backlot', ...(options.reservedPaths ?? ['/admin', '/api'])]);
  const walk: Walk = { root, leaveOut, reserved, found, diagnostics, queue };
  while (queue.length > 0 || pending.size > 0) {
    const folder = queue.pop();
    if (folder === undefined || pending.size >= concurrency) {
      if (folder) queue.push(folder);
      await Promise.race(pending);
      continue;
    }
    const task: Promise<void> = readFolder(walk, folder).finally(() => pending.delete(task));
    // A failure is met at the next `race`, or here once all are awaited; never unhandled.
    task.catch(() => undefined);
    pending.add(task);
    if (found.length > filesMax) {
      throw new BacklotError(
        'site/too-many-files',
        `${dir} holds more than ${filesMax} files. Serve a smaller folder, such as the one with the finished pages.`,
      );
    }
  }
  found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  diagnostics.sort((a, b) => (a.message < b.message ? -1 : 1));
  return { dir: root, files: new Map(found.map((file) => [file.path, file])), diagnostics };
}

/** Whether a path relative to the folder is never served, by its names alone. */
function isLeftOut(relative: string): boolean {
  const names = relative.split('/');
  if (names.some((name) => (name.startsWith('.') && name !== '.well-known') || name === 'node_modules')) return true;
  // Pages that mails are written from, too, are for the program alone.
  if (relative === '_redirects' || relative === '_headers' || names[0] === '_mail') return true;
  const last = names.at(-1) ?? '';
  return (
    /^backlot(?:\.config\.|-tables\.d\.ts$)/iv.test(last) ||
    /\.(?:db|sqlite3?|db3)(?:-wal|-shm|-journal)?$/iv.test(last)
  );
}

interface Folder {
  readonly absolute: string;
  readonly relative: string;
  /** Real paths of the folders around, against links in circles. */
  readonly chain: readonly string[];
}

interface Walk {
  readonly root: string;
  readonly leaveOut: ReadonlySet<string>;
  readonly reserved: ReadonlySet<string>;
  readonly found: SiteFile[];
  readonly diagnostics: Diagnostic[];
  readonly queue: Folder[];
}

async function openFolder(dir: string): Promise<string> {
  let found: Stats;
  try {
    found = await stat(dir);
  } catch (cause) {
    throw new BacklotError('site/no-folder', `There is no folder ${dir}. Give the folder that holds the pages.`, {
      cause,
    });
  }
  if (!found.isDirectory()) {
    throw new BacklotError(
      'site/not-a-folder',
      `${dir} is a file. Give the folder that holds it: ${path.dirname(dir)}.`,
    );
  }
  return realpath(dir);
}

/** Entries are compared by real path, as the walk meets them; one that does not exist yet stays as given. */
async function realPathOf(entry: string): Promise<string> {
  const absolute = path.resolve(entry);
  const parent = path.dirname(absolute);
  try {
    return await realpath(absolute);
  } catch {
    return parent === absolute ? absolute : path.join(await realPathOf(parent), path.basename(absolute));
  }
}

async function readFolder(walk: Walk, folder: Folder): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder.absolute, { withFileTypes: true });
  } catch (cause) {
    throw new BacklotError('site/unreadable', `The folder ${folder.absolute} cannot be read. Check its permissions.`, {
      cause,
    });
  }
  for (const entry of entries) {
    const relative = (folder.relative === '' ? entry.name : `${folder.relative}/${entry.name}`).normalize('NFC');
    const absolute = path.join(folder.absolute, entry.name);
    if (isLeftOut(relative) || walk.leaveOut.has(absolute)) continue;
    if (folder.relative === '') refuseReserved(walk.reserved, relative);
    if (entry.isDirectory()) enter(walk, folder, relative, absolute);
    else if (entry.isFile()) keep(walk, relative, absolute);
    else if (entry.isSymbolicLink()) await followLink(walk, folder, relative, absolute);
  }
}

function enter(walk: Walk, folder: Folder, relative: string, absolute: string): void {
  if (folder.chain.length > depthMax) {
    throw new BacklotError(
      'site/too-deep',
      `${absolute} lies more than ${depthMax} folders deep. Serve a folder with less nesting.`,
    );
  }
  walk.queue.push({ absolute, relative, chain: [...folder.chain, absolute] });
}

function keep(walk: Walk, relative: string, absolute: string): void {
  let found: Stats;
  try {
    // Asked at once: an answer that is waited for takes twenty times as long, and a folder may hold thousands of files.
    found = lstatSync(absolute);
  } catch {
    // Gone since the folder was read.
    return;
  }
  if (!found.isFile()) return;
  walk.found.push({
    path: relative,
    absolutePath: absolute,
    sizeBytes: found.size,
    modifiedMs: Math.floor(found.mtimeMs),
    touchedMs: Math.max(found.mtimeMs, found.ctimeMs),
    state: [found.size, found.mtimeMs, found.ctimeMs, found.ino].join(' '),
  });
}

async function followLink(walk: Walk, folder: Folder, relative: string, absolute: string): Promise<void> {
  const leave = (reason: string): void => {
    walk.diagnostics.push({
      severity: 'note',
      code: 'site/link-left-out',
      message: `The symbolic link ${relative} is not served: it ${reason}.`,
    });
  };
  let target: string;
  let found: Stats;
  try {
    target = await realpath(absolute);
    found = await stat(target);
  } catch {
    leave('leads nowhere');
    return;
  }
  const inside = path.relative(walk.root, target).split(path.sep).join('/');
  if (inside.startsWith('../') || inside === '..' || path.isAbsolute(inside)) leave('leads out of the folder');
  else if (
    isLeftOut(inside) ||
    [...walk.leaveOut].some((entry) => target === entry || target.startsWith(entry + path.sep))
  ) {
    leave('leads to something that is not served');
  } else if (found.isFile()) keep(walk, relative, target);
  else if (found.isDirectory()) {
    if (folder.chain.some((around) => around === target || around.startsWith(target + path.sep)))
      leave('leads in a circle');
    else enter(walk, folder, relative, target);
  }
}

function refuseReserved(reserved: ReadonlySet<string>, relative: string): void {
  const name = relative.replace(/\.html?$/iv, '');
  if (!reserved.has(`/${name}`)) return;
  const elsewhere = name === '_backlot' ? '' : ', or let Backlot answer elsewhere (settings adminPath and apiPath)';
  throw new BacklotError(
    'site/reserved-path',
    `${relative} would answer /${name}, where Backlot itself answers. Rename it, for example to ${relative.replace(name, `${name.replace('_', '')}-page`)}${elsewhere}.`,
  );
}
