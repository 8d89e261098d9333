import { createHash } from 'node:crypto';
import { composeParts } from '../html/index.ts';
import type { Part, Source } from '../html/index.ts';

/** The same for every copy of one text, in whatever folder: links are read as they would stand in the site's root. */
export function partFingerprint(part: Part): string {
  const name = part.name.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const root: Source = { file: '-', text: `<div data-part="${name}"></div>` };
  const text = composeParts(root, new Map([[part.name, part]])).text;
  return createHash('sha256').update(text.replaceAll(/\s+/gv, ' ')).digest('base64url').slice(0, 22);
}
