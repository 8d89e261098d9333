import { useSyncExternalStore } from 'react';
import { isProblem } from '../problem.ts';

/** Somebody was asked for their password and thought better of it. Nothing to tell them of. */
export class Dismissed extends Error {}

/** A question for the password that waits for its answer. */
interface Question {
  readonly answer: (proven: boolean) => void;
}

let question: Question | undefined;
const listeners = new Set<() => void>();

function set(next: Question | undefined): void {
  question = next;
  for (const listener of listeners) listener();
}

/**
 * Does what may need the password again: where the server says so, asks for it and does it once more. Throws
 * {@link Dismissed} where it is not given.
 */
export async function withProof<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isProblem(error, 403) || error.code !== 'proof') throw error;
  }
  const proven = await new Promise<boolean>((resolve) => {
    question?.answer(false);
    set({
      answer(given) {
        set(undefined);
        resolve(given);
      },
    });
  });
  if (!proven) throw new Dismissed();
  return await work();
}

/** For the dialog: the question that waits. */
export function useQuestion(): Question | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => question,
  );
}
