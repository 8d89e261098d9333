import type { Ledger, Operation } from './ledger.ts';
import type { MailDouble } from './mail.ts';
import { replayProblems } from './replay.ts';
import type { LogRow, State } from './state.ts';

/** What a state of the data has against a ledger. */
export interface Verdict {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Parts of a write without the rest: a row without its entry, job or file. */
  readonly halves: readonly string[];
  /** Damage, gaps, refusals that happened all the same. */
  readonly other: readonly string[];
}

export function isClean({ lost, doubled, halves, other }: Verdict): boolean {
  return lost.length + doubled.length + halves.length + other.length === 0;
}

/** Judges data that was read after a failure and a restart. */
export function judge(state: State, ledger: Ledger, mail?: MailDouble): Verdict {
  return sorted([
    ...state.damage.map((damage) => `other: the database says: ${damage}`),
    ...replayProblems(state),
    ...ledgerProblems(state, ledger),
    ...fileProblems(state, ledger),
    ...(mail ? jobProblems(state, mail) : []),
  ]);
}

export function sorted(problems: readonly string[]): Verdict {
  const of = (kind: string): string[] =>
    problems.filter((problem) => problem.startsWith(`${kind}: `)).map((problem) => problem.slice(kind.length + 2));
  return { lost: of('lost'), doubled: of('doubled'), halves: of('half'), other: of('other') };
}

/** Each acknowledged operation once, each refused one never, each unanswered one once or never. */
function ledgerProblems(state: State, ledger: Ledger): string[] {
  const problems: string[] = [];
  const byToken = tokensIn(state.log);
  const byRow = Map.groupBy(state.log, ({ table, id }) => `${table}/${id}`);
  const byChange = Map.groupBy(state.log, ({ group }) => group);
  for (const operation of ledger.operations) {
    if (operation.kind === 'upload') continue;
    const found = entriesOf(operation, byToken, byRow, byChange);
    const { outcome } = operation;
    const what = `${operation.kind} ${operation.token} of ${operation.table} (cycle ${operation.cycle}, ${outcome.kind})`;
    if (found.length > 1) problems.push(`doubled: ${what} is in the log ${found.length} times`);
    if (outcome.kind === 'acknowledged' && found.length === 0) problems.push(`lost: ${what}`);
    if (outcome.kind === 'refused' && found.length > 0) problems.push(`other: ${what}, ${outcome.status}, is there`);
    const [entry] = found;
    if (!entry) continue;
    for (const [column, value] of Object.entries(operation.values)) {
      const said = entry.patch?.[column]?.[1] ?? null;
      // A column that was renamed since stands in the entry under its former name.
      if (said !== value && entry.patch?.[column] !== undefined)
        problems.push(`half: ${what} has ${column} ${JSON.stringify(said)}`);
    }
    const size = byChange.get(entry.group)?.length ?? 0;
    if (operation.entries !== undefined && size !== operation.entries) {
      problems.push(`half: ${what} left ${size} entries, not ${operation.entries}`);
    }
  }
  return problems;
}

/** Inserts and updates whose new name is a token. */
function tokensIn(log: readonly LogRow[]): ReadonlyMap<string, readonly LogRow[]> {
  const named = log.filter(
    ({ operation, patch }) => operation !== 'delete' && typeof patch?.['name']?.[1] === 'string',
  );
  return Map.groupBy(named, ({ patch }) => String(patch!['name']![1]));
}

function entriesOf(
  { kind, token, table, rowId, version, outcome }: Operation,
  byToken: ReadonlyMap<string, readonly LogRow[]>,
  byRow: ReadonlyMap<string, readonly LogRow[]>,
  byChange: ReadonlyMap<number, readonly LogRow[]>,
): readonly LogRow[] {
  const acknowledged = outcome.kind === 'acknowledged' ? outcome : undefined;
  if (kind === 'post' || kind === 'create' || kind === 'update') {
    // Undoing a later change sets the name again, so an update is known by its version too.
    const operation = kind === 'update' ? 'update' : 'insert';
    return (byToken.get(token) ?? []).filter(
      (entry) =>
        entry.table === table &&
        entry.operation === operation &&
        (version === undefined || entry.version === version) &&
        (acknowledged?.change === undefined || entry.group === acknowledged.change) &&
        (acknowledged?.rowId === undefined || entry.id === acknowledged.rowId),
    );
  }
  const ofRow = byRow.get(`${table}/${rowId ?? ''}`) ?? [];
  const change = acknowledged?.change;
  if (change !== undefined) return (byChange.get(change) ?? []).filter(({ id }) => id === rowId);
  const operation = kind === 'delete' ? 'delete' : undefined;
  return ofRow.filter(
    (entry) => entry.version === version && (operation === undefined || entry.operation === operation),
  );
}

