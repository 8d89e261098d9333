import { DatabaseError } from '../database/index.ts';
import type { Statement } from '../database/index.ts';
import { compatFields, decodeBody, validateForm } from '../forms/index.ts';
import type { CompatFields, Entry, FieldError, FormDefinition, FormLimits, Submission } from '../forms/index.ts';
import type { FileStore } from '../files/index.ts';
import type { Row, Table } from '../schema/index.ts';
import { isUuid } from '../std/index.ts';
import type { Clock, Log } from '../std/index.ts';
import type { Site, SiteForm, SitePage } from '../site/index.ts';
import type { Actor, RowWrite, Tables, WriteExtra, WriteOutcome } from '../tables/index.ts';
import { mayRead, mayTouch } from './access.ts';
import { controlStates } from './failure.ts';
import { readFormAddress } from './form-address.ts';
import type { PageGetter, PageRequest } from './get.ts';
import { matchForm } from './match-form.ts';
import { messages } from './messages.ts';
import { repeats, submissionKey } from './repeats.ts';
import type { RepeatedSubmission } from './repeats.ts';
import type { PlacedControl } from './placed-controls.ts';
import { placeControls } from './placed-controls.ts';
import { formValues, noValues } from './save.ts';
import type { FormValues } from './save.ts';
import { dependsOnRows, servedForm } from './served-form.ts';
import type { ServedForm } from './served-form.ts';
import { forgetSent, rowSentBefore, sentSubmission, sentWrite } from './sent.ts';
import type { SentSubmission } from './sent.ts';
import { spamWrite } from './spam.ts';
import { successLocation } from './success.ts';
import { isUnavailable } from './unavailable.ts';

/** A post as the server hands it over, body unread. */
export interface PostRequest {
  /** Names the request in the log. */
  readonly id: string;
  readonly pathname: string;
  /** The page at that path, and the key of its row. */
  readonly page?: SitePage;
  /** There is a page at that path, but it has a fault, and so its forms are not known. */
  readonly pageIsBroken?: boolean;
  readonly path: string;
  readonly key?: string;
  readonly search: URLSearchParams;
  readonly contentType: string | undefined;
  readonly contentLength: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  readonly refererPage?: SitePage;
  readonly actor: Actor;
  /** Who sends, for repeated submissions: address and user agent. */
  readonly client: string;
  readonly idempotencyKey?: string;
  /** Milliseconds since the same address loaded this page, where that is known and counts. */
  readonly loadedAgoMs?: number;
}

/** What became of a post. The server turns it into 303, a page, or JSON. */
export type PostAnswer =
  | {
      readonly kind: 'saved';
      readonly location: string;
      readonly id: string | null;
      readonly dialect: SiteForm['dialect'];
      /** Of the change in the log. */
      readonly position?: number;
    }
  | {
      readonly kind: 'refused';
      /** 422 for what the visitor must mend, 409 for a row that moved on, 503 when nothing can be written now. */
      readonly status: 422 | 409 | 503;
      readonly message: string;
      readonly errors: readonly FieldError[];
      /** The author's page with values and messages in place. */
      readonly html: string;
      readonly page: SitePage;
    }
  | { readonly kind: 'failed'; readonly status: number; readonly message: string };

export interface PosterOptions {
  readonly site: Site;
  readonly tables: Tables;
  readonly files: FileStore;
  readonly pages: PageGetter;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: FormLimits;
  /** A form sent sooner than this after its page was loaded is kept as spam; 0: never. */
  readonly trapMs: number;
  /** What follows from a new row of the site's own: statements, such as jobs, of the same commit. */
  readonly onInsert?: ((inserted: InsertedForm) => readonly Statement[]) | undefined;
}

/** A form that is about to be saved as a new row. */
export interface InsertedForm {
  readonly form: SiteForm;
  /** The form's rules as it was served. */
  readonly definition: FormDefinition;
  /** Path of the page it was sent from. */
  readonly path: string;
  readonly table: Table;
  readonly row: Row;
  readonly compat: CompatFields;
  /** As sent. */
  readonly entries: readonly Entry[];
}

export interface Poster {
  post(request: PostRequest): Promise<PostAnswer>;
}

/** All that is known of one submission once its form is found. */
interface Submitted {
  readonly request: PostRequest;
  readonly page: SitePage;
  readonly form: SiteForm;
  readonly pageRequest: PageRequest;
  readonly entries: readonly Entry[];
  readonly rowId: string;
  readonly version: number | undefined;
  readonly deletes: boolean;
  /** With a key of the sender's own: taken once, also when this process does not live to say so. */
  readonly sent?: SentSubmission;
  /** Paths of uploads that a row holds, or may hold; all others are removed once the form is answered. */
  readonly kept: string[];
}

