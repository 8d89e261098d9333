import type { SitePage } from '../site/index.ts';
import { POLICY_REPORTS } from './policy-reports.ts';
import type { Settings } from './settings.ts';

/**
 * The Content-Security-Policy of each page, made once when it is first shown: what the file on disk held when the folder
 * was loaded may run, nothing that data could bring in. A page into which no data is spliced needs none.
 */
export function policyHeaders(
  settings: Pick<Settings, 'contentSecurityPolicy' | 'policySources'>,
  options: { readonly reports: boolean },
): (page: SitePage) => Readonly<Record<string, string>> {
  const { contentSecurityPolicy: mode, policySources } = settings;
  if (mode === 'off') return () => ({});
  const name = mode === 'enforce' ? 'content-security-policy' : 'content-security-policy-report-only';
  const reports = options.reports ? `; report-uri /_backlot${POLICY_REPORTS}` : '';
  const made = new WeakMap<SitePage, Readonly<Record<string, string>>>();
  return (page) => {
    let headers = made.get(page);
    if (!headers) {
      headers = showsData(page) ? { [name]: pagePolicy(page, policySources) + reports } : {};
      made.set(page, headers);
    }
    return headers;
  };
}

/** Rows, values in force, or what a visitor typed: anything that is not the author's. */
function showsData({ template, forms }: SitePage): boolean {
  return template.scopes.length > 1 || forms.some(({ operation }) => operation !== 'none');
}

/**
 * One page's policy as one line, by Content Security Policy Level 3. `sources` are the author's additions, such as
 * `script-src https://cdn.example.org`.
 */
function pagePolicy({ policy }: Pick<SitePage, 'policy'>, sources: readonly string[] = []): string {
  const { scripts, handlers, origins } = policy;
  const hashes = [...scripts, ...handlers].map((hash) => `'${hash}'`);
  const inline = handlers.length > 0 ? ["'unsafe-hashes'"] : [];
  const directives = new Map<string, readonly string[]>(
    ['script-src', 'object-src', 'base-uri', 'form-action', 'frame-ancestors'].map((directive) => [
      directive,
      ["'self'", ...(directive === 'script-src' ? [...inline, ...hashes] : []), ...(origins[directive] ?? [])],
    ]),
  );
  for (const added of sources) {
    const [directive = '', ...allowed] = added.split(' ');
    const known = directives.get(directive);
    if (known) directives.set(directive, [...new Set([...known, ...allowed])]);
  }
  return [...directives].map(([directive, allowed]) => [directive, ...allowed].join(' ')).join('; ');
}