/** The file that a row holds is kept, whole; a file that was acknowledged waits for its row. */
function fileProblems(state: State, ledger: Ledger): string[] {
  const problems: string[] = [];
  const sums = new Map(ledger.operations.map(({ token, file }) => [token, file]));
  for (const row of state.rows['message'] ?? []) {
    const path = row['photo'];
    if (typeof path !== 'string') continue;
    const sum = state.kept.get(nameOf(path));
    const sent = sums.get(String(row['name']));
    if (sum === undefined) problems.push(`half: message ${String(row['name'])} has lost its file`);
    else if (sent !== undefined && sum !== sent)
      problems.push(`half: message ${String(row['name'])} holds another file`);
  }
  for (const { kind, token, file, outcome } of ledger.operations) {
    if (kind !== 'upload' || outcome.kind !== 'acknowledged') continue;
    const name = nameOf(outcome.path ?? '');
    const sum = state.kept.get(name) ?? state.incoming.get(name);
    if (sum === undefined) problems.push(`lost: the file of ${token}`);
    else if (sum !== file) problems.push(`half: the file of ${token} is another`);
  }
  return problems;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Each row that a visitor sent has one job that will write its mail, or one mail. Each mail has one job that will hand
 * it over, or was handed over, or was refused for good.
 */
function jobProblems({ log, rows, jobs }: State, mail: MailDouble): string[] {
  const problems: string[] = [];
  const payloads = jobs.map((job) => ({ kind: job['kind'], payload: payloadOf(job['payload']) }));
  const jobOf = Map.groupBy(
    payloads,
    ({ kind, payload }) => `${String(kind)} ${String(payload['id'] ?? payload['mail'])}`,
  );
  const mails = rows['_mail'] ?? [];
  const mailAbout = Map.groupBy(mails, (row) => String(row['about']));
  for (const { id, table, operation, actor } of log) {
    if (table !== 'message' || operation !== 'insert' || actor !== 'visitor') continue;
    const waiting = jobOf.get(`new-submission ${id}`)?.length ?? 0;
    const written = mailAbout.get(`message/${id}`)?.length ?? 0;
    // The mail is written before its job ends, so both may be there.
    if (waiting > 1 || written > 1) problems.push(`doubled: message ${id} has ${waiting} jobs and ${written} mails`);
    if (waiting + written === 0) problems.push(`half: message ${id} has neither a job nor a mail`);
  }
  for (const row of mails) {
    const id = String(row['_id']);
    const handing = jobOf.get(`mail ${id}`)?.length ?? 0;
    if (handing > 1) problems.push(`doubled: mail ${id} has ${handing} jobs`);
    if (row['state'] === 'waiting' && handing === 0) problems.push(`half: mail ${id} waits and has no job`);
    if (row['state'] === 'sent' && !mail.has(String(row['message_id']))) problems.push(`lost: mail ${id} was not sent`);
    if (row['state'] === 'failed' && !mail.hasRefused) problems.push(`lost: mail ${id} was given up`);
  }
  return problems;
}

function payloadOf(text: unknown): Readonly<Record<string, unknown>> {
  return JSON.parse(String(text)) as Readonly<Record<string, unknown>>;
}

/** Once nothing waits any more: each message was told of, under one Message-ID, at least once and not too often. */
export function drainedProblems({ log, rows, jobs }: State, mail: MailDouble, interruptions: number): string[] {
  const problems: string[] = [];
  const left = jobs.filter(({ state }) => state === 'waiting' || state === 'running').length;
  if (left > 0) problems.push(`other: ${left} jobs are still there`);
  const mails = new Map((rows['_mail'] ?? []).map((row) => [String(row['about']), row]));
  for (const { id, table, operation, actor } of log) {
    if (table !== 'message' || operation !== 'insert' || actor !== 'visitor') continue;
    const row = mails.get(`message/${id}`);
    if (!row) {
      if (rows['message']?.some((message) => message['_id'] === id) === true)
        problems.push(`lost: the mail about ${id}`);
      continue;
    }
    const times = mail.times(String(row['message_id']));
    if (times === 0 && row['state'] !== 'failed') problems.push(`lost: the mail about ${id} never came`);
    // Once, and once more for each time that somebody was interrupted between the delivery and its record.
    if (times > 1 + interruptions) problems.push(`doubled: the mail about ${id} came ${times} times`);
  }
  const known = new Set((rows['_mail'] ?? []).map((row) => String(row['message_id'])));
  for (const id of mail.ids()) if (!known.has(id)) problems.push(`doubled: a mail ${id} came that no row knows`);
  return problems;
}
