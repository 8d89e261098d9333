import { ownColumn as column, ownTable } from '../schema/index.ts';
import type { ColumnType, Table } from '../schema/index.ts';

/** Where mails are kept. The name begins with `_`, which no site's table can. */
export const MAIL_TABLE = '_mail';

/** `waiting` to be handed over, `sent`, `kept` because no mail server is set, or `failed` for good. */
export type MailState = 'waiting' | 'sent' | 'kept' | 'failed';

const text: ColumnType = { kind: 'text' };

/** Beside the site's own tables. Several addresses are separated by commas; `about` is `TABLE/ID`. */
export const mailTable: Table = ownTable({
  name: MAIL_TABLE,
  label: 'Mail',
  log: 'keys',
  columns: [
    column('state', text, { constraints: { options: ['waiting', 'sent', 'kept', 'failed'] satisfies MailState[] } }),
    column('to', text),
    column('cc', text),
    column('reply_to', text),
    column('subject', text),
    column('text', text),
    column('html', text),
    column('message_id', text),
    column('about', text),
    column('error', text),
    // Those of `to` and `cc` whose server has taken it, while others have to wait.
    column('delivered', text),
    // Its text is forgotten when it was sent or has failed.
    column('confidential', { kind: 'boolean' }),
    column('sent_at', { kind: 'instant' }),
  ],
});
