/** GET: resolve holes, render, page cache. POST: actions, errors, redirects. */
export { cachedPage } from './cache.ts';
export type { CachedPage, ContentCoding, Representation } from './cache.ts';
export { pageGetter } from './get.ts';
export type { PageAnswer, PageGetter, PageRequest } from './get.ts';
export { poster } from './post.ts';
export type { InsertedForm, PostAnswer, Poster, PosterOptions, PostRequest } from './post.ts';

export { localDate, nextMidnightMs } from './local-date.ts';
export { releasedWrite } from './release.ts';
export { sentTable } from './sent.ts';
export { spamTable } from './spam.ts';
export { isUnavailable } from './unavailable.ts';
