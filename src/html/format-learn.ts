import { isDecimal, parseValue } from '../schema/index.ts';
import type { ColumnType, Value } from '../schema/index.ts';
import { learnDate } from './format-learn-date.ts';
import type { LearntDate } from './format-learn-date.ts';
import { learnNumber, numberType } from './format-learn-number.ts';
import type { MomentKind } from './format-moment.ts';
import { plainSpaces, sharedSurroundings } from './format-text.ts';
import type { Format } from './format-types.ts';

/** One sample of a value-carrying element: its machine value, if it has one, and its text, both decoded. */
export interface FormatSample {
  readonly machine: string | null;
  readonly text: string;
  /** Lower-case tag: `data`, `time`, `meter`. */
  readonly element: string;
}

interface FormatWarning {
  readonly message: string;
  readonly fix: string;
}

export interface LearntFormat {
  /** `null`: the text is the machine value as it is, or nothing that could be learnt. */
  readonly format: Format | null;
  /** What the machine values, or a currency in the text, say of the column; absent where they say nothing. */
  readonly type?: ColumnType;
  readonly warning?: FormatWarning;
}

/**
 * Finds the format by which every sample's text follows from its machine value. Texts compare with every kind of space
 * equal. Where several formats fit and differ somewhere in a year, the first is given with a warning; where none does,
 * `null` with a warning, unless the text is the machine value itself.
 *
 * @param lang language of the element, '' for none
 * @param timeZone the site's IANA zone; without it, instants are tried in UTC and in the zone they are written in
 */
export function learnFormat(samples: readonly FormatSample[], lang: string, timeZone?: string): LearntFormat {
  const given = samples.flatMap(({ machine, text }) => (machine?.trim() ? [{ machine: machine.trim(), text }] : []));
  if (given.length === 0) return { format: null };
  const machines = given.map((sample) => sample.machine);
  const type = machineType(machines);
  if (given.every((sample) => sample.text.trim() === '')) {
    return { format: { kind: 'fixed', text: given[0]!.text }, ...(type ? { type } : {}) };
  }
  if (type && isMomentKind(type.kind)) return learnMoments(given, type, type.kind, lang, timeZone);
  if (type) return learnNumbers(given, type, lang);
  if (new Set(machines.map((machine) => machineType([machine])?.kind)).size > 1) {
    const warning = doesNotFit(given, 'The samples are of different kinds.', 'Write all machine values in one form.');
    return { format: null, warning };
  }
  return learnTexts(given, undefined, 'data-format cannot help here: show the text by a column of its own.');
}

/**
 * The type that machine values share: a number, or one of the HTML standard's dates and times. Undefined for text, for
 * numbers with leading zeros (they are names), and where the values differ in kind.
 */
function machineType(machines: readonly string[]): ColumnType | undefined {
  if (machines.length === 0) return undefined;
  if (machines.every((machine) => isDecimal(machine) && !/^-?0\d/.test(machine))) return numberType(machines);
  const kind = momentKinds.find((each) => machines.every((machine) => parseMoment(each, machine) !== undefined));
  return kind && { kind };
}

interface Given {
  readonly machine: string;
  readonly text: string;
}

const momentKinds = ['date', 'time', 'datetime', 'month', 'week', 'instant'] as const;

function isMomentKind(kind: string): kind is MomentKind {
  return momentKinds.some((each) => each === kind);
}

function parseMoment(kind: MomentKind, machine: string): string | undefined {
  const value: Value | undefined = parseValue({ kind }, machine);
  return typeof value === 'string' ? value : undefined;
}

function learnNumbers(given: readonly Given[], type: ColumnType, lang: string): LearntFormat {
  const learnt = learnNumber(given, lang);
  if (!learnt) return learnTexts(given, type, 'Write the format, such as data-format="number:0.00" or "currency:EUR".');
  const { format, looseDigits } = learnt;
  if (looseDigits === undefined) return { format, type: learnt.type };
  return {
    format,
    type: learnt.type,
    warning: {
      message: `“${looseDigits}” stands beside the number and will stand beside every row’s.`,
      fix: 'If it changes from row to row, put it into an element of its own.',
    },
  };
}

