/** The HTML standard's pattern for a valid e-mail address; deliberately not RFC 5322. */
const emailPattern =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** Whether a text is a valid e-mail address as the HTML standard defines it for `type=email`. */
export function isEmail(text: string): boolean {
  return emailPattern.test(text);
}

/** The addresses of `type=email multiple`: split on commas, each stripped. An empty text has none. */
export function splitEmails(text: string): string[] {
  return text === '' ? [] : text.split(',').map(stripAsciiWhitespace);
}

/** Whether the URL parser takes the text without a base: what browsers ask of `type=url`. */
export function isAbsoluteUrl(text: string): boolean {
  return URL.canParse(text);
}

/** Strips the five ASCII white space characters from both ends, and no others. */
export function stripAsciiWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isAsciiWhitespace(text.charCodeAt(start))) start += 1;
  while (end > start && isAsciiWhitespace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isAsciiWhitespace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b);
}
