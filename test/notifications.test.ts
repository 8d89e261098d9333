import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startMailServer } from './mail-server.ts';
import { firstOwner } from './owner.ts';
import { startPostgres } from './postgres.ts';
import { rows } from './rows.ts';
import { serveFiles } from './served.ts';
import type { Served, ServeOptions } from './served.ts';

const contact = `<!DOCTYPE html><html lang=en><title>Contact</title><form name=message method=post netlify-honeypot=website>
<label for=n>Your name</label><input id=n name=name required>
<label for=m>E-mail</label><input id=m type=email name=mail>
<label>Message <textarea name=text></textarea></label>
<label><input type=checkbox name=news> Newsletter</label>
<input name=website><input type=hidden name=_cc value="cook@example.org"></form>`;

const right = { name: 'Ada', mail: 'ada@example.net', text: 'Hello\r\n\r\nA table for <two>?', news: 'on' };

type MailRow = Record<'state' | 'to' | 'cc' | 'reply_to' | 'subject' | 'text' | 'html' | 'about', string | null>;

async function mails(site: Served, databaseUrl?: string): Promise<readonly MailRow[]> {
  const columns = ['state', 'to', 'cc', 'reply_to', 'subject', 'text', 'html', 'about'];
  return (await rows(site, '_mail', columns, databaseUrl)) as readonly MailRow[];
}

/** The mails, once there are so many that are no longer on their way. */
async function mailsOnce(site: Served, count: number, databaseUrl?: string): Promise<readonly MailRow[]> {
  for (;;) {
    const found = await mails(site, databaseUrl);
    if (found.filter(({ state }) => state !== 'waiting').length >= count) return found;
    await setTimeout(20);
  }
}

async function serveTold(
  t: TestContext,
  files: Record<string, string>,
  environment: Record<string, string> = {},
  options: ServeOptions = {},
): Promise<Served> {
  return await serveFiles(t, files, {
    ...options,
    environment: { BACKLOT_NOTIFY: 'owner@example.org', ...environment },
  });
}

test('a submission is told by a mail, which is kept and not sent without a mail server', async (t) => {
  const site = await serveTold(t, { 'contact.html': contact });
  assert.equal((await site.post('/contact?form=message', right)).status, 303);
  const [mail] = await mailsOnce(site, 1);
  const [saved] = await rows(site, 'message', ['id']);
  assert.equal(mail?.state, 'kept');
  assert.deepEqual([mail.to, mail.cc, mail.reply_to], ['owner@example.org', 'cook@example.org', 'ada@example.net']);
  assert.match(mail.subject!, /^New submission: message – backlot-site-/);
  assert.match(
    mail.text!,
    /Your name: Ada\nE-mail: ada@example\.net\nMessage: Hello\n\nA table for <two>\?\nNewsletter: yes\n/,
  );
  assert.match(mail.html!, /A table for &lt;two>\?|A table for &lt;two&gt;\?/);
  assert.equal(mail.about, `message/${String(saved?.['id'])}`);
});

test('spam, refused submissions and sites where nobody is to be told make no mail', async (t) => {
  const site = await serveTold(t, { 'contact.html': contact });
  await site.post('/contact?form=message', { ...right, website: 'http://spam.example' });
  assert.equal((await site.post('/contact?form=message', { name: '' })).status, 422);
  await site.post('/contact?form=message', right);
  assert.equal((await mailsOnce(site, 1)).length, 1);
  const quiet = await serveFiles(t, { 'contact.html': contact });
  await quiet.post('/contact?form=message', right);
  await quiet.stop();
  assert.deepEqual(await mails(quiet), []);
});

test('where nobody is named all admins are told, once a mail server is set', async (t) => {
  const server = await startMailServer(t);
  const site = await serveFiles(t, { 'contact.html': contact }, { environment: { BACKLOT_MAIL: server.url } });
  await firstOwner(site);
  assert.equal((await site.post('/contact?form=message', right)).status, 303);
  const [sent] = await server.count(1);
  assert.deepEqual(sent?.to, ['owner@alfico.example', 'cook@example.org']);
  assert.match(sent.mail.text!, /Your name: Ada/);
});

