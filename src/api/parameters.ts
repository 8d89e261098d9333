import { ProblemError } from './problem.ts';

/** Reads a parameter that is a whole number from 1 on. Throws a problem, 400. */
export function wholeNumber(field: string, text: string, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > most) {
    throw badParameter(field, `${field} is a whole number from 1 to ${most}.`);
  }
  return number;
}

/** 400: a parameter is not known, or cannot be read. */
export function badParameter(field: string, message: string): ProblemError {
  return new ProblemError(400, { code: 'query', detail: message, errors: [{ field, code: 'query', message }] });
}
