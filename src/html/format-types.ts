/*
 * How a value is written as text. A format is plain JSON data: it is kept with the compiled page. The language it is
 * printed in is not part of it, except where the author's text follows another language's habits (`locale`).
 */

/** The options of `Intl.NumberFormat` that formats use. */
export interface NumberOptions {
  readonly style?: 'decimal' | 'percent' | 'currency';
  readonly currency?: string;
  readonly currencyDisplay?: 'symbol' | 'narrowSymbol' | 'code' | 'name';
  readonly currencySign?: 'standard' | 'accounting';
  readonly useGrouping?: 'auto' | 'always' | 'min2' | false;
  readonly minimumIntegerDigits?: number;
  readonly minimumFractionDigits?: number;
  readonly maximumFractionDigits?: number;
  readonly trailingZeroDisplay?: 'auto' | 'stripIfInteger';
  readonly signDisplay?: 'auto' | 'always' | 'exceptZero';
}

/** A number, an amount of money or a share, by `Intl.NumberFormat`, between literal texts: `from €14.50 pp`. */
export interface NumberFormat {
  readonly kind: 'number';
  readonly options: NumberOptions;
  readonly prefix: string;
  readonly suffix: string;
  /** Written for every kind of space that `Intl` writes; absent: as `Intl` writes it. */
  readonly space?: string;
  /** Written for the apostrophe between groups that `Intl` writes: `1’100` on a Swiss page. */
  readonly apostrophe?: string;
  /** Written in place of a fraction of zeros: the `.–` of `CHF 12.–`. */
  readonly whole?: string;
  /** Locale to print in instead of the element's language. */
  readonly locale?: string;
}

/** The options of `Intl.DateTimeFormat` that formats use. */
export interface DateOptions {
  readonly dateStyle?: 'full' | 'long' | 'medium' | 'short';
  readonly timeStyle?: 'long' | 'medium' | 'short';
  readonly weekday?: 'long' | 'short' | 'narrow';
  readonly year?: 'numeric' | '2-digit';
  readonly month?: 'numeric' | '2-digit' | 'long' | 'short' | 'narrow';
  readonly day?: 'numeric' | '2-digit';
  readonly hour?: 'numeric' | '2-digit';
  readonly minute?: 'numeric' | '2-digit';
  readonly second?: 'numeric' | '2-digit';
  readonly hourCycle?: 'h11' | 'h12' | 'h23' | 'h24';
  readonly timeZoneName?: 'short' | 'long';
}

/** A date or time by `Intl.DateTimeFormat`, between literal texts. */
export interface DateFormat {
  readonly kind: 'date';
  readonly options: DateOptions;
  readonly prefix: string;
  readonly suffix: string;
  readonly space?: string;
  readonly locale?: string;
}

/**
 * A date or time by a pattern of Unicode fields (UTS 35, those that `parsePattern` lists), literal text in single
 * quotes: `EEEE d MMMM y`. For what `Intl` does not write in the language: `14.08.2026` on an English page.
 */
export interface PatternFormat {
  readonly kind: 'pattern';
  readonly pattern: string;
  readonly locale?: string;
}

/** `★★★☆☆`: a whole number out of `max`. */
interface StarsFormat {
  readonly kind: 'stars';
  readonly max: number;
}

interface BooleanFormat {
  readonly kind: 'boolean';
  readonly yes: string;
  readonly no: string;
}

/** Markup, sanitised; or Markdown source, rendered. Both are printed as markup, not as text. */
interface MarkupFormat {
  readonly kind: 'html' | 'markdown';
}

/** The machine value itself between literal texts. */
interface TextFormat {
  readonly kind: 'text';
  readonly prefix: string;
  readonly suffix: string;
}

/** The same text whatever the value: `<time datetime=…></time>` that a script or style fills. */
interface FixedFormat {
  readonly kind: 'fixed';
  readonly text: string;
}

export type Format =
  | NumberFormat
  | DateFormat
  | PatternFormat
  | StarsFormat
  | BooleanFormat
  | MarkupFormat
  | TextFormat
  | FixedFormat;
