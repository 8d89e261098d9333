import { createContext, use } from 'react';
import { english } from './english.ts';
import type { Words } from './english.ts';
import { readStored, writeStored } from '../storage.ts';

export type Language = 'en' | 'de';
export type { Words };

export const languages: readonly { readonly code: Language; readonly name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'de', name: 'Deutsch' },
];

const KEY = 'language';

/** The language chosen in this browser, else the first of the browser's that there is. */
export function preferredLanguage(): Language {
  for (const tag of [readStored(KEY), ...navigator.languages]) {
    const found = languages.find(({ code }) => tag === code || (typeof tag === 'string' && tag.startsWith(`${code}-`)));
    if (found) return found.code;
  }
  return 'en';
}

export function rememberLanguage(language: Language): void {
  writeStored(KEY, language);
}

/** Loads a language; English is always there. */
export async function loadWords(language: Language): Promise<Words> {
  return language === 'de' ? (await import('./german.ts')).german : english;
}

/** How numbers and dates are written: the browser's own variant of the language where it has one (`en-GB`). */
export function localeOf(language: Language): string {
  return navigator.languages.find((tag) => tag.startsWith(`${language}-`) && isLocale(tag)) ?? language;
}

/** Some systems name languages in ways that no standard knows (`en-US@posix`). */
function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

export interface Spoken {
  readonly language: Language;
  readonly locale: string;
  readonly words: Words;
  readonly speak: (language: Language) => void;
}

export const SpokenContext = createContext<Spoken>({
  language: 'en',
  locale: 'en',
  words: english,
  speak: () => undefined,
});

export function useWords(): Words {
  return use(SpokenContext).words;
}

export function useLocale(): string {
  return use(SpokenContext).locale;
}
