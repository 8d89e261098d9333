import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { Finding } from './doctor.ts';
import type { Settings } from './settings.ts';

/** What an address answered, without following redirects. */
export interface FetchedAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

/** The network as the doctor uses it: passed in, so that tests need none. Rejects within seconds where nothing comes. */
export interface Network {
  /** The addresses of a host name. Rejects where it has none. */
  resolve(host: string): Promise<readonly string[]>;
  get(url: string): Promise<FetchedAnswer>;
  /** The first line that a server says by itself, as SMTP servers do. */
  greet(server: { readonly host: string; readonly port: number; readonly secure: boolean }): Promise<string>;
}

const WAIT_MS = 5_000;
const TEXT_BYTES_MAX = 64 * 1024;

export const realNetwork: Network = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  async get(url) {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(WAIT_MS) });
    const { status, headers } = answer;
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of answer.body ?? []) {
      parts.push(part);
      bytes += part.length;
      if (bytes > TEXT_BYTES_MAX) break;
    }
    return { status, location: headers.get('location') ?? undefined, text: Buffer.concat(parts).toString() };
  },
  greet: ({ host, port, secure }) =>
    new Promise((resolve, reject) => {
      const socket = secure
        ? connectSecurely({ host, port, servername: isIP(host) === 0 ? host : '' })
        : connect({ host, port });
      let text = '';
      const over = setTimeout(() => socket.destroy(new Error('it did not answer in time')), WAIT_MS);
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (!text.includes('\n') && text.length < TEXT_BYTES_MAX) return;
        resolve(text.split('\n')[0]!.trim());
        socket.end('QUIT\r\n');
      });
      socket.on('error', reject);
      socket.on('close', () => {
        clearTimeout(over);
        reject(new Error('it hung up without a word'));
      });
    }),
};

/** Whether the server that holds the data answers, and is well. */
export async function lookAtServer(
  address: string | undefined,
  isShared: boolean,
  network: Network,
): Promise<Finding[]> {
  const subject = 'Server';
  // Servers that share a PostgreSQL database announce themselves nowhere.
  if (isShared) return [];
  if (address === undefined) {
    return [{ state: 'advice', subject, text: 'None is running with this data. See docs/deploy.md.' }];
  }
  try {
    const { status } = await network.get(`${address}/_backlot/health`);
    if (status === 200) return [{ state: 'good', subject, text: `It answers at ${address}.` }];
    return [{ state: 'mend', subject, text: `It answers at ${address}, but is not well (${status}): see its log.` }];
  } catch (error) {
    return [{ state: 'mend', subject, text: `It does not answer at ${address}: ${reasonOf(error)}. See its log.` }];
  }
}

/** Whether visitors find the site under its names, and only over HTTPS. */
export async function lookAtOrigins(origins: readonly string[], network: Network): Promise<Finding[]> {
  if (origins.length > 0) {
    return (await Promise.all(origins.map((origin) => lookAtOrigin(new URL(origin), network)))).flat();
  }
  const text =
    'origin is not set, so any name is believed. Set it to where visitors reach the site: https://example.org';
  return [{ state: 'mend', subject: 'Domain', text }];
}

async function lookAtOrigin(origin: URL, network: Network): Promise<Finding[]> {
  const subject = 'Domain';
  const { hostname } = origin;
  if (isLocal(hostname)) {
    return [
      { state: 'advice', subject, text: `${origin.origin} is this machine alone. Set origin to the site’s domain.` },
    ];
  }
  let addresses: readonly string[];
  try {
    addresses = await network.resolve(hostname);
  } catch (error) {
    const fix = 'Add an A or AAAA record at your domain’s provider, with the address of this machine.';
    return [{ state: 'mend', subject, text: `${hostname} leads nowhere: ${reasonOf(error)}. ${fix}` }];
  }
  const found: Finding = { state: 'good', subject, text: `${hostname} leads to ${addresses.join(', ')}.` };
  return [found, ...(await lookAtHttps(origin, network))];
}

