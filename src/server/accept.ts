import type { ContentCoding } from '../pages/index.ts';

/** One member of a weighted header list (RFC 9110, 12.4.2): a name in lower case and its weight from 0 to 1. */
interface Weighted {
  readonly name: string;
  readonly weight: number;
}

function weightedList(header: string): readonly Weighted[] {
  return header.split(',').map((member) => {
    const [name = '', ...parameters] = member.split(';');
    const weight = parameters
      .map((parameter) => /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i.exec(parameter)?.[1])
      .find(Boolean);
    return { name: name.trim().toLowerCase(), weight: weight === undefined ? 1 : Number(weight) };
  });
}

const codings: readonly ContentCoding[] = ['br', 'gzip', 'identity'];
const remembered = new Map<string, ContentCoding>();
const REMEMBERED_MAX = 200;

/**
 * The coding to answer with (RFC 9110, 12.5.3): the heaviest that the client takes; among equals brotli, then gzip.
 * Without a header, and when nothing is left, the page goes out as it is.
 */
export function negotiateCoding(header: string | undefined): ContentCoding {
  if (header === undefined || header === '') return 'identity';
  const known = remembered.get(header);
  if (known) return known;
  const accepted = weightedList(header);
  const weightOf = (coding: ContentCoding): number => {
    const own = accepted.find(({ name }) => name === coding || (coding === 'gzip' && name === 'x-gzip'));
    if (own) return own.weight;
    const any = accepted.find(({ name }) => name === '*');
    if (coding === 'identity') return any ? any.weight : Number.MIN_VALUE;
    return any?.weight ?? 0;
  };
  const best = codings.reduce((chosen, coding) => (weightOf(coding) > weightOf(chosen) ? coding : chosen));
  const coding = weightOf(best) > 0 ? best : 'identity';
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(header, coding);
  return coding;
}

/** Whether the client would rather have JSON than a page. `X-Requested-With` is what older scripts send. */
export function prefersJson(accept: string | undefined, requestedWith: string | undefined): boolean {
  if (accept === undefined || accept === '' || accept === '*/*')
    return requestedWith?.toLowerCase() === 'xmlhttprequest';
  const types = weightedList(accept);
  const weightOf = (...names: readonly string[]): number =>
    Math.max(0, ...types.filter(({ name }) => names.includes(name)).map(({ weight }) => weight));
  const json = weightOf('application/json', 'application/problem+json');
  return json > 0 && json > weightOf('text/html', 'application/xhtml+xml');
}
