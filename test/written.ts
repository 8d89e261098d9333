import type { Served } from './served.ts';

/** A complete page around what a test is about. */
export function page(body: string, lang = 'en'): string {
  return `<!DOCTYPE html>\n<html lang="${lang}">\n<head><meta charset="utf-8"><title>A page</title></head>\n<body>\n${body}\n</body>\n</html>\n`;
}

/** What a served page has inside its body, as `page` wrote it. Fails where the status is another. */
export async function body(site: Pick<Served, 'get'>, path: string, status = 200): Promise<string> {
  const answer = await site.get(path);
  const html = await answer.text();
  if (answer.status !== status) throw new Error(`${path} is ${answer.status}, not ${status}:\n${html}`);
  return bodyOf(html);
}

export function bodyOf(html: string): string {
  const inside = /<body>\n(.*)\n<\/body>/s.exec(html)?.[1];
  if (inside === undefined) throw new Error(`no body in:\n${html}`);
  return inside;
}

/** Values of an attribute in the order of the page, character references of `&` and `"` resolved. */
export function values(html: string, attribute: string): readonly string[] {
  return [...html.matchAll(new RegExp(`\\s${attribute}=(?:"([^"]*)"|([^\\s>"]+))`, 'g'))].map(([, quoted, bare]) =>
    (quoted ?? bare ?? '').replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
  );
}

/** Text of every element of a kind, tags inside left out. */
export function texts(html: string, tag: string): readonly string[] {
  return [...html.matchAll(new RegExp(`<${tag}(?:\\s[^>]*)?>(.*?)</${tag}>`, 'gs'))].map(([, inside]) =>
    (inside ?? '').replace(/<[^>]*>/g, '').trim(),
  );
}
