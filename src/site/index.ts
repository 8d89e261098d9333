/** The folder: files, watch, routes, parts, redirects; what the pages imply; check and explain. */
export type { Redirect } from './redirects.ts';
export { canonicalPath, isPageFile, makeRoutes } from './routes.ts';
export type { DetailRoute, Route, RouteRequest, Routes, RouteSources } from './routes.ts';
export type * from './site.ts';
export { isLeftOut, walkSite } from './walk.ts';
export type { WalkedSite, WalkOptions } from './walk.ts';
