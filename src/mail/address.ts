import { isEmail } from '../forms/index.ts';
import { headerText } from './header.ts';

/** Who a mail is from, as the reader sees it. */
export interface Mailbox {
  /** '' when only the address is shown. */
  readonly name: string;
  readonly address: string;
}

/** RFC 5321, 4.5.3.1: longest local part and path, in octets; what passes holds only ASCII. */
const localLengthMax = 64;
const addressLengthMax = 254;

/** Whether mail may be addressed to a text: the HTML standard's e-mail pattern, within the limits of RFC 5321. */
export function isMailAddress(text: string): boolean {
  return isEmail(text) && text.length <= addressLengthMax && text.indexOf('@') <= localLengthMax;
}

/** Reads `mail@example.org` or `Trattoria Da Enzo <mail@example.org>`; undefined when it is neither. */
export function readMailbox(text: string): Mailbox | undefined {
  const [, name = '', bracketed] = /^(.*)<([^<>]*)>\s*$/.exec(text) ?? [];
  const address = (bracketed ?? text).trim();
  if (!isMailAddress(address)) return undefined;
  return { name: headerText(name.trim().replace(/^"(.*)"$/, '$1')), address };
}
