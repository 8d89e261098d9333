import { failureText } from '../parts/failure.tsx';
import { isProblem } from '../problem.ts';
import { Dismissed } from '../session/proof.ts';
import type { Words } from '../words/words.ts';

/** What is wrong with one field. */
export function fieldProblem(error: unknown, name: string): string | undefined {
  return isProblem(error) ? error.fields.find(({ field }) => field === name)?.message : undefined;
}

/** What is to be told about a change of a user that was refused, beside the fields; undefined for nothing. */
export function userProblem(error: unknown, words: Words): string | undefined {
  if (error === null || error instanceof Dismissed) return undefined;
  if (!isProblem(error)) return failureText(error, words);
  if (error.code === 'last-admin') return words.operation.users.lastAdmin;
  if (error.code === 'self') return words.operation.users.self;
  return error.fields.length > 0 ? undefined : failureText(error, words);
}
