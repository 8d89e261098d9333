import type { Accounts } from '../accounts/index.ts';
import type { FileStore } from '../files/index.ts';
import type { FormLimits } from '../forms/index.ts';
import type { QueryScope } from '../query/index.ts';
import type { Site } from '../site/index.ts';
import type { Schema } from '../schema/index.ts';
import type { BoundedCache, Clock, Log } from '../std/index.ts';
import type { AccessRule, Tables } from '../tables/index.ts';
import type { Operation } from './operation.ts';

/** What the API stands on. */
export interface ApiOptions {
  readonly tables: Tables;
  readonly accounts: Accounts;
  readonly files: FileStore;
  /** The folder as it is served at the moment. */
  readonly site: () => Pick<Site, 'files' | 'pages' | 'grants' | 'timeZone'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the API is: `/api`. */
  readonly path: string;
  /** What an upload may hold. */
  readonly limits: FormLimits;
  /** Jobs, mails, backups. Absent where nothing but the tables is open. */
  readonly operation?: Operation;
  /** What else is allowed, besides what admins and editors may. */
  readonly rules?: readonly AccessRule[];
}

/** The same, with what the API itself remembers. */
export interface ApiContext extends ApiOptions {
  /** When each denial was last written down, by user, method and path. */
  readonly denials: BoundedCache<string, number>;
  /** Access rules of the schema in use: made once for it, read with every request. */
  readonly rulesOf: (schema: Schema) => readonly AccessRule[];
}

/** What a query's `now` and `today` mean at this moment. */
export function queryScope({ clock, site }: ApiContext): QueryScope {
  const nowMs = clock.now();
  const { timeZone } = site();
  return { value: () => null, nowMs, today: dateIn(timeZone, nowMs), timeZone };
}

let dates: { readonly timeZone: string; readonly format: Intl.DateTimeFormat } | undefined;

/** Making a format costs far more than using it. */
function dateIn(timeZone: string, ms: number): string {
  if (dates?.timeZone !== timeZone) {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    dates = { timeZone, format };
  }
  return dates.format.format(ms);
}
