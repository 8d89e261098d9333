import type { Column } from '../api-types.ts';
import { writeValue } from '../values/write-value.ts';
import { isNumeric } from '../values/is-numeric.ts';
import type { Words } from '../words/words.ts';
import type { Writing } from './field-values.ts';

/** What a field expects, said before anything is typed. Undefined where there is nothing to say. */
export function fieldHint(column: Column, writing: Writing, words: Words): string | undefined {
  const { type, constraints, system, name } = column;
  if (system) return /^_?slug$/.test(name) ? words.fields.slugText : undefined;
  const { min, max, step, minLength } = constraints;
  const said: string[] = [];
  if (isNumeric(type) || /^(?:date|time|datetime|month|week)$/.test(type.kind)) {
    const write = (limit: string): string =>
      type.kind === 'money' ? writeValue(type, limit, writing.locale) : shownLimit(column, limit, writing);
    const { range, min: atLeast, max: atMost, from, until } = words.fields;
    if (min !== undefined && max !== undefined) said.push(range(write(min), write(max)));
    else if (min !== undefined) said.push((isNumeric(type) ? atLeast : from)(write(min)));
    else if (max !== undefined) said.push((isNumeric(type) ? atMost : until)(write(max)));
    if (step !== undefined && isNumeric(type) && isTellingStep(column, step))
      said.push(words.fields.step(shownLimit(column, step, writing)));
  }
  if (type.kind === 'datetime' || type.kind === 'instant') said.push(words.fields.timeZone(writing.timeZone));
  if (minLength !== undefined && minLength > 1) said.push(words.fields.minLength(minLength));
  return said.length === 0 ? undefined : said.join(' ');
}

/** A limit as the field's own values are written. */
export function shownLimit({ type }: Pick<Column, 'type'>, limit: string, { locale }: Writing): string {
  if (!isNumeric(type)) return writeValue(type, limit, locale);
  return Number.isFinite(Number(limit)) ? Number(limit).toLocaleString(locale, { maximumFractionDigits: 10 }) : limit;
}

/** Whole numbers go in ones, prices in cents: nobody needs to be told. */
function isTellingStep({ type }: Column, step: string): boolean {
  if (step === 'any') return false;
  const width = Number(step);
  return type.kind === 'integer' ? width !== 1 : width > 0.01;
}
