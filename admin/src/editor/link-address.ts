/**
 * What was typed as an address that a page may link to: `example.org` becomes `https://example.org`, `ada@example.org` a
 * mail address. Undefined for what the sanitiser would take away (`javascript:`), and for nothing at all.
 */
export function linkAddress(typed: string): string | undefined {
  const text = typed.trim();
  if (text === '' || /\s/.test(text)) return undefined;
  if (/^[^\s@/:?#]+@[^\s@/:?#]+\.[^\s@/:?#]+$/.test(text)) return `mailto:${text}`;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && !/^[^/]*:\d/.test(text)) return /^(?:https?|mailto|tel)$/.test(scheme) ? text : undefined;
  if (/^(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]|$)/i.test(text) && !/\.html?(?:[?#]|$)/i.test(text))
    return `https://${text}`;
  return text;
}
