import { withSystemColumns } from '../schema/index.ts';
import type { Column, ColumnType, Table } from '../schema/index.ts';

/** Where mails are kept. The name begins with `_`, which no site's table can. */
export const MAIL_TABLE = '_mail';

/** `waiting` to be handed over, `sent`, `kept` because no mail server is set, or `failed` for good. */
export type MailState = 'waiting' | 'sent' | 'kept' | 'failed';

const text: ColumnType = { kind: 'text' };

/** Beside the site's own tables. Several addresses are separated by commas; `about` is `TABLE/ID`. */
export const mailTable: Table = {
  name: MAIL_TABLE,
  label: 'Mail',
  sqlName: MAIL_TABLE,
  columns: withSystemColumns(
    {
      state: column('state', text, ['waiting', 'sent', 'kept', 'failed'] satisfies MailState[]),
      to: column('to', text),
      cc: column('cc', text),
      reply_to: column('reply_to', text),
      subject: column('subject', text),
      text: column('text', text),
      html: column('html', text),
      message_id: column('message_id', text),
      about: column('about', text),
      error: column('error', text),
      // Those of `to` and `cc` whose server has taken it, while others have to wait.
      delivered: column('delivered', text),
      // Its text is forgotten when it was sent or has failed.
      confidential: column('confidential', { kind: 'boolean' }),
      sent_at: column('sent_at', { kind: 'instant' }),
    },
    false,
  ),
  single: false,
  log: 'keys',
  owner: 'backlot',
  detached: false,
  at: [],
};

function column(name: string, type: ColumnType, options?: readonly string[]): Column {
  return {
    name,
    label: name,
    sqlName: name,
    type,
    required: false,
    unique: false,
    folded: false,
    constraints: options ? { options } : {},
    system: false,
    detached: false,
    at: [],
  };
}
