/** What a control is, as far as messages differ. */
export type MessageKind =
  | 'text'
  | 'number'
  | 'date'
  | 'month'
  | 'week'
  | 'time'
  | 'moment'
  | 'email'
  | 'url'
  | 'colour'
  | 'checkbox'
  | 'radio'
  | 'select'
  | 'file';

/** The messages of one language. Numbers and dates arrive formatted; counts also as numbers, for the plural. */
export interface MessageTexts {
  missing(kind: MessageKind): string;
  /** `part` says what is wrong with an address: no @, nothing before it, nothing or nonsense behind it. */
  email(address: string, part: 'at' | 'before' | 'behind'): string;
  url(): string;
  pattern(title: string): string;
  tooLong(most: string, mostCount: number, used: string): string;
  tooShort(least: string, leastCount: number, used: string): string;
  atLeast(kind: MessageKind, least: string): string;
  atMost(kind: MessageKind, most: string): string;
  /** Times over midnight. */
  between(from: string, to: string): string;
  step(nearest: readonly string[]): string;
  unreadable(kind: MessageKind): string;
  notOffered(): string;
  fileType(filename: string, accepted: string): string;
  fileSize(filename: string, most: string): string;
  /** A picture that is damaged, has too many pixels or frames, or could not be read just now. */
  fileBroken(filename: string): string;
  filePixels(filename: string): string;
  fileBusy(filename: string): string;
  week(week: string, year: string): string;
}

/** What is accepted, where the form says it. */
function list(accepted: string): string {
  return accepted === '' ? '' : `: ${accepted}`;
}

const english: MessageTexts = {
  missing: (kind) => {
    if (kind === 'checkbox') return 'Please tick this box to go on.';
    if (kind === 'radio') return 'Please choose one of these options.';
    if (kind === 'select') return 'Please choose an item from the list.';
    return kind === 'file' ? 'Please choose a file.' : 'Please fill in this field.';
  },
  email: (address, part) => {
    if (part === 'at') return `Please write an “@” in the email address: “${address}” has none.`;
    if (part === 'before') return `Please write something before the “@”: “${address}” is incomplete.`;
    return `Please write a domain such as example.org after the “@”: “${address}” is not complete.`;
  },
  url: () => 'Please enter a full web address, such as https://example.org.',
  pattern: (title) => withTitle('Please use the format that is asked for', title),
  tooLong: (most, count, used) =>
    `Please shorten this text to ${most} ${count === 1 ? 'character' : 'characters'} or fewer (it has ${used} now).`,
  tooShort: (least, count, used) =>
    `Please write at least ${least} ${count === 1 ? 'character' : 'characters'} (it has ${used} now).`,
  atLeast: (kind, least) => (kind === 'number' ? `Please enter ${least} or more.` : `Please choose ${least} or later.`),
  atMost: (kind, most) => (kind === 'number' ? `Please enter ${most} or less.` : `Please choose ${most} or earlier.`),
  between: (from, to) => `Please choose a time between ${from} and ${to}.`,
  step: (nearest) => {
    if (nearest.length === 0) return 'Please enter a valid value.';
    if (nearest.length === 1) return `Please enter a valid value. The nearest is ${nearest[0]}.`;
    return `Please enter a valid value. The two nearest are ${nearest[0]} and ${nearest[1]}.`;
  },
  unreadable: (kind) => {
    const asked: Partial<Record<MessageKind, string>> = {
      number: 'a number',
      date: 'a valid date',
      month: 'a valid month',
      week: 'a valid week',
      time: 'a valid time',
      moment: 'a valid date and time',
      colour: 'a colour',
    };
    return `Please enter ${asked[kind] ?? 'a valid value'}.`;
  },
  notOffered: () => 'Please choose one of the options on offer.',
  fileType: (filename, accepted) => `“${filename}” is not a kind of file that is accepted here${list(accepted)}.`,
  fileSize: (filename, most) => `“${filename}” is too large. Please choose a file of at most ${most}.`,
  fileBroken: (filename) => `“${filename}” is damaged or no real picture. Please choose another file.`,
  filePixels: (filename) =>
    `“${filename}” is too large a picture. Please choose one of at most 50 megapixels, in all its frames together.`,
  fileBusy: (filename) => `“${filename}” could not be read just now. Please try again in a moment.`,
  week: (week, year) => `week ${week}, ${year}`,
};

