import { isIP } from 'node:net';
import { currencyExponent } from '../schema/index.ts';
import { isMailAddress, isSmtpUrl, readMailbox } from '../mail/index.ts';
import { BacklotError } from '../std/index.ts';

/** One setting: its name in `backlot.config.ts`, its environment variable, what it takes and why one would set it. */
export interface SettingDefinition<T = unknown> {
  readonly name: string;
  readonly variable: string;
  readonly fallback: T;
  /** What may be written, for the documentation and for error messages: `a whole number of bytes`. */
  readonly takes: string;
  readonly purpose: string;
  /** May hold a password: never shown in an error. */
  readonly secret?: boolean;
  /** Turns the text of a variable, or a value of the configuration file, into the setting; undefined when wrong. */
  readonly read: (raw: unknown) => T | undefined;
}

function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (raw: unknown) => number | undefined {
  return (raw) => {
    const number = typeof raw === 'string' && /^\d+$/.test(raw.trim()) ? Number(raw) : raw;
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= min && number <= max
      ? number
      : undefined;
  };
}

function oneOf<const T extends string>(...choices: readonly T[]): (raw: unknown) => T | undefined {
  return (raw) => choices.find((choice) => choice === raw);
}

function list(item: (text: string) => string | undefined): (raw: unknown) => readonly string[] | undefined {
  return (raw) => {
    const parts = typeof raw === 'string' ? raw.split(',') : raw;
    if (!Array.isArray(parts)) return undefined;
    const items: string[] = [];
    for (const part of parts) {
      if (typeof part !== 'string') return undefined;
      if (part.trim() === '') continue;
      const read = item(part.trim());
      if (read === undefined) return undefined;
      items.push(read);
    }
    return items;
  };
}

function originText(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return bare && (url.protocol === 'https:' || url.protocol === 'http:') ? url.origin : undefined;
}

/** An address, alone or with the length of its network's prefix. */
function network(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
  return fits ? text : undefined;
}

