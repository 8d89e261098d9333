import { normalisePassword, passwordBytesMax } from './passwords.ts';

/** Fewest characters of a password that stands alone, and of one beside a second factor (NIST 800-63B-4). */
const passwordCharactersMin = 15;
const passwordCharactersMinWithFactor = 8;

export interface PasswordProblem {
  readonly code: 'short' | 'long' | 'common';
  readonly message: string;
}

/**
 * Why a password cannot be taken; undefined when it can. There are no rules of composition. Characters are code points.
 * `about` are texts that an attacker would try first: the address, the name.
 */
export function passwordProblem(
  password: string,
  { about = [], secondFactor = false }: { readonly about?: readonly string[]; readonly secondFactor?: boolean } = {},
): PasswordProblem | undefined {
  const normal = normalisePassword(password);
  const least = secondFactor ? passwordCharactersMinWithFactor : passwordCharactersMin;
  if (Array.from(normal).length < least) {
    return {
      code: 'short',
      message: `The password needs at least ${least} characters. A few words you can remember make a good one.`,
    };
  }
  if (Buffer.byteLength(normal) > passwordBytesMax) {
    return { code: 'long', message: `The password may have at most ${passwordBytesMax} bytes.` };
  }
  if (isGuessable(normal, about)) {
    return { code: 'common', message: 'This password is among the first that anyone would guess. Choose another.' };
  }
  return undefined;
}

/** How many letters and digits must be left once everything that is easily guessed is taken out. */
const surpriseMin = 4;

/**
 * Whether nothing much is left of a password without common words, runs of the keyboard and what is known of its owner.
 * A list of whole passwords would be long and hold little of this length; lists of long ones are made of these pieces.
 */
function isGuessable(password: string, about: readonly string[]): boolean {
  const letters = plain(password);
  if (new Set(letters).size < 5) return true;
  const unit = /^(.{1,8}?)\1+$/v.exec(letters)?.[1];
  if (unit !== undefined) return true;
  const known = about.flatMap((text) => [plain(text), ...text.split(/[^\p{L}\p{N}]+/v).map(plain)]);
  let left = letters;
  for (const piece of [...known.filter((each) => each.length >= 3).sort(longestFirst), ...pieces]) {
    left = left.replaceAll(piece, ' ');
  }
  return left.replace(/[\d ]/g, '').length < surpriseMin && left.replaceAll(' ', '').length < surpriseMin * 2;
}

/** Lower case, with the letters that stand behind the usual substitutes, without spaces and punctuation. */
function plain(text: string): string {
  const swapped = text.toLowerCase().replace(/[@$]/g, (sign) => (sign === '@' ? 'a' : 's'));
  return swapped.replace(/[\p{P}\p{Z}\p{C}]+/gv, '');
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length;
}

/** Runs of keys and the words that passwords are commonly made of, longest first. */
const pieces: readonly string[] = (
  'qwertyuiopasdfghjklzxcvbnm qwertyuiop qwertzuiop azertyuiop asdfghjkl zxcvbnm yxcvbnm qwerty qwertz azerty asdfgh ' +
  'qazwsxedc qazwsx 1qaz2wsx3edc4rfv 1q2w3e4r5t6y 1q2w3e4r5t 1q2w3e4r 1q2w3e abcdefghijklmnopqrstuvwxyz abcdefghijklmno abcdefgh abcdef abc ' +
  '01234567890 1234567890 0123456789 123456789 12345678 1234567 123456 12345 1234 123 9876543210 987654321 98765 654321 4321 321 ' +
  'password passwort passwrd passw0rd p4ssword pa55word contrasena motdepasse wachtwoord parola passphrase passcode pass ' +
  'administrator administrador admin root superuser sysadmin webmaster moderator manager operator owner guest user login logon signin ' +
  'welcome willkommen bienvenue benvenuto bienvenido hello hallo letmein openup open opensesame sesame enter access entry ' +
  'iloveyou loveyou iloveu lovely love forever sweetheart darling princess prince angel sunshine flower butterfly rainbow ' +
  'football baseball basketball soccer hockey tennis monkey dragon tiger eagle shadow phantom master killer ninja samurai ' +
  'superman batman spiderman starwars pokemon minecraft michael jennifer jessica charlie thomas daniel andrew joshua ashley ' +
  'summer winter spring autumn january february october november december monday friday sunday secret private internet computer ' +
  'changeme change default temporary temp test testing tester example sample demo trustno1 trustme whatever nothing ' +
  'backlot website restaurant company business server database system security secure correcthorsebatterystaple ' +
  'this is my the and for you mine your 2020 2021 2022 2023 2024 2025 2026 2027'
)
  .split(' ')
  .sort(longestFirst);
