import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** How the pages stand at the moment: what `serve` adds by itself, and what waits for `apply` and `rename`. */
export interface SiteShape {
  /** Further controls of the form: columns that come and go. */
  readonly extra: number;
  /** Type of the column `guests`. */
  readonly guests: 'number' | 'text';
  /** Name of the column that holds the message. */
  readonly text: 'text' | 'body';
}

export const firstShape: SiteShape = { extra: 0, guests: 'number', text: 'text' };

/** Sections with dishes, edited through the API, and a form that visitors send, with a file. */
function pagesOf({ extra, guests, text }: SiteShape): Record<string, string> {
  const more = Array.from({ length: extra }, (_, index) => `<input name=extra-${index + 1} maxlength=40>`).join('\n');
  return {
    'index.html': `<!DOCTYPE html><html lang=en><title>Menu</title>
<div data-list="section"><section itemscope><h2 itemprop=name>Pasta</h2>
<ul data-list="dish?sort=price"><li itemscope><b itemprop=name>Tagliatelle</b>
<data itemprop=price value=14.5>€14.50</data></li>
<li itemscope><b itemprop=name>Gnocchi</b> <data itemprop=price value=12>€12.00</data></li></ul>
</section></div></html>`,
    'contact.html': `<!DOCTYPE html><html lang=en><title>Contact</title>
<form name=message method=post enctype=multipart/form-data>
<input name=name required maxlength=80><textarea name=${text}></textarea>
<input type=${guests} name=guests ${guests === 'number' ? 'min=1 max=1000000' : 'maxlength=40'}><input type=file name=photo>
${more}
<button>Send</button></form></html>`,
  };
}

/** Writes the pages into a folder, over those of an earlier shape. */
export async function writeSite(folder: string, shape: SiteShape): Promise<void> {
  for (const [path, content] of Object.entries(pagesOf(shape))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
