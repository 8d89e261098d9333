/** What visitors read when a form as a whole could not be taken. By the page's language, English where there is none. */
type Language = 'en' | 'de' | 'it';

function languageOf(lang: string): Language {
  const primary = lang.toLowerCase().split('-')[0];
  return primary === 'de' || primary === 'it' ? primary : 'en';
}

const texts = {
  invalid: {
    en: 'Please correct the fields marked below.',
    de: 'Bitte berichtigen Sie die markierten Felder.',
    it: 'Correggi i campi segnalati.',
  },
  moved: {
    en: 'Someone has changed this entry since you opened it. Check what you wrote and send it again.',
    de: 'Dieser Eintrag wurde inzwischen geändert. Prüfen Sie Ihre Angaben und senden Sie sie noch einmal.',
    it: 'Nel frattempo questa voce è stata modificata. Controlla quanto scritto e invia di nuovo.',
  },
  unavailable: {
    en: 'This could not be saved just now. Nothing is lost: please send it again in a moment.',
    de: 'Das konnte gerade nicht gespeichert werden. Nichts ist verloren: Bitte senden Sie es gleich noch einmal.',
    it: 'Al momento non è stato possibile salvare. Non è andato perso nulla: invia di nuovo tra poco.',
  },
} as const satisfies Record<string, Record<Language, string>>;

export const messages = {
  invalid: (lang: string): string => texts.invalid[languageOf(lang)],
  moved: (lang: string): string => texts.moved[languageOf(lang)],
  unavailable: (lang: string): string => texts.unavailable[languageOf(lang)],
  brokenPage:
    'The page of this form has a fault that its author must mend. Go back: what you wrote should still be there. Keep it, and send it later.',
  noForm: 'No form of this site sends to this address.',
  ambiguous: (names: readonly string[]): string =>
    `More than one form could be meant (${names.join(', ')}). Add ?form=NAME to the address, or a form-name field.`,
  noRow: 'What this form belongs to is not there any more.',
  noTable: 'This form cannot be saved until its table has been made: run backlot apply.',
  forbidden: 'You may not send this form.',
};
