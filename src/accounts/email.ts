/** The HTML standard's valid email address (4.10.5.1.5), which is what browsers let pass. */
const emailPattern =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const emailLengthMax = 254;

/** An address as accounts know it: without spaces around, in lower case. Undefined when it is none. */
export function normaliseEmail(written: string): string | undefined {
  const email = written.trim().toLowerCase();
  return email.length <= emailLengthMax && emailPattern.test(email) ? email : undefined;
}
