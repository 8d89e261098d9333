import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Mailbox } from './address.ts';
import type { Delivery, MailTransport, OutgoingMail } from './transport.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587` or `smtps://…` (TLS from the start, port 465). */
  readonly url: string;
  /** How long connecting, the greeting and each answer may take. Default 20 s. */
  readonly timeoutMs?: number;
}

/** Whether a text is an address that {@link smtpTransport} takes. */
export function isSmtpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
  } catch {
    return false;
  }
  return (protocol === 'smtp:' || protocol === 'smtps:') && hostname !== '';
}

/**
 * Hands mails to an SMTP server (RFC 5321), a connection for each. Over `smtp:` the connection is encrypted by STARTTLS
 * where the server offers it; with a password it must be, unless the server is on this machine.
 */
export function smtpTransport({ url, timeoutMs = 20_000 }: SmtpOptions): MailTransport {
  const { hostname, port, protocol, username, password } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = protocol === 'smtps:';
  const own = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  const hasPassword = username !== '';
  const settings = {
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && hasPassword && !own,
    // A server on this machine seldom has a certificate that anybody signed.
    ignoreTLS: !secure && own,
    ...(hasPassword ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
    ...(isIP(host) === 0 ? { tls: { servername: host } } : {}),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  };

  return {
    async deliver(mail, signal) {
      // Loaded with the first mail.
      const { createTransport } = await import('nodemailer');
      const transporter = createTransport({
        ...settings,
        getSocket: (_, callback) => openSocket(settings, signal, callback),
      });
      try {
        const { accepted, rejectedErrors = [] } = await transporter.sendMail(messageOf(mail));
        return deliveryOf(accepted, rejectedErrors);
      } catch (error) {
        return failureOf(error);
      } finally {
        transporter.close();
      }
    },
  };
}

/** A socket of our own, as only that can be broken off from outside. */
function openSocket(
  {
    host,
    port,
    connectionTimeout,
  }: { readonly host: string; readonly port: number; readonly connectionTimeout: number },
  signal: AbortSignal,
  callback: (error: Error | null, options: { connection: Socket }) => void,
): void {
  const socket = connect({ host, port, signal });
  const timer = setTimeout(() => {
    socket.destroy(new Error(`No connection to ${host}:${port} within ${connectionTimeout} ms.`));
  }, connectionTimeout);
  const failed = (error: Error): void => {
    clearTimeout(timer);
    callback(error, { connection: socket });
  };
  socket.once('error', failed);
  socket.once('connect', () => {
    clearTimeout(timer);
    socket.off('error', failed);
    // Between two listeners of the library's none may be missing.
    socket.on('error', () => undefined);
    callback(null, { connection: socket });
  });
}

/** Not as text, in which a comma or a bracket would mean something. */
function addressee(address: string): Mailbox {
  return { name: '', address };
}

/** At least one recipient's server has taken it. Whom it only put off (4yz, RFC 5321, 4.2.1) is asked again. */
function deliveryOf(accepted: readonly unknown[], refusals: readonly Error[]): Delivery {
  if (refusals.length === 0) return { ok: true };
  const texts = refusals.map(
    (refusal) => `${'recipient' in refusal ? String(refusal.recipient) : ''}: ${refusal.message}`,
  );
  const note = `Refused: ${texts.join('; ')}`;
  if (refusals.every((refusal) => replyCode(refusal) >= 500)) return { ok: true, note };
  return { ok: false, failure: note, final: false, delivered: accepted.map(String) };
}

function messageOf(mail: OutgoingMail): Record<string, unknown> {
  return {
    from: { ...mail.from },
    to: mail.to.map(addressee),
    cc: mail.cc.map(addressee),
    envelope: { from: mail.from.address, to: [...mail.recipients] },
    ...(mail.replyTo === undefined ? {} : { replyTo: addressee(mail.replyTo) }),
    subject: mail.subject,
    text: mail.text,
    ...(mail.html === undefined ? {} : { html: mail.html }),
    messageId: mail.messageId,
    date: mail.date,
    // RFC 3834: no holiday notices in answer.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** A refusal of the addressee or of the message (5yz, RFC 5321, 4.2.1) is final; of the password it is not. */
function failureOf(error: unknown): Delivery {
  const failure = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return { ok: false, failure, final: (code === 'EENVELOPE' || code === 'EMESSAGE') && replyCode(error) >= 500 };
}

function replyCode(error: unknown): number {
  return error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
}