const german: MessageTexts = {
  missing: (kind) => {
    if (kind === 'checkbox') return 'Bitte haken Sie dieses Kästchen an, um fortzufahren.';
    if (kind === 'radio') return 'Bitte wählen Sie eine dieser Möglichkeiten.';
    if (kind === 'select') return 'Bitte wählen Sie einen Eintrag aus der Liste.';
    return kind === 'file' ? 'Bitte wählen Sie eine Datei.' : 'Bitte füllen Sie dieses Feld aus.';
  },
  email: (address, part) => {
    if (part === 'at') return `Bitte schreiben Sie ein „@“ in die E-Mail-Adresse: In „${address}“ fehlt es.`;
    if (part === 'before') return `Bitte schreiben Sie etwas vor das „@“: „${address}“ ist unvollständig.`;
    return `Bitte schreiben Sie hinter das „@“ eine Domain wie example.org: „${address}“ ist unvollständig.`;
  },
  url: () => 'Bitte geben Sie eine vollständige Webadresse ein, etwa https://example.org.',
  pattern: (title) => withTitle('Bitte halten Sie sich an das verlangte Format', title),
  tooLong: (most, _count, used) =>
    `Bitte kürzen Sie diesen Text auf höchstens ${most} Zeichen (jetzt sind es ${used}).`,
  tooShort: (least, _count, used) => `Bitte schreiben Sie mindestens ${least} Zeichen (jetzt sind es ${used}).`,
  atLeast: (kind, least) =>
    kind === 'number' ? `Bitte geben Sie mindestens ${least} ein.` : `Bitte wählen Sie ${least} oder später.`,
  atMost: (kind, most) =>
    kind === 'number' ? `Bitte geben Sie höchstens ${most} ein.` : `Bitte wählen Sie ${most} oder früher.`,
  between: (from, to) => `Bitte wählen Sie eine Zeit zwischen ${from} und ${to}.`,
  step: (nearest) => {
    if (nearest.length === 0) return 'Bitte geben Sie einen gültigen Wert ein.';
    if (nearest.length === 1) return `Bitte geben Sie einen gültigen Wert ein. Der nächste ist ${nearest[0]}.`;
    return `Bitte geben Sie einen gültigen Wert ein. Die nächsten sind ${nearest[0]} und ${nearest[1]}.`;
  },
  unreadable: (kind) => {
    const asked: Partial<Record<MessageKind, string>> = {
      number: 'eine Zahl',
      date: 'ein gültiges Datum',
      month: 'einen gültigen Monat',
      week: 'eine gültige Woche',
      time: 'eine gültige Uhrzeit',
      moment: 'ein gültiges Datum mit Uhrzeit',
      colour: 'eine Farbe',
    };
    return `Bitte geben Sie ${asked[kind] ?? 'einen gültigen Wert'} ein.`;
  },
  notOffered: () => 'Bitte wählen Sie eine der angebotenen Möglichkeiten.',
  fileType: (filename, accepted) =>
    `„${filename}“ gehört nicht zu den Dateien, die hier angenommen werden${list(accepted)}.`,
  fileSize: (filename, most) => `„${filename}“ ist zu groß. Bitte wählen Sie eine Datei mit höchstens ${most}.`,
  fileBroken: (filename) => `„${filename}“ ist beschädigt oder kein Bild. Bitte wählen Sie eine andere Datei.`,
  filePixels: (filename) =>
    `„${filename}“ ist ein zu großes Bild. Bitte wählen Sie eines mit höchstens 50 Megapixeln, alle Einzelbilder zusammen.`,
  fileBusy: (filename) =>
    `„${filename}“ konnte gerade nicht gelesen werden. Bitte versuchen Sie es gleich noch einmal.`,
  week: (week, year) => `Woche ${week}, ${year}`,
};