test('the subject is the form’s where it says one, and copies go where the file says, not the visitor', async (t) => {
  const netlify = `<form name=order method=post data-netlify=true><input name=dish><input name=email>
<input type=hidden name=subject value="%{formName} at %{siteName}: %{submissionId}"></form>`;
  const formspree = '<form name=ask method=post><input name=q><input type=hidden name=_subject value=Hi></form>';
  const site = await serveTold(t, { 'order.html': netlify, 'ask.html': formspree });
  await site.post('/order?form=order', {
    dish: 'Soup',
    email: 'ada@example.net',
    subject: '%{formName} at %{siteName}: %{submissionId}',
    _cc: 'eve@example.com',
  });
  await site.post('/ask?form=ask', { q: 'When?', _subject: 'Hi\r\nBcc: eve@example.com', _replyto: 'not an address' });
  const found = await mailsOnce(site, 2);
  const [order] = await rows(site, 'order-form', ['id']);
  const about = (table: string): MailRow => found.find((mail) => mail.about!.startsWith(`${table}/`))!;
  assert.match(about('order-form').subject!, new RegExp(`^order at backlot-site-\\w+: ${String(order?.['id'])}$`));
  assert.deepEqual([about('order-form').reply_to, about('order-form').cc], ['ada@example.net', null]);
  assert.deepEqual([about('ask').subject, about('ask').reply_to], ['Hi Bcc: eve@example.com', null]);
});

test('the author’s page takes the place of ours; nothing of its folder is served, and its faults are told', async (t) => {
  const page = `<!DOCTYPE html><html lang=en><title data-row=message data-text="{name} wrote">x</title>
<body><p data-row=message>From <b itemprop=name>Bob</b><i data-if=news> (news)</i>: <q itemprop=text>…</q></p>
<ul data-list="field?name.not=text&sort=-name"><li itemscope><span itemprop=label>x</span>`;
  const site = await serveTold(t, { 'contact.html': contact, '_mail/new-submission.html': page });
  assert.deepEqual(
    site.notices.filter((line) => line.includes('_mail')),
    [],
  );
  assert.equal((await site.get('/_mail/new-submission.html')).status, 404);
  await site.post('/contact?form=message', right);
  const [mail] = await mailsOnce(site, 1);
  assert.equal(mail?.subject, 'Ada wrote');
  assert.equal(mail.text, 'From Ada (news): Hello A table for <two>?\n\n- Newsletter\n- Your name\n- E-mail');
  const faulty = '<p data-row=submission><b itemprop=nmae>x</b></p>';
  const other = await serveTold(t, { 'contact.html': contact, '_mail/new-submission.html': faulty });
  assert.match(other.notices.join('\n'), /_mail\/new-submission\.html:1:\d+: error: `nmae` is not known/);
  await other.post('/contact?form=message', right);
  assert.match((await mailsOnce(other, 1))[0]!.subject!, /^New submission/);
});

test('a mail server that never answers keeps no visitor waiting', async (t) => {
  const server = await startMailServer(t);
  server.behave('hang');
  const site = await serveTold(t, { 'contact.html': contact }, { BACKLOT_MAIL: server.url });
  assert.equal((await site.post('/contact?form=message', right)).status, 303);
  await server.hanging;
  assert.equal((await site.post('/contact?form=message', { ...right, name: 'Eve' })).status, 303);
  assert.equal((await rows(site, 'message', ['id'])).length, 2);
});

const databases = {
  SQLite: () => Promise.resolve(undefined),
  async PostgreSQL(t: TestContext): Promise<string> {
    const postgres = await startPostgres({ fsync: false });
    t.after(() => postgres.stop());
    return postgres.url;
  },
};

for (const [name, open] of Object.entries(databases)) {
  test(`what was submitted while the mail server was down is told after a restart (${name})`, async (t) => {
    const databaseUrl = await open(t);
    const down = await startMailServer(t);
    const port = Number(new URL(down.url).port);
    await down.stop();
    const options = databaseUrl === undefined ? {} : { databaseUrl };
    const environment = { BACKLOT_MAIL: down.url, BACKLOT_MAIL_FROM: 'Enzo <enzo@example.org>' };
    const site = await serveTold(t, { 'contact.html': contact }, environment, options);
    assert.equal((await site.post('/contact?form=message', right)).status, 303);
    // Stopped at once: the job may have been tried, or not even begun.
    await site.stop();
    const server = await startMailServer(t, port);
    const clock = { now: () => Date.now() + 60_000 };
    const again = await serveTold(t, { 'contact.html': contact }, environment, {
      ...options,
      clock,
      dataDir: site.dataDir,
    });
    const [sent] = await server.count(1);
    assert.deepEqual(sent?.to, ['owner@example.org', 'cook@example.org']);
    assert.deepEqual(sent.mail.from, { name: 'Enzo', address: 'enzo@example.org' });
    assert.match(sent.mail.text!, /Your name: Ada/);
    const [mail] = await mailsOnce(again, 1, databaseUrl);
    assert.equal(mail?.state, 'sent');
  });
}
