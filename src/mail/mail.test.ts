import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAIL_PASSWORD, startMailServer } from '../../test/mail-server.ts';
import { isMailAddress, readMailbox } from './address.ts';
import { onBothDatabases } from './fixtures.ts';
import type { World } from './fixtures.ts';
import { headerText } from './header.ts';
import type { MailMessage } from './mailer.ts';
import { isSmtpUrl, smtpTransport } from './smtp.ts';
import type { Delivery } from './transport.ts';

const id = '01990000-0000-7000-8000-000000000001';
const message: MailMessage = {
  to: ['owner@example.org'],
  replyTo: 'ada@example.net',
  subject: 'Grüße 🎉',
  text: 'Hello\nthere',
  html: '<p>Hello<br>there',
  about: 'message/1',
};

async function states({ jobs }: Pick<World, 'jobs'>): Promise<number[]> {
  return [(await jobs.list('waiting', 10)).length, (await jobs.list('failed', 10)).length];
}

onBothDatabases('without a mail server a mail is kept', async (world) => {
  const { mailer, jobs } = await world.process(null);
  await mailer.send(id, message);
  assert.deepEqual(await states({ jobs }), [0, 0]);
  const row = await world.mail(id);
  assert.deepEqual(
    [row?.['state'], row?.['to'], row?.['reply_to'], row?.['subject'], row?.['sent_at']],
    ['kept', 'owner@example.org', 'ada@example.net', 'Grüße 🎉', null],
  );
  assert.equal(await mailer.sendAgain(id), false);
  // Once there is a server, what was kept can be sent by hand.
  assert.equal(await world.mailer.sendAgain(id), true);
  await world.jobs.settle();
  assert.equal((await world.mail(id))?.['state'], 'sent');
});

onBothDatabases(
  'a mail is sent with its headers, as text and as HTML',
  async ({ mailer, jobs, server, mail, clock }) => {
    await mailer.send(id, message);
    await mailer.send(id, message);
    assert.equal((await mail(id))?.['state'], 'waiting');
    await jobs.settle();
    assert.equal(server.received.length, 1);
    const { from, to, mail: sent } = server.received[0]!;
    assert.deepEqual([from, to], ['mail@example.org', ['owner@example.org']]);
    assert.deepEqual(sent.from, { address: 'mail@example.org', name: 'Trattoria "Enzo"' });
    assert.deepEqual(sent.replyTo, [{ address: 'ada@example.net', name: '' }]);
    assert.equal(sent.subject, 'Grüße 🎉');
    assert.equal(sent.messageId, `<${id}@example.org>`);
    assert.equal(sent.text?.trim(), 'Hello\nthere');
    assert.equal(sent.html?.trim(), '<p>Hello<br>there');
    assert.equal(sent.date, new Date(clock.now()).toISOString());
    assert.equal(sent.headers.find(({ key }) => key === 'auto-submitted')?.value, 'auto-generated');
    const row = await mail(id);
    assert.deepEqual([row?.['state'], row?.['sent_at'], row?.['error']], ['sent', '2026-08-14T12:00:00.000Z', null]);
  },
);

onBothDatabases('a server that is down gets the mail when it is back', async (world) => {
  const { server, mailer, jobs, clock } = world;
  const port = Number(new URL(server.url).port);
  await server.stop();
  await mailer.send(id, message);
  for (let attempt = 0; attempt < 5; attempt++) {
    await jobs.settle();
    clock.advance(15_000 * 2 ** attempt);
  }
  const waiting = await world.mail(id);
  assert.equal(waiting?.['state'], 'waiting');
  assert.match(String(waiting['error']), /ECONNREFUSED/);
  const back = await startMailServer(undefined, port);
  try {
    await jobs.settle();
    assert.equal(back.received[0]?.mail.messageId, `<${id}@example.org>`);
    assert.deepEqual([(await world.mail(id))?.['state'], await states(world)], ['sent', [0, 0]]);
  } finally {
    await back.stop();
  }
});

onBothDatabases('a server that is busy is asked again', async (world) => {
  const { server, mailer, jobs, clock } = world;
  server.behave('busy');
  await mailer.send(id, message);
  await jobs.settle();
  assert.match(String((await world.mail(id))?.['error']), /451/);
  server.behave('accept');
  clock.advance(15_000);
  await jobs.settle();
  assert.deepEqual([(await world.mail(id))?.['state'], (await world.mail(id))?.['error']], ['sent', null]);
});

