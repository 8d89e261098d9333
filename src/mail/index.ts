/** Mails: kept in a table, handed over by jobs, written from pages in our own language. */
export { isMailAddress, readMailbox } from './address.ts';
export type { Mailbox } from './address.ts';
export { headerText } from './header.ts';
export { mailTable } from './mail-table.ts';
export { openMailer } from './mailer.ts';
export type { Mailer } from './mailer.ts';
export { checkNewSubmission, NEW_SUBMISSION_FILE, newSubmissionMails } from './new-submission.ts';
export { isSmtpUrl, smtpTransport } from './smtp.ts';