/** Takes posted forms: decode, find the form, check access, validate, save, and say where to go. */
export function poster(options: PosterOptions): Poster {
  const answered = repeats<PostAnswer>(options.clock);
  return {
    async post(request) {
      const decoded = await decodeBody(request, options.limits, options.files);
      if (!decoded.ok) return { kind: 'failed', status: decoded.status, message: decoded.message };
      const { entries } = decoded;
      const submitted = findForm(options.site, request, entries);
      if ('kind' in submitted) {
        await discardUploads(options.files, entries, []);
        return submitted;
      }
      const repeated = repeatedSubmission(submitted);
      const { key } = repeated;
      const sent = key === undefined ? {} : { sent: sentSubmission(submissionKey(repeated), options.clock) };
      let isFirst = false;
      const first = (): Promise<PostAnswer> => {
        isFirst = true;
        return answer(options, { ...submitted, ...sent });
      };
      try {
        return await answered.once(repeated, first, ({ kind }) => kind === 'saved');
      } finally {
        // What comes again brings its files again; the first answer has seen to its own.
        if (!isFirst) await discardUploads(options.files, entries, []);
      }
    },
  };
}

function repeatedSubmission(submitted: Submitted): RepeatedSubmission {
  const { page, pageRequest, form, rowId, version, deletes, request, entries } = submitted;
  return {
    client: request.client,
    form: [page.file, pageRequest.path, form.name, rowId, version ?? '', deletes].join('\0'),
    key: request.idempotencyKey,
    entries,
  };
}

function findForm(site: Site, request: PostRequest, entries: readonly Entry[]): Submitted | PostAnswer {
  const address = readFormAddress(request.search);
  const match = matchForm(site, {
    pathname: request.pathname,
    page: request.page,
    formName: address.form,
    entries,
    refererPage: request.refererPage,
  });
  if (match.kind === 'none' && request.pageIsBroken === true) {
    return { kind: 'failed', status: 503, message: messages.brokenPage };
  }
  if (match.kind === 'none') return { kind: 'failed', status: request.page ? 400 : 404, message: messages.noForm };
  if (match.kind === 'ambiguous') return { kind: 'failed', status: 400, message: messages.ambiguous(match.names) };
  const { page, form } = match.matched;
  const here = page === request.page;
  const pageRequest: PageRequest = {
    page,
    path: here ? request.path : (page.urlPaths[0] ?? '/'),
    ...(here && request.key !== undefined ? { key: request.key } : {}),
    search: request.search,
    actor: request.actor,
  };
  return {
    request,
    page,
    form,
    pageRequest,
    entries,
    rowId: address.row !== undefined && isUuid(address.row) ? address.row : '',
    version: address.version,
    deletes: address.deletes && form.deletes,
    kept: [],
  };
}

async function answer(options: PosterOptions, submitted: Submitted): Promise<PostAnswer> {
  const { files } = options;
  try {
    return (await answerAgain(options, submitted)) ?? (await judge(options, submitted));
  } finally {
    await discardUploads(files, submitted.entries, submitted.kept);
  }
}

/** The answer to a submission that was taken before, by this process or another. */
async function answerAgain(options: PosterOptions, submitted: Submitted): Promise<PostAnswer | undefined> {
  const { tables, clock } = options;
  const { form, pageRequest, entries, sent } = submitted;
  const id = sent && (await rowSentBefore(tables, sent, clock));
  if (id === undefined) return undefined;
  const { table } = form;
  const row = table === null || id === '' ? undefined : await tables.snapshot((reader) => reader.byId(table, id));
  const { next } = compatFields(form.definition, entries);
  const location = successLocation(tables.schema, form, pageRequest, row ?? null, next);
  return { kind: 'saved', location, id: row ? id : null, dialect: form.dialect };
}