onBothDatabases('a mail has failed after five days, and goes out when its job is tried again', async (world) => {
  const { clock } = world;
  let open = false;
  const deliver = (): Promise<Delivery> =>
    Promise.resolve(open ? { ok: true } : { ok: false, failure: 'busy', final: false });
  const { mailer, jobs } = await world.process({ deliver });
  await mailer.send(id, message);
  const startMs = clock.now();
  while ((await states({ jobs }))[0] === 1) {
    await jobs.settle();
    const [next] = await jobs.list('waiting', 1);
    if (next?.due) clock.set(Date.parse(next.due));
  }
  const days = (clock.now() - startMs) / 86_400_000;
  assert.ok(days > 4 && days < 8, String(days));
  assert.deepEqual([(await world.mail(id))?.['state'], (await world.mail(id))?.['error']], ['failed', 'busy']);
  open = true;
  const [failed] = await jobs.list('failed', 1);
  await jobs.retry(failed!.id);
  await jobs.settle();
  assert.equal((await world.mail(id))?.['state'], 'sent');
});

onBothDatabases('an addressee that is refused fails at once, and can be tried by hand', async (world) => {
  const { server, mailer, jobs } = world;
  server.behave('refuse');
  await mailer.send(id, message);
  await jobs.settle();
  assert.deepEqual([(await world.mail(id))?.['state'], await states(world)], ['failed', [0, 1]]);
  server.behave('accept');
  assert.equal(await mailer.sendAgain(id), true);
  await jobs.settle();
  assert.equal((await world.mail(id))?.['state'], 'sent');
  assert.equal(await mailer.sendAgain(id), false);
});

onBothDatabases('a connection cut after the message leads to a second one with the same Message-ID', async (world) => {
  const { server, mailer, jobs, clock } = world;
  server.behave('cut');
  await mailer.send(id, message);
  await jobs.settle();
  server.behave('accept');
  clock.advance(15_000);
  await jobs.settle();
  assert.deepEqual(
    server.received.map(({ mail }) => mail.messageId),
    [`<${id}@example.org>`, `<${id}@example.org>`],
  );
  assert.equal((await world.mail(id))?.['state'], 'sent');
});

onBothDatabases(
  'a server that never answers is left when the process stops; the next one sends the mail',
  async (world) => {
    const { server, mailer, jobs } = world;
    server.behave('hang');
    await mailer.send(id, message);
    void jobs.settle();
    await server.hanging;
    await jobs.close(0);
    assert.equal((await world.mail(id))?.['state'], 'waiting');
    server.behave('accept');
    const next = await world.process();
    await next.jobs.settle();
    assert.deepEqual([(await world.mail(id))?.['state'], server.received.length], ['sent', 1]);
  },
);

onBothDatabases('a server that takes too long is left, and gets the mail later', async (world) => {
  const { server, clock } = world;
  const hasty = await world.process(smtpTransport({ url: server.url, timeoutMs: 100 }));
  server.behave('hang');
  await hasty.mailer.send(id, message);
  await hasty.jobs.settle();
  const row = await world.mail(id);
  assert.equal(row?.['state'], 'waiting');
  assert.notEqual(row['error'], null);
  server.behave('accept');
  clock.advance(15_000);
  await world.jobs.settle();
  assert.deepEqual([(await world.mail(id))?.['state'], server.received.length], ['sent', 1]);
});

onBothDatabases('a message that is refused has failed; one that is put off goes out later', async (world) => {
  const { server, mailer, jobs, clock } = world;
  server.behave('busy-data');
  await mailer.send(id, message);
  await jobs.settle();
  assert.deepEqual([(await world.mail(id))?.['state'], await states(world)], ['waiting', [1, 0]]);
  server.behave('refuse-data');
  clock.advance(15_000);
  await jobs.settle();
  assert.match(String((await world.mail(id))?.['error']), /554/);
  assert.deepEqual([(await world.mail(id))?.['state'], await states(world)], ['failed', [0, 1]]);
  server.behave('accept');
  assert.equal(await mailer.sendAgain(id), true);
  assert.deepEqual(await states(world), [1, 0], 'the new job takes the place of the one that failed');
  await jobs.settle();
  assert.deepEqual([(await world.mail(id))?.['state'], server.received.length], ['sent', 1]);
});

