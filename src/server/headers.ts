import type { Settings } from './settings.ts';

/** A year, as RFC 6797 recommends for a site that means to stay on HTTPS. */
const HSTS_SECONDS = 31_536_000;

/** Headers that every answer carries. */
export function commonHeaders(settings: Pick<Settings, 'origin'>): Readonly<Record<string, string>> {
  const https = settings.origin.length > 0 && settings.origin.every((origin) => origin.startsWith('https:'));
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
    ...(https ? { 'strict-transport-security': `max-age=${HSTS_SECONDS}` } : {}),
  };
}

/** Headers of our own pages (never the author's): closed to everything they do not need. */
export const ownPageHeaders: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};
