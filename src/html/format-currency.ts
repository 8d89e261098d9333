import { currencyExponent } from '../schema/index.ts';
import { numberFormatter } from './format-intl.ts';

/*
 * Which currency a sign means. A sign that several currencies share (`$`, `kr`) means the one for which the language
 * itself writes it, else the first of its list.
 */

const currenciesBySign: readonly (readonly [string, string])[] = [
  ['$', 'USD CAD AUD NZD MXN SGD HKD TWD BRL ARS CLP COP'],
  ['€', 'EUR'],
  ['£', 'GBP EGP'],
  ['¥', 'JPY CNY'],
  ['￥', 'JPY CNY'],
  ['円', 'JPY'],
  ['元', 'CNY'],
  ['₹', 'INR'],
  ['₽', 'RUB'],
  ['₺', 'TRY'],
  ['TL', 'TRY'],
  ['₩', 'KRW'],
  ['₪', 'ILS'],
  ['₴', 'UAH'],
  ['₫', 'VND'],
  ['đ', 'VND'],
  ['฿', 'THB'],
  ['บาท', 'THB'],
  ['৳', 'BDT'],
  ['Rp', 'IDR'],
  ['FCFA', 'XOF XAF'],
  ['₱', 'PHP'],
  ['₦', 'NGN'],
  ['₸', 'KZT'],
  ['₾', 'GEL'],
  ['₡', 'CRC'],
  ['zł', 'PLN'],
  ['Kč', 'CZK'],
  ['kr', 'SEK NOK DKK ISK'],
  ['Ft', 'HUF'],
  ['lei', 'RON'],
  ['лв', 'BGN'],
  ['Fr.', 'CHF'],
  ['sFr', 'CHF'],
  ['Rs.', 'INR PKR LKR NPR'],
  ['руб', 'RUB'],
  ['грн', 'UAH'],
  ['د.إ', 'AED'],
  ['د.ك', 'KWD'],
  ['د.م', 'MAD'],
  ['ج.م', 'EGP'],
  ['ر.س', 'SAR'],
];

/** The currencies that a text may name, by sign or ISO 4217 code, most likely first. Empty when it names none. */
export function currenciesIn(text: string, locale: string): readonly string[] {
  const codes = text.match(/(?<![A-Z])[A-Z]{3}(?![A-Z])/g) ?? [];
  const named = codes.filter((code) => currencyExponent(code) !== undefined);
  if (named.length > 0) return [...new Set(named)];
  const shared = currenciesBySign.filter(([sign]) => holdsSign(text, sign)).flatMap(([, list]) => list.split(' '));
  const different = [...new Set(shared)];
  const own = different.filter((currency) => signOf(locale, currency, text));
  return [...own, ...different.filter((currency) => !own.includes(currency))];
}

/** Letters count as a sign only where they are a word of their own. */
function holdsSign(text: string, sign: string): boolean {
  if (!/^\p{L}/u.test(sign)) return text.includes(sign);
  const at = text.indexOf(sign);
  if (at < 0) return false;
  return !/\p{L}$/u.test(text.slice(0, at)) && !/^\p{L}/u.test(text.slice(at + sign.length));
}

/** Whether the language writes this currency's usual sign, and the text holds it as written. */
function signOf(locale: string, currency: string, text: string): boolean {
  const formatter = numberFormatter(locale, { style: 'currency', currency });
  const sign = formatter.formatToParts(1).find((part) => part.type === 'currency')?.value ?? currency;
  return sign !== currency && holdsSign(text, sign) && !/[A-Z]$/.test(text.slice(0, text.indexOf(sign)));
}