const italian: MessageTexts = {
  missing: (kind) => {
    if (kind === 'checkbox') return 'Seleziona questa casella per continuare.';
    if (kind === 'radio') return 'Scegli una di queste opzioni.';
    if (kind === 'select') return 'Scegli una voce dall’elenco.';
    return kind === 'file' ? 'Scegli un file.' : 'Compila questo campo.';
  },
  email: (address, part) => {
    if (part === 'at') return `Inserisci una “@” nell’indirizzo email: in “${address}” manca.`;
    if (part === 'before') return `Scrivi qualcosa prima della “@”: “${address}” è incompleto.`;
    return `Scrivi dopo la “@” un dominio come example.org: “${address}” è incompleto.`;
  },
  url: () => 'Inserisci un indirizzo web completo, per esempio https://example.org.',
  pattern: (title) => withTitle('Rispetta il formato richiesto', title),
  tooLong: (most, count, used) =>
    `Accorcia il testo a non più di ${most} ${count === 1 ? 'carattere' : 'caratteri'} (ora ne ha ${used}).`,
  tooShort: (least, count, used) =>
    `Scrivi almeno ${least} ${count === 1 ? 'carattere' : 'caratteri'} (ora ne ha ${used}).`,
  atLeast: (kind, least) =>
    kind === 'number' ? `Inserisci un valore di almeno ${least}.` : `Scegli ${least} o un momento successivo.`,
  atMost: (kind, most) =>
    kind === 'number' ? `Inserisci un valore di al massimo ${most}.` : `Scegli ${most} o un momento precedente.`,
  between: (from, to) => `Scegli un orario tra le ${from} e le ${to}.`,
  step: (nearest) => {
    if (nearest.length === 0) return 'Inserisci un valore valido.';
    if (nearest.length === 1) return `Inserisci un valore valido. Il più vicino è ${nearest[0]}.`;
    return `Inserisci un valore valido. I più vicini sono ${nearest[0]} e ${nearest[1]}.`;
  },
  unreadable: (kind) => {
    const asked: Partial<Record<MessageKind, string>> = {
      number: 'un numero',
      date: 'una data valida',
      month: 'un mese valido',
      week: 'una settimana valida',
      time: 'un orario valido',
      moment: 'una data e un orario validi',
      colour: 'un colore',
    };
    return `Inserisci ${asked[kind] ?? 'un valore valido'}.`;
  },
  notOffered: () => 'Scegli una delle opzioni disponibili.',
  fileType: (filename, accepted) => `“${filename}” non è tra i tipi di file accettati${list(accepted)}.`,
  fileSize: (filename, most) => `“${filename}” è troppo grande. Scegli un file di al massimo ${most}.`,
  fileBroken: (filename) => `“${filename}” è danneggiato o non è un’immagine. Scegli un altro file.`,
  filePixels: (filename) =>
    `“${filename}” è un’immagine troppo grande. Scegline una di al massimo 50 megapixel, tutti i fotogrammi compresi.`,
  fileBusy: (filename) => `Non è stato possibile leggere “${filename}” in questo momento. Riprova tra poco.`,
  week: (week, year) => `settimana ${week}, ${year}`,
};

const textsByLanguage: Readonly<Record<string, MessageTexts>> = { en: english, de: german, it: italian };

/** The messages of a language, and the locale their numbers and dates are written in; English for all others. */
export function textsOf(lang: string): { readonly texts: MessageTexts; readonly locale: string } {
  const [language = ''] = lang.toLowerCase().split(/[-_]/);
  const texts = Object.hasOwn(textsByLanguage, language) ? textsByLanguage[language] : undefined;
  if (!texts) return { texts: english, locale: 'en' };
  const tag = lang.replaceAll('_', '-');
  return { texts, locale: isLocale(tag) ? tag : language };
}

/**
 * The language of the messages on a page in `lang`, where it is another: a message is then marked with it (WCAG 3.1.2).
 * Undefined where they are in the page's language, or nobody knows which that is.
 */
export function foreignMessages(lang: string): string | undefined {
  const [language = ''] = lang.toLowerCase().split(/[-_]/);
  return language === '' || Object.hasOwn(textsByLanguage, language) ? undefined : 'en';
}

function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

/** Browsers add the control's title behind the message; it tells what the format is. */
function withTitle(sentence: string, title: string): string {
  return title === '' ? `${sentence}.` : `${sentence}: ${title}`;
}