const both: MailMessage = { ...message, cc: ['copy@example.org'] };

onBothDatabases('who was put off gets the mail later, and nobody gets it twice', async (world) => {
  const { server, mailer, jobs, clock } = world;
  server.answer('copy@example.org', 450);
  await mailer.send(id, both);
  await jobs.settle();
  const row = await world.mail(id);
  assert.deepEqual([row?.['state'], row?.['delivered']], ['waiting', 'owner@example.org']);
  assert.match(String(row?.['error']), /copy@example\.org.*450/);
  server.answer('copy@example.org');
  clock.advance(15_000);
  await jobs.settle();
  assert.deepEqual(
    server.received.map(({ to, mail }) => [to, mail.cc?.map(({ address }) => address), mail.messageId]),
    [
      [['owner@example.org'], ['copy@example.org'], `<${id}@example.org>`],
      [['copy@example.org'], ['copy@example.org'], `<${id}@example.org>`],
    ],
  );
  assert.deepEqual([(await world.mail(id))?.['state'], (await world.mail(id))?.['error']], ['sent', null]);
});

onBothDatabases('who was refused is named on the mail that the others got', async (world) => {
  const { server, mailer, jobs } = world;
  server.answer('copy@example.org', 550);
  await mailer.send(id, both);
  await jobs.settle();
  const row = await world.mail(id);
  assert.equal(row?.['state'], 'sent');
  assert.match(String(row['error']), /Refused: copy@example\.org.*550/);
  assert.equal(server.received.length, 1);
});

onBothDatabases('a wrong password is not final: it is mended in the settings, and the mail goes out', async (world) => {
  const { server, clock } = world;
  const url = (password: string): string => {
    const address = new URL(server.url);
    address.username = 'ann';
    address.password = password;
    return address.href;
  };
  const wrong = await world.process(smtpTransport({ url: url('swordfish'), timeoutMs: 5000 }));
  await wrong.mailer.send(id, message);
  await wrong.jobs.settle();
  const row = await world.mail(id);
  assert.equal(row?.['state'], 'waiting');
  assert.match(String(row['error']), /535/);
  assert.doesNotMatch(String(row['error']), /swordfish/);
  await wrong.jobs.close();
  clock.advance(15_000);
  const right = await world.process(smtpTransport({ url: url(MAIL_PASSWORD), timeoutMs: 5000 }));
  await right.jobs.settle();
  assert.equal((await world.mail(id))?.['state'], 'sent');
});

