import type { PostAnswer } from '../pages/index.ts';

/** Codes that scripts written for Formspree know, by the HTML standard's validity states. */
const formspreeCodes: Readonly<Record<string, string>> = {
  valueMissing: 'REQUIRED_FIELD_MISSING',
  typeMismatch: 'TYPE_TEXT',
  badInput: 'TYPE_TEXT',
  fileSize: 'FILES_TOO_BIG',
};

/** A posted form's answer for a script: `{ok, next}`, or `{ok: false, error, errors: [{field, code, message}]}`. */
export function postedJson(answer: PostAnswer): { readonly status: number; readonly body: unknown } {
  switch (answer.kind) {
    case 'saved':
      return { status: 200, body: { ok: true, next: answer.location, id: answer.id } };
    case 'refused':
      return {
        status: answer.status,
        body: {
          ok: false,
          error: answer.message,
          errors: answer.errors.map(({ name, validity, message }) => ({
            field: name,
            code: formspreeCodes[validity] ?? validity,
            validity,
            message,
          })),
        },
      };
    case 'failed':
      return { status: answer.status, body: { ok: false, error: answer.message, errors: [] } };
  }
}
