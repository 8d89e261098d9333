/**
 * What is wrong with the machine or the connection at the moment, or with the site's own code, which its author mends:
 * not with the program or the request.
 */
const passing = new Set([
  'database/busy',
  'database/closed',
  'database/full',
  'database/io',
  'database/lost',
  'database/read-only',
  'database/timeout',
  'files/disk-full',
  'files/failed',
  'tables/contended',
  'tables/hook-failed',
]);

/** Whether a failure is one after which the visitor may come back (503); all others are faults (500). */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && passing.has(String(error.code));
}
