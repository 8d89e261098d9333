import type { Site } from '../site/index.ts';
import { configError, isObject, placeOfPart } from './config-error.ts';

/** A route of a site's configuration. */
export interface DeclaredRoute {
  /** As it is written: `GET /hello/:name`. */
  readonly name: string;
  readonly method: string;
  /** Of the path: a text that must stand there, or the name of what does. */
  readonly segments: readonly Segment[];
  readonly run: (request: Request, context: unknown) => unknown;
}

type Segment = { readonly text: string } | { readonly parameter: string };

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const written = /^([A-Z]+) (\/\S*)$/;

/**
 * Reads the `routes` of a configuration.
 *
 * @throws BacklotError `extend/config` naming the place
 */
export function readRoutes(siteDir: string, file: string, routes: unknown): readonly DeclaredRoute[] {
  if (routes === undefined) return [];
  if (!isObject(routes)) throw configError(file, 'routes must be an object, by method and path.');
  const found: DeclaredRoute[] = [];
  for (const [name, run] of Object.entries(routes)) {
    const refuse = (problem: string): Error =>
      configError(file, `routes["${name}"] ${problem}`, placeOfPart(siteDir, file, name, run));
    const [, method = '', path = ''] = written.exec(name) ?? [];
    if (!methods.includes(method))
      throw refuse(`must begin with a method (${methods.join(', ')}), a space and a path.`);
    if (!isFunction(run)) throw refuse('must be a function.');
    const segments = segmentsOf(path);
    if (!segments)
      throw refuse('has a path that cannot be read: write each part plainly or as :name, without a query.');
    const route = { name, method, segments, run };
    const same = found.find((other) => other.method === method && shapeOf(other) === shapeOf(route));
    if (same) throw refuse(`means the same requests as routes["${same.name}"].`);
    found.push(route);
  }
  // What is written plainly goes before what stands for anything.
  return found.toSorted((one, other) => (shapeOf(one) < shapeOf(other) ? -1 : 1));
}

function segmentsOf(path: string): readonly Segment[] | undefined {
  if (/[?#%*]/.test(path)) return undefined;
  const segments = path
    .slice(1)
    .split('/')
    .map((text): Segment => (text.startsWith(':') ? { parameter: text.slice(1) } : { text }));
  const names = segments.flatMap((segment) => ('parameter' in segment ? [segment.parameter] : []));
  const legible = names.every((name) => /^[a-z_]\w*$/i.test(name)) && new Set(names).size === names.length;
  return legible ? segments : undefined;
}

/** Parameters without their names; they sort after every text. */
function shapeOf({ segments }: Pick<DeclaredRoute, 'segments'>): string {
  return segments.map((segment) => ('text' in segment ? `/${segment.text}` : '/\uffff')).join('');
}

/** What stands in a path where a route has parameters. Undefined: it is not the route's. */
export function matchPath({ segments }: DeclaredRoute, pathname: string): Readonly<Record<string, string>> | undefined {
  const parts = pathname.slice(1).split('/');
  if (parts.length !== segments.length) return undefined;
  const parameters: [string, string][] = [];
  for (const [index, segment] of segments.entries()) {
    const text = decoded(parts[index]!);
    if (text === undefined) return undefined;
    if ('text' in segment) {
      if (segment.text !== text) return undefined;
    } else if (text === '') return undefined;
    else parameters.push([segment.parameter, text]);
  }
  return Object.fromEntries(parameters);
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** What else answers at a path of a route: a page, a file, rows of a page, the program. Undefined: nothing. */
export function whoElseAnswers(
  route: DeclaredRoute,
  { files, routes, details }: Pick<Site, 'files' | 'routes' | 'details'>,
  ownPaths: readonly string[],
): string | undefined {
  const [first] = route.segments;
  const own = ownPaths.find((path) => first && 'text' in first && path === `/${first.text}`);
  if (own !== undefined) return `the program itself, at ${own}`;
  for (const { prefix } of details.values()) {
    if (matchPath(route, `${prefix}x`)) return `the pages of rows, at ${prefix}…`;
  }
  for (const file of files.keys()) {
    const paths = [...routes.pathsOf(file), `/${file.split('/').map(encodeURIComponent).join('/')}`];
    if (paths.some((path) => matchPath(route, path))) return file;
  }
  return undefined;
}

function isFunction(value: unknown): value is DeclaredRoute['run'] {
  return typeof value === 'function';
}
