import type { Entry, FormDefinition } from './definition.ts';

/** What the reserved fields of Formspree and Netlify ask for beside storing (COMPAT). Untrusted text, as sent. */
export interface CompatFields {
  /** A visitor's address for Reply-To: `_replyto`, else an `email` field. */
  readonly replyTo?: string;
  /** Subject of the notification; Netlify's may hold `%{formName} %{siteName} %{submissionId}`. */
  readonly subject?: string;
  readonly cc?: string;
  /** Page to show on success, to be followed only within this site. */
  readonly next?: string;
  readonly language?: string;
  /** `form-name`: which form of the page was meant. */
  readonly formName?: string;
  /** A trap held something: answer as if accepted, keep as spam. */
  readonly trapped: boolean;
  /** Names in the entries that are never stored as columns. */
  readonly notStored: ReadonlySet<string>;
}

const reserved = ['_replyto', '_subject', '_cc', '_next', '_gotcha', '_format', '_language', 'form-name'];

/** Reads the reserved fields of other form services out of an entry list. Files under such names are ignored. */
export function compatFields(definition: FormDefinition, entries: readonly Entry[]): CompatFields {
  const traps = new Set(['_gotcha', ...(definition.trap === undefined ? [] : [definition.trap])]);
  const first = (name: string): string | undefined => {
    const found = entries.find((entry) => entry.name === name && entry.value !== '')?.value;
    return typeof found === 'string' ? found : undefined;
  };
  const subjectField = definition.netlify === true ? hiddenSubject(definition) : undefined;
  const fields = {
    replyTo: first('_replyto') ?? first('email'),
    subject: first('_subject') ?? (subjectField === undefined ? undefined : first(subjectField)),
    cc: first('_cc'),
    next: first('_next'),
    language: first('_language'),
    formName: first('form-name'),
  };
  const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    ...said,
    trapped: entries.some((entry) => traps.has(entry.name) && entry.value !== ''),
    notStored: new Set([...reserved, ...traps, ...(subjectField === undefined ? [] : [subjectField])]),
  };
}

/** Netlify reads the notification's subject from a hidden input of that name. */
function hiddenSubject(definition: FormDefinition): string | undefined {
  return definition.controls.find((control) => control.type === 'hidden' && control.name === 'subject')?.name;
}