async function judge(options: PosterOptions, posted: Submitted): Promise<PostAnswer> {
  const { form, request, page } = posted;
  if (!mayRead(form.as, request.actor) || !mayRead(page.access.page, request.actor)) return forbidden;
  const inForce = await formInForce(options, posted);
  if (!inForce) return { kind: 'failed', status: 404, message: messages.noRow };
  const { definition } = inForce;
  const submitted = { ...posted, rowId: inForce.rowId };
  const compat = compatFields(definition, submitted.entries);
  if (submitted.deletes) return await save(options, submitted, definition, noValues);
  const validated = validateForm(definition, submitted.entries, {
    lang: definition.lang,
    served: ({ value }) => value,
    fileBytesMax: options.limits.fileBytesMax,
  });
  const early = request.loadedAgoMs !== undefined && request.loadedAgoMs < options.trapMs;
  if (validated.trapped || compat.trapped || early) return await keepAsSpam(options, submitted, validated.submission);
  if (!validated.ok) return await refuse(options, submitted, definition, 422, validated.errors);
  const table = form.table === null ? undefined : options.tables.schema.tables[form.table];
  if (!table) return { kind: 'failed', status: 503, message: messages.noTable };
  const placed = placeControls(form, definition);
  const values = formValues(options.tables.schema, table, definition, placed, validated.submission);
  return await save(options, submitted, definition, values, compat);
}

const forbidden: PostAnswer = { kind: 'failed', status: 403, message: messages.forbidden };

/** The form's rules: from the file, or, where they depend on rows, from the page as this actor would get it now. */
async function formInForce(options: PosterOptions, submitted: Submitted): Promise<ServedForm | undefined> {
  const { form, page, pageRequest, rowId } = submitted;
  if (!dependsOnRows(form)) return { definition: form.definition, rowId };
  const { html, found } = await options.pages.fresh(pageRequest);
  return found ? servedForm(page.file, html, form, rowId) : undefined;
}

async function save(
  options: PosterOptions,
  submitted: Submitted,
  definition: FormDefinition,
  values: FormValues,
  compat?: CompatFields,
): Promise<PostAnswer> {
  const { form, request, rowId } = submitted;
  const writes = rowWrites(submitted, values);
  if (!writes) return { kind: 'failed', status: 400, message: messages.noRow };
  if (!(await mayWriteRows(options, submitted, writes))) {
    return { kind: 'failed', status: 404, message: messages.noRow };
  }
  const uploads = values.uploads.map(({ path }) => path);
  let outcome: WriteOutcome;
  try {
    await options.files.adopt(uploads);
    outcome = await options.tables.write(
      request.actor,
      withSent(options, submitted, writes),
      compat && follows(options, submitted, definition, compat),
    );
  } catch (error) {
    if (error instanceof DatabaseError && error.outcomeUnknown) submitted.kept.push(...uploads);
    if (!isUnavailable(error)) throw error;
    options.log.error('a form could not be saved', { id: request.id, form: form.name, error });
    return await refuse(options, submitted, definition, 503, [], messages.unavailable(definition.lang));
  }
  if (outcome.ok) {
    submitted.kept.push(...uploads);
    if (submitted.sent) await forgetOldSent(options);
    // The visitor's next page must show what was just saved.
    await options.tables.feed.reached(outcome.position);
    const row = outcome.rows[0] ?? null;
    const id = row ? (row['id'] as string) : null;
    const location = successLocation(options.tables.schema, submitted.form, submitted.pageRequest, row, compat?.next);
    return { kind: 'saved', location, id, dialect: form.dialect, position: outcome.position };
  }
  // Another process may have taken it meanwhile.
  const again = await answerAgain(options, submitted);
  if (again) return again;
  if (outcome.reason === 'missing') return { kind: 'failed', status: 404, message: messages.noRow };
  if (outcome.reason === 'version') {
    return await refuse(options, { ...submitted, rowId }, definition, 409, [], messages.moved(definition.lang));
  }
  const placed = placeControls(form, definition);
  const errors = outcome.columns.map(({ column, write, message: said }) =>
    columnError(placed, column, writes[write], said),
  );
  return await refuse(options, submitted, definition, 422, errors);
}

/** With what remembers a submission that came with a key, in the same change. */
function withSent({ clock }: PosterOptions, { sent }: Submitted, writes: readonly RowWrite[]): readonly RowWrite[] {
  const [first, ...others] = writes;
  if (!sent || !first) return writes;
  const own = first.operation === 'insert' ? { ...first, id: sent.rowId } : first;
  return [own, ...others, sentWrite(sent, own.id, clock)];
}

async function forgetOldSent({ tables, clock, log }: PosterOptions): Promise<void> {
  try {
    await forgetSent(tables, clock);
  } catch (error) {
    // What was sent is saved all the same.
    log.warn('Old keys of submissions could not be removed; it is tried again.', { error: String(error) });
  }
}