onBothDatabases('the text of a confidential mail is forgotten once it was sent or has failed', async (world) => {
  const { server, mailer, jobs } = world;
  const secret = { ...message, confidential: true, text: 'https://example.org/#token' };
  await mailer.send(id, secret);
  assert.equal((await world.mail(id))?.['text'], secret.text);
  await jobs.settle();
  assert.match(server.received[0]!.mail.text ?? '', /#token/);
  const sent = await world.mail(id);
  assert.deepEqual([sent?.['state'], sent?.['text'], sent?.['html']], ['sent', null, null]);
  const other = id.replace(/1$/, '2');
  server.behave('refuse');
  await mailer.send(other, secret);
  await jobs.settle();
  const failed = await world.mail(other);
  assert.deepEqual([failed?.['state'], failed?.['text'], failed?.['html']], ['failed', null, null]);
  assert.equal(await mailer.sendAgain(other), false);
});

onBothDatabases('mails sent long ago are forgotten; what was kept or has failed stays', async (world) => {
  const { server, mailer, jobs, clock } = world;
  const ids = Array.from({ length: 205 }, (_, number) => id.replace(/...$/, String(number).padStart(3, '0')));
  const quick = await world.process({ deliver: () => Promise.resolve({ ok: true }) });
  await Promise.all(ids.map((each) => quick.mailer.send(each, message)));
  await quick.jobs.settle();
  const keeping = await world.process(null);
  await keeping.mailer.send(id.replace(/...$/, 'aaa'), message);
  server.behave('refuse');
  await mailer.send(id.replace(/...$/, 'bbb'), message);
  await jobs.settle();
  server.behave('accept');
  const dayMs = 86_400_000;
  clock.advance(89 * dayMs);
  await mailer.send(id.replace(/...$/, 'ccc'), message);
  await jobs.settle();
  assert.equal(await mailer.forgetSent(90 * dayMs), 0);
  clock.advance(dayMs);
  assert.equal(await mailer.forgetSent(90 * dayMs), 205);
  const left = await Promise.all(['aaa', 'bbb', 'ccc', '000'].map((end) => world.mail(id.replace(/...$/, end))));
  assert.deepEqual(
    left.map((row) => row?.['state']),
    ['kept', 'failed', 'sent', undefined],
  );
});

onBothDatabases('nothing of a message reaches a header but what belongs there', async (world) => {
  const { server, mailer, jobs } = world;
  await mailer.send(id, {
    ...message,
    to: ['owner@example.org', 'x@example.org\r\nBcc: eve@example.com', '"<eve@example.com>"'],
    cc: ['a@example.org,b@example.org', 'copy@example.org'],
    replyTo: 'ada@example.net>\r\nBcc: eve@example.com',
    subject: 'Hi\r\nBcc: eve@example.com\r\n\r\n<script>\0\u2028x\u202Ey',
  });
  await jobs.settle();
  const { to, raw, mail } = server.received[0]!;
  assert.deepEqual(to, ['owner@example.org', 'copy@example.org']);
  assert.deepEqual([mail.bcc, mail.replyTo], [undefined, undefined]);
  assert.equal(mail.subject, 'Hi Bcc: eve@example.com <script> x y');
  assert.doesNotMatch(raw, /^bcc:/im);
});

onBothDatabases('a mail to nobody is refused, a removed one forgotten, a long one cut', async (world) => {
  const { mailer, jobs, tables, server } = world;
  await assert.rejects(mailer.send(id, { ...message, to: ['nobody'] }), { code: 'mail/no-address' });
  await mailer.send(id, { ...message, text: 'x'.repeat(300_000), html: 'y'.repeat(600_000) });
  const row = await world.mail(id);
  assert.deepEqual([String(row?.['text']).length, row?.['html']], [200_004, null]);
  const system = { kind: 'system', id: 'system', roles: [] } as const;
  await tables.write(system, [{ operation: 'delete', table: '_mail', id }]);
  await jobs.settle();
  assert.deepEqual([server.received.length, await states(world)], [0, [0, 0]]);
});

test('a server that never greets is left after the time that is set', async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const transport = smtpTransport({ url: `smtp://127.0.0.1:${port}`, timeoutMs: 30 });
  const mail = {
    from: { name: '', address: 'a@example.org' },
    to: ['b@example.org'],
    cc: [],
    recipients: ['b@example.org'],
    subject: 's',
    text: 't',
    messageId: '<1@example.org>',
    date: new Date(0),
  };
  const delivery = await transport.deliver(mail, new AbortController().signal);
  assert.ok(!delivery.ok && !delivery.final);
  await new Promise((resolve) => void silent.close(resolve));
});

test('a header is one line of at most 200 characters, and cleaning it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const header = headerText(text);
      assert.doesNotMatch(header, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      assert.ok(Array.from(header).length <= 200 && header.isWellFormed());
      assert.equal(headerText(header), header);
    }),
  );
});

test('senders are read with and without a name', () => {
  assert.deepEqual(readMailbox('mail@example.org'), { name: '', address: 'mail@example.org' });
  assert.deepEqual(readMailbox('"Da Enzo, Roma" <mail@example.org>'), {
    name: 'Da Enzo, Roma',
    address: 'mail@example.org',
  });
  for (const wrong of ['', 'Enzo', '<>', 'a@b@c', `${'x'.repeat(65)}@example.org`, 'a@example.org\r\nBcc: b@c']) {
    assert.equal(readMailbox(wrong), undefined, wrong);
  }
  assert.equal(isMailAddress(`a@${'x.'.repeat(130)}org`), false);
});

test('only addresses of SMTP servers are taken', () => {
  for (const right of ['smtp://localhost', 'smtps://a%40b:c@mail.example.org:465', 'smtp://[::1]:2525']) {
    assert.ok(isSmtpUrl(right), right);
  }
  for (const wrong of ['mail.example.org', 'https://mail.example.org', 'smtp://', 'smtp://a%zz@example.org']) {
    assert.ok(!isSmtpUrl(wrong), wrong);
  }
});
