import type { Template } from '../html/index.ts';
import type { Diagnostic } from '../std/index.ts';
import type { DetailPage } from './site.ts';

/**
 * The rows that a file stands for: `menu/tagliatelle.html` with `data-row="dish?slug"` serves `/menu/*`, `post.html` at
 * the root serves `/post/*`, `blog/index.html` serves `/blog/*`. An index at the root would serve everything: an error.
 */
export function detailOf(template: Template): {
  readonly page?: DetailPage;
  readonly diagnostics: readonly Diagnostic[];
} {
  const scope = template.scopes.find((each) => each.kind === 'row' && each.key !== undefined && each.parent === 0);
  if (!scope?.table || scope.key === undefined) return { diagnostics: [] };
  const { file } = template.source;
  const segments = file.replace(/\.html?$/iv, '').split('/');
  const name = segments.pop() ?? '';
  const isIndex = name === 'index';
  if (isIndex && segments.length === 0) {
    return {
      diagnostics: [
        {
          severity: 'error',
          code: 'site/detail-at-root',
          message: `The site’s first page cannot stand for the rows of \`${scope.table}\`: every path would be one of them.`,
          fix: `Move it into a folder, such as ${scope.table}/index.html, or take \`?${scope.key}\` off.`,
          at: scope.at,
        },
      ],
    };
  }
  const folder = segments.length > 0 ? segments : [name];
  return {
    page: {
      scope: scope.id,
      table: scope.table,
      key: scope.key,
      prefix: `/${folder.map(encodeURIComponent).join('/')}/`,
      ...(isIndex || segments.length === 0 ? {} : { sampleKey: name }),
    },
    diagnostics: [],
  };
}