/** What is to follow from the row that an insert makes. */
function follows(
  { onInsert, tables }: PosterOptions,
  { form, pageRequest, entries }: Submitted,
  definition: FormDefinition,
  compat: CompatFields,
): WriteExtra | undefined {
  const table = form.table === null ? undefined : tables.schema.tables[form.table];
  if (!onInsert || form.operation !== 'insert' || table?.owner !== 'site') return undefined;
  const { path } = pageRequest;
  return { statements: ([row]) => (row ? onInsert({ form, definition, path, table, row, compat, entries }) : []) };
}

/** Updating and deleting ask whose row it is; others' rows answer as if they did not exist. */
async function mayWriteRows(
  options: PosterOptions,
  submitted: Submitted,
  writes: readonly RowWrite[],
): Promise<boolean> {
  const { form, request } = submitted;
  return await options.tables.snapshot(async (reader) => {
    for (const write of writes) {
      if (write.operation === 'insert') continue;
      const table = options.tables.schema.tables[write.table];
      const row = table && (await reader.byId(table.name, write.id));
      if (!row || !mayTouch(form.as, request.actor, write.operation, table, row)) return false;
    }
    return true;
  });
}

/** The writes of one submission: the form's own row, then the rows of lists inside it. Undefined: the row is not named. */
function rowWrites(submitted: Submitted, { own, items }: FormValues): readonly RowWrite[] | undefined {
  const { form, rowId, version } = submitted;
  const { table } = form;
  const listed = items.map(({ table: other, rowId: id, values }): RowWrite => ({
    operation: 'update',
    table: other,
    id,
    values,
  }));
  if (table === null) return undefined;
  if (form.items.length > 0 && Object.keys(form.columns).length === 0 && !submitted.deletes) return listed;
  if (form.operation === 'insert') {
    if (form.parent && rowId === '') return undefined;
    const values = form.parent ? { ...own, [form.parent.column]: rowId } : own;
    return [{ operation: 'insert', table, values }, ...listed];
  }
  if (rowId === '') return undefined;
  const at = { table, id: rowId, ...(version === undefined ? {} : { version }) };
  if (submitted.deletes) return [{ operation: 'delete', ...at }];
  const untouched = listed.length > 0 && Object.keys(own).length === 0;
  return untouched ? listed : [{ operation: 'update', ...at, values: own }, ...listed];
}

/** Shows what the write path refused at the control that filled the column. */
function columnError(
  placed: readonly PlacedControl[],
  column: string,
  write: RowWrite | undefined,
  message: string,
): FieldError {
  const rowId = write && 'id' in write ? write.id : undefined;
  const fills = placed.filter((one) => one.column === column);
  const control = (fills.find(({ item }) => item?.rowId === rowId) ?? fills[0] ?? placed[0])?.control;
  return { control: control?.index ?? 0, name: control?.name ?? column, validity: 'badInput', message };
}

/** The author's page again, with what was typed and what is wrong with it. */
async function refuse(
  options: PosterOptions,
  submitted: Submitted,
  definition: FormDefinition,
  status: 422 | 409 | 503,
  errors: readonly FieldError[],
  message?: string,
): Promise<PostAnswer> {
  const { form, page, pageRequest, rowId } = submitted;
  const first = definition.controls.find(({ type }) => type !== 'hidden');
  const shown: readonly FieldError[] =
    errors.length > 0 || message === undefined || !first
      ? errors
      : [{ control: first.index, name: first.name, validity: 'badInput', message }];
  const states = controlStates(placeControls(form, definition), submitted.entries, shown);
  const { html } = await options.pages.fresh(pageRequest, { form, rowId, states });
  const said = message ?? messages.invalid(definition.lang);
  return { kind: 'refused', status, message: said, errors: message === undefined ? errors : [], html, page };
}

/** What the traps catch is answered as if it had been accepted, and kept where no page shows it. */
async function keepAsSpam(options: PosterOptions, submitted: Submitted, submission: Submission): Promise<PostAnswer> {
  const { form, page, pageRequest, request, rowId } = submitted;
  await options.tables.write(request.actor, [spamWrite(page, form, submission, rowId)]);
  const location = successLocation(options.tables.schema, form, pageRequest, null);
  return { kind: 'saved', location, id: null, dialect: form.dialect };
}

async function discardUploads(files: FileStore, entries: readonly Entry[], adopted: readonly string[]): Promise<void> {
  const left = entries
    .map(({ value }) => (typeof value === 'string' ? undefined : value.path))
    .filter((path) => path !== undefined && !adopted.includes(path));
  if (left.length > 0) await files.discard(left.filter((path) => path !== undefined));
}
