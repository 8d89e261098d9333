import { canonicalPath, isPageFile } from '../site/index.ts';
import { onlyStaff } from './access.ts';
import type { ApiContext } from './context.ts';
import { json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';

const picture = /\.(?:svg|png|jpe?g|gif|webp|avif)$/iu;

/** How many paths of each kind are named at most. */
const pathsMax = 5000;

/** `GET /api/site`: the pages and pictures of the folder, for links and choices, and the site's time zone. */
export async function readSite(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  const { files, pages, timeZone } = context.site();
  const paths = [...files.keys()];
  return json(200, {
    timeZone,
    pages: paths
      // A row's page is found by its row; the page of errors is nothing to link to.
      .filter((file) => isPageFile(file) && pages.get(file)?.detail === undefined && !/^404\.html?$/iu.test(file))
      .slice(0, pathsMax)
      .map(canonicalPath),
    pictures: paths
      .filter((file) => picture.test(file))
      .slice(0, pathsMax)
      .map((file) => `/${file.split('/').map(encodeURIComponent).join('/')}`),
  });
}
