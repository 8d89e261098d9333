import type { Site, SitePage } from '../site/index.ts';
import type { Settings } from './settings.ts';

/** Where browsers of developers report what a policy would have blocked. */
export const POLICY_REPORTS_PATH = '/_backlot/policy-reports';

/**
 * The Content-Security-Policy of each page, made once when the folder is loaded: what the file on disk holds may run,
 * nothing that data could bring in. Only pages into which data is spliced get one.
 */
export function policyHeaders(
  site: Site,
  mode: Settings['contentSecurityPolicy'],
  options: { readonly reports: boolean },
): (page: SitePage) => Readonly<Record<string, string>> {
  if (mode === 'off') return () => ({});
  const name = mode === 'enforce' ? 'content-security-policy' : 'content-security-policy-report-only';
  const headers = new Map<string, Readonly<Record<string, string>>>();
  for (const [file, page] of site.pages) {
    const reports = options.reports ? `; report-uri ${POLICY_REPORTS_PATH}` : '';
    headers.set(file, { [name]: pagePolicy(page) + reports });
  }
  return (page) => headers.get(page.file) ?? {};
}

/** One page's policy as one line, by Content Security Policy Level 3. */
export function pagePolicy(page: SitePage): string {
  const { scripts, handlers, origins } = page.policy;
  const hashes = [...scripts, ...handlers].map((hash) => `'${hash}'`);
  const inline = handlers.length > 0 ? ["'unsafe-hashes'"] : [];
  const from = (directive: string): readonly string[] => origins[directive] ?? [];
  return [
    ['script-src', "'self'", ...inline, ...hashes, ...from('script-src')],
    ['object-src', "'self'", ...from('object-src')],
    ['base-uri', "'self'", ...from('base-uri')],
    ['form-action', "'self'", ...from('form-action')],
    ['frame-ancestors', "'self'"],
  ]
    .map((directive) => directive.join(' '))
    .join('; ');
}
