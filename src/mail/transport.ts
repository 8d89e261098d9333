import type { Mailbox } from './address.ts';

/** A message ready to be handed over. All headers are single lines, all addresses valid. */
export interface OutgoingMail {
  readonly from: Mailbox;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** Those of `to` and `cc` that it goes to this time: the others have it already. */
  readonly recipients: readonly string[];
  readonly replyTo?: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  /** The same each time this mail is handed over: `<id@example.org>`. */
  readonly messageId: string;
  readonly date: Date;
}

export type Delivery =
  /** Somebody takes care of it now. `note`: addressees that were refused. */
  | { readonly ok: true; readonly note?: string }
  /** `final`: trying again would not help. `delivered`: recipients that have it all the same. */
  | {
      readonly ok: false;
      readonly failure: string;
      readonly final: boolean;
      readonly delivered?: readonly string[];
    };

/** Hands mails over. */
export interface MailTransport {
  /** Never throws for what the other side does. `signal` breaks the connection. */
  deliver(mail: OutgoingMail, signal: AbortSignal): Promise<Delivery>;
}
