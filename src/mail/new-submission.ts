import { isTextKind, ownColumn } from '../schema/index.ts';
import type { Column, ColumnType, Row, Schema, Table } from '../schema/index.ts';
import { boundedCache } from '../std/index.ts';
import type { Diagnostic } from '../std/index.ts';
import { newSubmissionPage } from './new-submission-page.ts';
import { compileMail, renderMail } from './template.ts';
import type { MailTemplate, RenderedMail } from './template.ts';

/** A submission as its mail tells of it. */
export interface NewSubmission {
  /** Name of the form. */
  readonly form: string;
  /** Name of the site. */
  readonly site: string;
  /** Path of the page it was sent from. */
  readonly page: string;
  /** ISO instant. */
  readonly received: string;
  /** Absolute address of where it can be answered, where that is known. */
  readonly link: string | null;
  /** What was filled in, in the order of the form, ready to be read. */
  readonly fields: readonly { readonly name: string; readonly label: string; readonly value: string }[];
  /** The row that was saved, and its table. */
  readonly row: Row;
  readonly table: Table;
}

/** Where the author may write the mail's page, relative to the site's folder. Nothing in that folder is served. */
export const NEW_SUBMISSION_FILE = '_mail/new-submission.html';

const text: ColumnType = { kind: 'text' };

/** Rows that every such mail knows, beside the row that was saved. */
const submissionTable = table('submission', {
  form: text,
  site: text,
  page: text,
  received: { kind: 'instant' },
  link: { kind: 'url' },
});
const fieldTable = table('field', { name: text, label: text, value: text });

function table(name: string, columns: Readonly<Record<string, ColumnType>>): Table {
  return {
    name,
    label: name,
    sqlName: name,
    columns: Object.fromEntries(Object.entries(columns).map(([column, type]) => [column, ownColumn(column, type)])),
    single: false,
    log: 'none',
    owner: 'backlot',
    detached: false,
    at: [],
  };
}

/** The page's tables: the site's own, under which our two names stand first. */
function mailSchema(schema: Schema): Schema {
  const tables = { ...schema.tables, submission: submissionTable, field: fieldTable };
  return { tables: Object.fromEntries(Object.entries(tables).map(([name, one]) => [name, folded(one)])) };
}

/** Conditions are only matched in memory here, where text folds whether or not the database keeps a shadow of it. */
function folded(given: Table): Table {
  const columns = Object.entries(given.columns).map(([name, column]): [string, Column] => [
    name,
    { ...column, folded: column.folded || isTextKind(column.type) },
  ]);
  return { ...given, columns: Object.fromEntries(columns) };
}

/** What is wrong with the author's page. */
export function checkNewSubmission(page: string, schema: Schema, timeZone: string): readonly Diagnostic[] {
  const { diagnostics } = compileMail({ file: NEW_SUBMISSION_FILE, text: page }, mailSchema(schema), timeZone);
  return diagnostics.filter(({ severity }) => severity === 'error');
}

/** Writes mails about new submissions. Pages are compiled once. */
export interface NewSubmissionMails {
  /** `page`: the author's; without one, or where it has errors, ours in the language of the form. */
  render(submission: NewSubmission, options: RenderOptions): RenderedMail;
}

export interface RenderOptions {
  readonly page: string | undefined;
  /** The language of the form, '' when none is known. */
  readonly lang: string;
  readonly schema: Schema;
  readonly timeZone: string;
  readonly nowMs: number;
}

interface Compiled {
  readonly schema: Schema;
  readonly timeZone: string;
  /** None where the page has errors. */
  readonly template: MailTemplate | undefined;
}

const compiledMax = 20;

export function newSubmissionMails(): NewSubmissionMails {
  const compiled = boundedCache<string, Compiled>(compiledMax);

  const templateFor = (page: string, schema: Schema, timeZone: string): MailTemplate | undefined => {
    const known = compiled.get(page);
    if (known?.schema === schema && known.timeZone === timeZone) return known.template;
    const { mail, diagnostics } = compileMail({ file: NEW_SUBMISSION_FILE, text: page }, mailSchema(schema), timeZone);
    const template = diagnostics.some(({ severity }) => severity === 'error') ? undefined : mail;
    compiled.set(page, { schema, timeZone, template }, 1);
    return template;
  };

  return {
    render(submission, { page, lang, schema, timeZone, nowMs }) {
      const { fields, row, table: saved, form, site, page: path, received, link } = submission;
      const own = page === undefined ? undefined : templateFor(page, schema, timeZone);
      const template = own ?? templateFor(newSubmissionPage(lang), schema, timeZone);
      if (!template) throw new Error('The page of the mail about new submissions has errors.');
      const rows = new Map<string, readonly Row[]>([
        [saved.name, [row]],
        ['submission', [{ form, site, page: path, received, link }]],
        ['field', fields.map(({ name, label, value }) => ({ name, label, value }))],
      ]);
      return renderMail(template, rows, nowMs);
    },
  };
}
