import { createHash } from 'node:crypto';
import type { Entry } from '../forms/index.ts';
import { boundedCache } from '../std/index.ts';
import type { Clock } from '../std/index.ts';

/** Answers a form that is sent twice with the first answer. */
export interface Repeats<A> {
  /**
   * Runs `answer` unless the same submission was answered a moment ago. An answer that `keep` rejects, or that throws,
   * is not remembered: the visitor may mend it and send again.
   */
  once(submission: RepeatedSubmission, answer: () => Promise<A>, keep: (answer: A) => boolean): Promise<A>;
}

export interface RepeatedSubmission {
  /** Who sends: address and user agent, or the user. */
  readonly client: string;
  /** Page path with the form's name and row. */
  readonly form: string;
  /** `Idempotency-Key`, where a script sends one. */
  readonly key: string | undefined;
  readonly entries: readonly Entry[];
}

const REPEAT_MS = 10_000;
/** A script that names its submission may try again for longer. */
const KEYED_REPEAT_MS = 24 * 3_600_000;
const REMEMBERED_MAX = 10_000;

export function repeats<A>(clock: Clock): Repeats<A> {
  const remembered = boundedCache<string, { answer: Promise<A>; untilMs: number }>(REMEMBERED_MAX);
  return {
    async once(submission, answer, keep) {
      const key = submissionKey(submission);
      const known = remembered.get(key);
      if (known && clock.now() < known.untilMs) return await known.answer;
      const fresh = answer();
      const lifeMs = submission.key === undefined ? REPEAT_MS : KEYED_REPEAT_MS;
      remembered.set(key, { answer: fresh, untilMs: clock.now() + lifeMs }, 1);
      try {
        const result = await fresh;
        if (!keep(result)) remembered.delete(key);
        return result;
      } catch (error) {
        remembered.delete(key);
        throw error;
      }
    },
  };
}

/** A hash of what makes a submission the same as another one. */
export function submissionKey({ client, form, key, entries }: RepeatedSubmission): string {
  const hash = createHash('sha256');
  const add = (text: string): void => void hash.update(`${Buffer.byteLength(text)}:`).update(text);
  add(client);
  add(form);
  if (key !== undefined) return hash.update('key').update(key).digest('base64');
  for (const { name, value } of entries) {
    add(name);
    add(typeof value === 'string' ? value : `${value.filename}\0${value.size}\0${value.mediaType}`);
  }
  return hash.digest('base64');
}