function learnMoments(
  given: readonly Given[],
  type: ColumnType,
  kind: MomentKind,
  lang: string,
  timeZone: string | undefined,
): LearntFormat {
  const samples = given.map(({ machine, text }) => ({ value: parseMoment(kind, machine) ?? machine, text }));
  const zones = kind === 'instant' ? zonesToTry(given, timeZone) : ['UTC'];
  for (const [index, zone] of zones.entries()) {
    const learnt = learnDate(samples, kind, lang, zone);
    if (!learnt) continue;
    const warning = index > 0 && timeZone !== undefined ? wrongZone(zone, timeZone) : doubtful(given, learnt, kind);
    return { format: learnt.format, type, ...(warning ? { warning } : {}) };
  }
  return learnTexts(given, type, `Write the format, such as data-format="${examples[kind]}".`);
}

/** The site's zone, then the offset that the author wrote into `datetime`. */
function zonesToTry(given: readonly Given[], timeZone: string | undefined): readonly string[] {
  const offset = /[-+]\d{2}:?\d{2}$/.exec(given[0]?.machine ?? '')?.[0].replace(/(\d{2}):?(\d{2})$/, '$1:$2');
  return [timeZone ?? 'UTC', ...(offset ? [offset] : [])];
}

function wrongZone(zone: string, timeZone: string): FormatWarning {
  return {
    message: `The text tells the time at ${zone}, but the site’s time zone is ${timeZone}, in which it will be shown.`,
    fix: 'Set the time zone of the site, or write the local time without an offset.',
  };
}

function doubtful(given: readonly Given[], { doubt }: LearntDate, kind: MomentKind): FormatWarning | undefined {
  if (!doubt) return undefined;
  const said = doubt.patterns.length > 1 ? doubt.patterns.map((each) => `data-format="${kindName(kind)}:${each}"`) : [];
  return {
    message: `“${plainSpaces(given[0]?.text ?? '')}” fits more than one format: another date could read “${doubt.one}” or “${doubt.other}”.`,
    fix: `Write ${said.length > 0 ? said.join(' or ') : `the format, such as data-format="${examples[kind]}"`}, or show a sample that tells them apart.`,
  };
}

/** Texts that are no number or date: the value between literal texts, one text for all values, or nothing learnt. */
function learnTexts(given: readonly Given[], type: ColumnType | undefined, fix: string): LearntFormat {
  const vote = type ? { type } : {};
  const texts = given.map((sample) => sample.text);
  const machines = given.map((sample) => sample.machine);
  if (given.every(({ machine, text }) => plainSpaces(machine) === plainSpaces(text))) return { format: null, ...vote };
  const around = sharedSurroundings(texts, machines, ({ prefix, suffix }) => {
    return !/[\p{L}\p{Nd}]$/u.test(prefix) && !/^[\p{L}\p{Nd}]/u.test(suffix);
  });
  if (around) return { format: { kind: 'text', ...around }, ...vote };
  if (new Set(machines).size > 1 && new Set(texts.map(plainSpaces)).size === 1) {
    return { format: { kind: 'fixed', text: texts[0]! }, ...vote };
  }
  return { format: null, ...vote, warning: doesNotFit(given, 'No format gives this text.', fix) };
}

function doesNotFit(given: readonly Given[], why: string, fix: string): FormatWarning {
  const [first] = given;
  return { message: `“${plainSpaces(first?.text ?? '')}” stands for ${first?.machine ?? ''}. ${why}`, fix };
}

function kindName(kind: MomentKind): string {
  return kind === 'instant' ? 'datetime' : kind;
}

const examples: Readonly<Record<MomentKind, string>> = {
  date: 'date:EEEE d MMMM y',
  time: 'time:HH:mm',
  datetime: 'datetime:d MMMM y, HH:mm',
  month: 'month:MMMM y',
  week: "week:'week' w, y",
  instant: 'datetime:d MMMM y, HH:mm',
};