/** A directive of a policy that this program sends, with sources that cannot end it or add another. */
function policySource(text: string): string | undefined {
  return /^(?:script-src|object-src|base-uri|form-action|frame-ancestors)(?: [a-z0-9'*][^\s;,"]*)+$/i.test(text)
    ? text
    : undefined;
}

function timeZone(raw: unknown): string | undefined {
  if (typeof raw !== 'string') return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: raw }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function isTimeOfDay(raw: unknown): raw is string {
  return typeof raw === 'string' && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(raw);
}

function ownPath(raw: unknown): string | undefined {
  return typeof raw === 'string' && /^\/[a-z0-9_-]+$/i.test(raw) && raw !== '/_backlot' ? raw : undefined;
}

function setting<T>(definition: SettingDefinition<T>): SettingDefinition<T> {
  return definition;
}

/** Every setting there is. `docs/settings.md` lists them too, and a test compares the two. */
export const settingDefinitions = {
  origin: setting({
    name: 'origin',
    variable: 'BACKLOT_ORIGIN',
    fallback: [] as readonly string[],
    takes: 'one or more origins, separated by commas, such as https://example.org',
    purpose:
      'Where visitors reach the site. Once set, requests for other hosts are refused, writes must come from these origins, and with https the browser is told to stay on https.',
    read: list(originText),
  }),
  proxies: setting({
    name: 'proxies',
    variable: 'BACKLOT_PROXIES',
    fallback: [] as readonly string[],
    takes: 'addresses or networks of reverse proxies, separated by commas, such as 127.0.0.1 or 10.0.0.0/8',
    purpose: 'Only these may tell the visitor’s address and protocol in X-Forwarded-* headers.',
    read: list(network),
  }),
  timeZone: setting({
    name: 'timeZone',
    variable: 'BACKLOT_TIME_ZONE',
    fallback: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    takes: 'an IANA time zone, such as Europe/Rome',
    purpose: 'The zone in which times are shown and in which `today` begins and ends. The default is the machine’s.',
    read: timeZone,
  }),
  currency: setting({
    name: 'currency',
    variable: 'BACKLOT_CURRENCY',
    fallback: 'EUR',
    takes: 'an ISO 4217 code, such as EUR',
    purpose: 'The currency of `data-format="currency"` where the page names none.',
    read: (raw) => (typeof raw === 'string' && currencyExponent(raw) !== undefined ? raw : undefined),
  }),
  mail: setting({
    name: 'mail',
    variable: 'BACKLOT_MAIL',
    fallback: '',
    takes: 'an SMTP address, such as smtps://user:password@mail.example.org',
    secret: true,
    purpose: 'Where mail is handed over. Without it, mails are kept to be read in the admin.',
    read: (raw) => (raw === '' || (typeof raw === 'string' && isSmtpUrl(raw)) ? raw : undefined),
  }),
  mailFrom: setting({
    name: 'mailFrom',
    variable: 'BACKLOT_MAIL_FROM',
    fallback: '',
    takes: 'an address, or a name and an address such as Trattoria <mail@example.org>',
    purpose:
      'Who every mail is from. The default is the user of the SMTP address where that is one, else the first of `notify`.',
    read: (raw) => (raw === '' || (typeof raw === 'string' && readMailbox(raw)) ? raw : undefined),
  }),
  notify: setting({
    name: 'notify',
    variable: 'BACKLOT_NOTIFY',
    fallback: [] as readonly string[],
    takes: 'one or more addresses, separated by commas, such as mail@example.org',
    purpose: 'Who gets a mail about each new submission.',
    read: list((text) => (isMailAddress(text) ? text : undefined)),
  }),
  mailDaysKept: setting({
    name: 'mailDaysKept',
    variable: 'BACKLOT_MAIL_DAYS_KEPT',
    fallback: 90,
    takes: 'a whole number of days; 0 keeps them for ever',
    purpose: 'How long sent mails are kept. Mails that failed or were never sent stay.',
    read: wholeNumber(0, 100_000),
  }),
  rateLimit: setting<'on' | 'off'>({
    name: 'rateLimit',
    variable: 'BACKLOT_RATE_LIMIT',
    fallback: 'on',
    takes: 'on or off',
    purpose: 'off lifts all rate limits and the time trap. For tests and benchmarks only.',
    read: oneOf('on', 'off'),
  }),
  formsPerMinute: setting({
    name: 'formsPerMinute',
    variable: 'BACKLOT_FORMS_PER_MINUTE',
    fallback: 10,
    takes: 'a whole number from 1',
    purpose: 'How many forms one address (an IPv6 /64 counts as one) may post in a minute.',
    read: wholeNumber(1),
  }),
  formTrapMs: setting({
    name: 'formTrapMs',
    variable: 'BACKLOT_FORM_TRAP_MS',
    fallback: 1000,
    takes: 'a whole number of milliseconds; 0 turns the trap off',
    purpose:
      'A form posted sooner than this after the same address loaded its page is kept as spam. Visits from the machine itself are exempt.',
    read: wholeNumber(0, 60_000),
  }),
  fieldsMax: setting({
    name: 'fieldsMax',
    variable: 'BACKLOT_FIELDS_MAX',
    fallback: 1000,
    takes: 'a whole number from 1',
    purpose: 'How many fields a posted form may have.',
    read: wholeNumber(1, 100_000),
  }),
  textBytesMax: setting({
    name: 'textBytesMax',
    variable: 'BACKLOT_TEXT_BYTES_MAX',
    fallback: 100 * 1024,
    takes: 'a whole number of bytes',
    purpose: 'How much text a posted form may hold in all.',
    read: wholeNumber(1024),
  }),
  fileBytesMax: setting({
    name: 'fileBytesMax',
    variable: 'BACKLOT_FILE_BYTES_MAX',
    fallback: 25 * 1024 * 1024,
    takes: 'a whole number of bytes',
    purpose: 'How large one uploaded file may be.',
    read: wholeNumber(1024),
  }),
  cacheBytesMax: setting({
    name: 'cacheBytesMax',
    variable: 'BACKLOT_CACHE_BYTES_MAX',
    fallback: 64 * 1024 * 1024,
    takes: 'a whole number of bytes; 0 turns the page cache off',
    purpose: 'How much memory prepared pages may take.',
    read: wholeNumber(0),
  }),
  fastLane: setting<'on' | 'off'>({
    name: 'fastLane',
    variable: 'BACKLOT_FAST_LANE',
    fallback: 'on',
    takes: 'on or off',
    purpose: 'Whether pages in the cache are answered before the HTTP server reads the request.',
    read: oneOf('on', 'off'),
  }),
  dailyBackup: setting({
    name: 'dailyBackup',
    variable: 'BACKLOT_DAILY_BACKUP',
    fallback: '03:00',
    takes: 'a time of day such as 03:00, or off',
    purpose: 'When the server makes a backup of its own every day, in the site’s time zone.',
    read: (raw) => (raw === 'off' || isTimeOfDay(raw) ? raw : undefined),
  }),
  backupsKept: setting({
    name: 'backupsKept',
    variable: 'BACKLOT_BACKUPS_KEPT',
    fallback: 10,
    takes: 'a whole number from 1',
    purpose:
      'How many backups stay in the data folder: so many made daily, so many made by hand, so many from before `apply`, so many from before an upgrade.',
    read: wholeNumber(1, 100_000),
  }),
  hookTimeoutMs: setting({
    name: 'hookTimeoutMs',
    variable: 'BACKLOT_HOOK_TIMEOUT_MS',
    fallback: 5000,
    takes: 'a whole number of milliseconds from 10',
    purpose: 'How long a check or transform hook of the configuration may take before its change is refused.',
    read: wholeNumber(10, 600_000),
  }),
  metrics: setting<'on' | 'off'>({
    name: 'metrics',
    variable: 'BACKLOT_METRICS',
    fallback: 'off',
    takes: 'on or off',
    purpose: 'on counts requests, posts and commits, and answers /_backlot/metrics to callers on the machine itself.',
    read: oneOf('on', 'off'),
  }),
  contentSecurityPolicy: setting<'report' | 'enforce' | 'off'>({
    name: 'contentSecurityPolicy',
    variable: 'BACKLOT_CONTENT_SECURITY_POLICY',
    fallback: 'report',
    takes: 'report, enforce or off',
    purpose:
      'Whether the policy derived from each page is only reported, enforced, or not sent. `backlot check` prints what each page needs.',
    read: oneOf('report', 'enforce', 'off'),
  }),
  policySources: setting({
    name: 'policySources',
    variable: 'BACKLOT_POLICY_SOURCES',
    fallback: [] as readonly string[],
    takes: 'directives with their sources, separated by commas, such as script-src https://cdn.example.org',
    purpose:
      'What pages may load beside what their files name, such as what a third party’s script loads in its turn. `backlot dev` prints the lines that are missing.',
    read: list(policySource),
  }),
  log: setting<'off' | 'requests'>({
    name: 'log',
    variable: 'BACKLOT_LOG',
    fallback: 'off',
    takes: 'off or requests',
    purpose: 'requests writes a line of JSON for each request. Errors are always written.',
    read: oneOf('off', 'requests'),
  }),
  adminPath: setting({
    name: 'adminPath',
    variable: 'BACKLOT_ADMIN_PATH',
    fallback: '/admin',
    takes: 'a path of one segment, such as /admin',
    purpose: 'Where the admin is, for a site that has files of its own at /admin.',
    read: ownPath,
  }),
  apiPath: setting({
    name: 'apiPath',
    variable: 'BACKLOT_API_PATH',
    fallback: '/api',
    takes: 'a path of one segment, such as /api',
    purpose: 'Where the API is, for a site that has files of its own at /api.',
    read: ownPath,
  }),
} as const;

type Read<T> = T extends SettingDefinition<infer V> ? V : never;
type Definitions = typeof settingDefinitions;

/** The settings in force. */
export type Settings = { readonly [K in keyof Definitions]: Read<Definitions[K]> };

/**
 * Reads the settings: a variable wins over the configuration file, which wins over the default.
 *
 * @param environment - `process.env` or a test's stand-in
 * @param configured - the `settings` part of `backlot.config.ts`
 * @param placeOf - where a setting stands in that file, for messages
 * @throws BacklotError `server/setting` naming the setting, what was found and what may be written
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  configured: Readonly<Record<string, unknown>> = {},
  placeOf: (name: string, value: unknown) => string = () => 'backlot.config',
): Settings {
  const known = new Set<string>(Object.keys(settingDefinitions));
  for (const name of Object.keys(configured)) {
    if (!known.has(name)) {
      throw new BacklotError(
        'server/setting',
        `${placeOf(name, configured[name])}: there is no setting "${name}". There are: ${[...known].join(', ')}.`,
      );
    }
  }
  const entries = Object.entries(settingDefinitions as Readonly<Record<string, SettingDefinition>>).map(
    ([name, definition]) => {
      const variable = environment[definition.variable];
      const raw = variable ?? configured[name];
      if (raw === undefined) return [name, definition.fallback];
      const value = definition.read(raw);
      if (value === undefined) {
        const place = variable === undefined ? `${placeOf(name, raw)}: settings.${name}` : definition.variable;
        throw new BacklotError(
          'server/setting',
          `${place} is ${shown(definition, raw)}; it takes ${definition.takes}.`,
        );
      }
      return [name, value];
    },
  );
  const settings = Object.fromEntries(entries) as Settings;
  if (settings.adminPath === settings.apiPath) {
    throw new BacklotError('server/setting', `adminPath and apiPath are both ${settings.adminPath}; they must differ.`);
  }
  return settings;
}

/** A wrong value as an error may show it. Where a password may stand in it, nobody can say where: none of it is shown. */
function shown({ secret }: SettingDefinition, raw: unknown): string {
  if (secret !== true) return JSON.stringify(raw);
  return 'wrong (not shown, as it may hold a password; signs such as @ : / # % in one are written %40 %3A %2F %23 %25)';
}
