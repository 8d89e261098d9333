/*
 * Where things are. The server writes both paths into the document; the development server keeps the defaults.
 */
const { path = '/admin', api = '/api' } = document.documentElement.dataset;

/** The admin's own path: `/admin`. */
export const adminPath = path;
/** The API's path: `/api`. */
export const apiPath = api;