async function lookAtHttps(origin: URL, network: Network): Promise<Finding[]> {
  const subject = 'HTTPS';
  if (origin.protocol === 'http:') {
    const text = `${origin.origin} is not encrypted. Put Caddy or nginx with a certificate in front, and set origin to https.`;
    return [{ state: 'mend', subject, text }];
  }
  try {
    const { status, text } = await network.get(`${origin.origin}/_backlot/health`);
    if (!isHealth(text)) {
      const what = `${origin.origin} answers, but not with this site (${status}).`;
      return [{ state: 'mend', subject, text: `${what} Let the proxy pass everything on, with its Host header.` }];
    }
  } catch (error) {
    const fix = 'See that the proxy runs, that it has a certificate for this name, and that port 443 is open.';
    return [{ state: 'mend', subject, text: `${origin.origin} cannot be reached: ${reasonOf(error)}. ${fix}` }];
  }
  const good: Finding = {
    state: 'good',
    subject,
    text: `${origin.origin} answers, with a certificate that browsers trust.`,
  };
  return [good, ...(await lookAtRedirect(origin, network))];
}

/** Those who type the name alone come over HTTP first. */
async function lookAtRedirect(origin: URL, network: Network): Promise<Finding[]> {
  if (origin.port !== '') return [];
  try {
    const { status, location } = await network.get(`http://${origin.hostname}/`);
    if (status >= 301 && status <= 308 && location?.startsWith('https://') === true) return [];
    const text = `http://${origin.hostname} does not lead to https. Let the proxy redirect it.`;
    return [{ state: 'advice', subject: 'HTTPS', text }];
  } catch {
    // Nothing answers there: nothing is served without encryption either.
    return [];
  }
}

function isHealth(text: string): boolean {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null && 'status' in found && 'database' in found;
  } catch {
    return false;
  }
}

/** Whether it is known who the visitors are. */
export function lookAtProxies({ proxies, origin }: Pick<Settings, 'proxies' | 'origin'>): Finding[] {
  const subject = 'Proxies';
  const all = proxies.find((proxy) => proxy.endsWith('/0'));
  if (all !== undefined) {
    const text = `proxies is ${all}: anyone can pretend to be any visitor. Name only the addresses of your own.`;
    return [{ state: 'mend', subject, text }];
  }
  if (proxies.length > 0) return [{ state: 'good', subject, text: `${proxies.join(', ')}.` }];
  if (!origin.some((one) => one.startsWith('https:'))) return [];
  const text =
    'proxies is not set, though HTTPS means that there is one: all visitors count as one, and share one rate limit. ' +
    'Set it to the proxy’s address: 127.0.0.1 where it runs on this machine.';
  return [{ state: 'mend', subject, text }];
}

/** Whether mails can go out. */
export async function lookAtMail(
  { mail, notify }: Pick<Settings, 'mail' | 'notify'>,
  network: Network,
): Promise<Finding[]> {
  const subject = 'Mail';
  if (mail === '') {
    return [
      { state: 'advice', subject, text: 'mail is not set: mails are kept, none is sent. Set it to an SMTP address.' },
    ];
  }
  const { hostname, port, protocol } = new URL(mail);
  const secure = protocol === 'smtps:';
  const server = {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
  };
  const name = `${server.host}:${server.port}`;
  try {
    const greeting = await network.greet(server);
    if (!greeting.startsWith('220')) {
      const text = `${name} does not greet as an SMTP server should: ${JSON.stringify(greeting.slice(0, 80))}.`;
      return [{ state: 'mend', subject, text: `${text} See that mail names the right host and port.` }];
    }
  } catch (error) {
    const fix = 'See that mail names the right host and port, and that no firewall is between.';
    return [{ state: 'mend', subject, text: `${name} cannot be reached: ${reasonOf(error)}. ${fix}` }];
  }
  if (notify.length > 0) return [{ state: 'good', subject, text: `${name} answers.` }];
  return [
    { state: 'advice', subject, text: `${name} answers. notify is not set: all admins are told of new submissions.` },
  ];
}

function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

/** Node puts what really happened into the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const inner = cause instanceof Error && cause.message !== '' ? cause : error;
  return inner.message.replace(/\.$/, '');
}
