/** The folder: files, watch, routes, parts, redirects; what the pages imply; check and explain. */
export { accessReport } from './access-report.ts';
export { checkSite } from './check.ts';
export { explain } from './explain.ts';
export { loadSite } from './load.ts';
export { canonicalPath, isPageFile } from './routes.ts';
export type { Route } from './routes.ts';
export { partCopies } from './part-copies.ts';
export type { PartFingerprints } from './part-copies.ts';
export { readSeeds } from './seeds.ts';
export type * from './site.ts';
export { sitemaps } from './sitemap.ts';
export type { SitemapRow } from './sitemap.ts';
export { watchSite } from './watch.ts';
