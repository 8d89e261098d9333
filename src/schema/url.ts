const allowedSchemes: ReadonlySet<string> = new Set(['http', 'https', 'mailto', 'tel']);

/**
 * A URL that may stand in a page: relative, `http`, `https`, `mailto` or `tel`; anything else becomes `#blocked`.
 * Control characters and spaces at both ends, tabs and line ends anywhere are removed first, as the URL standard's
 * parser does, so that ` java\nscript:` is seen for what it is. Applying it twice changes nothing.
 */
export function safeUrl(url: string): string {
  const cleaned = stripEnds(url).replace(/[\t\n\r]/g, '');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(cleaned)?.[1];
  return scheme === undefined || allowedSchemes.has(scheme.toLowerCase()) ? cleaned : '#blocked';
}

/** Removes C0 control characters and spaces from both ends. */
function stripEnds(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(start, end);
}
