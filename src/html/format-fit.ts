import { canonicalText, parseValue } from '../schema/index.ts';
import type { ColumnType } from '../schema/index.ts';
import { printFormat, readFormat } from './format-print.ts';
import { authorsSpace, sharedSurroundings } from './format-text.ts';
import type { Format } from './format-types.ts';

/**
 * Gives a format that the author named (`data-format="currency:EUR"`) the literal text that stands around the value in
 * all samples: `from €14.50 pp`. A sample without a machine value is read from its text. Unchanged where the samples
 * do not show the value as the format prints it.
 */
export function fitFormat(
  format: Format,
  type: ColumnType,
  samples: readonly { readonly machine: string | null; readonly text: string }[],
  lang: string,
  timeZone: string,
): Format {
  if ((format.kind !== 'number' && format.kind !== 'date') || samples.length === 0) return format;
  const printed: string[] = [];
  for (const { machine, text } of samples) {
    const value = machine === null ? readFormat(format, type, text, lang, timeZone) : parseValue(type, machine);
    if (value === undefined || value === null) return format;
    printed.push(printFormat(format, type, parseValue(type, canonicalText(type, value)) ?? value, lang, timeZone));
  }
  const texts = samples.map((sample) => sample.text);
  const around = sharedSurroundings(texts, printed, ({ prefix, suffix }) => {
    return !/[\p{L}\p{Nd}]$/u.test(prefix) && !/^[\p{L}\p{Nd}]/u.test(suffix);
  });
  if (!around) return format;
  const inner = texts.map((text) => text.slice(around.prefix.length, text.length - around.suffix.length));
  const space = authorsSpace(inner, printed);
  return { ...format, ...around, ...(space ? { space } : {}) };
}
