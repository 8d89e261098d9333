/** What the paths of uploaded files begin with: rows hold this and a random name. */
export const filesPrefix = '/_backlot/files/';

const mention = /\/_backlot\/files\/([0-9a-z.-]+)/g;

/** The paths of uploaded files in a value: the value itself, or those in markup and Markdown. Each once. */
export function uploadPaths(text: string): readonly string[] {
  if (!text.includes(filesPrefix)) return [];
  return [...new Set([...text.matchAll(mention)].map(([, name = '']) => filesPrefix + name))];
}
