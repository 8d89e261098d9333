/** Without those that are mistaken for each other when read or told. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const GROUP_LENGTH = 4;

/** A password of 100 bits, in groups that can be read out. */
export function makePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(GROUPS * GROUP_LENGTH));
  const made = Array.from(bytes, (byte) => letters[byte % letters.length] ?? '').join('');
  return made.match(/.{4}/g)?.join('-') ?? made;
}
