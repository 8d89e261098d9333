import type { ApiContext } from './context.ts';
import type { ApiAnswer, Call } from './request.ts';

/** What answers one method at one path. */
export type Handler = (context: ApiContext, call: Call) => Promise<ApiAnswer> | ApiAnswer;

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** One path and what answers there. `:name` in the path stands for any one segment. */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
}

interface Found {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the first route that a path (below the API's own) leads to. Undefined too for broken percent-encoding. */
export function findRoute(routes: readonly Route[], path: string): Found | undefined {
  const segments = decodeSegments(path);
  if (!segments) return undefined;
  for (const route of routes) {
    const parameters = matchPath(route.path.split('/'), segments);
    if (parameters) return { route, parameters };
  }
  return undefined;
}

function matchPath(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index]!;
    if (part.startsWith(':')) {
      if (segment === '') return undefined;
      parameters[part.slice(1)] = segment;
    } else if (part !== segment) return undefined;
  }
  return parameters;
}

function decodeSegments(path: string): readonly string[] | undefined {
  try {
    return path.replace(/^\//, '').split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
