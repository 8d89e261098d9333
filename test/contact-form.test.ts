import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rows } from './rows.ts';
import { serveFiles } from './served.ts';

const contact = `<!DOCTYPE html>
<html lang="en"><head><title>Contact</title></head><body>
<FORM name=message METHOD=post action="thanks.html">
  <p role="alert" data-if="invalid" hidden>Please correct the fields marked below.</p>
  <label>Name <input name="name" required maxlength="80"></label>
  <label>Email <input type="email" name="email" required aria-errormessage="e1"></label> <p id="e1" hidden>We need an address to answer you.</p>
  <label>Guests <input type="number" name="guests" min="1" max="12" value="2"></label>
  <textarea name="body" required minlength="10"></textarea> <button>Send</button>
</FORM>
</body></html>
`;
const files = { 'contact.html': contact, 'thanks.html': '<!DOCTYPE html><title>Thanks</title><p>Thank you.' };
const right = { name: 'Ada', email: 'ada@example.org', guests: '4', body: 'A table by the window.' };

test('a form without any attribute of ours is served as it is, but for its action', async (t) => {
  const site = await serveFiles(t, files);
  const html = await (await site.get('/contact')).text();
  assert.equal(html, contact.replace('action="thanks.html"', 'action="/contact?form=message"'));
});

test('a right post is stored and answered with 303 to the page its author named', async (t) => {
  const site = await serveFiles(t, files);
  const answer = await site.post('/contact?form=message', right);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get('location'), '/thanks?saved=message');
  assert.deepEqual(await rows(site, 'message', ['name', 'email', 'guests', 'body']), [
    { name: 'Ada', email: 'ada@example.org', guests: 4, body: 'A table by the window.' },
  ]);
});

test('a wrong post gives the same page back, values and messages in place, and stores nothing', async (t) => {
  const site = await serveFiles(t, files);
  const answer = await site.post('/contact?form=message', { name: 'Ada', email: 'ada@', guests: '40', body: 'Hi' });
  const html = await answer.text();
  assert.equal(answer.status, 422);
  assert.match(html, /<p role="alert" data-if="invalid">Please/);
  assert.match(html, /<input name="name" required maxlength="80" value="Ada">/);
  assert.match(
    html,
    /<input type="email" name="email"[^>]* value="ada@"[^>]*aria-invalid="true"|<input type="email" name="email"[^>]*aria-invalid="true"[^>]* value="ada@"/,
  );
  assert.match(html, /<p id="e1">We need an address to answer you\.<\/p>/);
  assert.match(html, /<p [^>]*id="guests-error"[^>]*class="error"|<p [^>]*class="error"[^>]*id="guests-error"/);
  assert.match(html, /<textarea[^>]*aria-invalid="true"[^>]*>Hi<\/textarea>/);
  assert.deepEqual(await rows(site, 'message', ['name']), []);
});

test('what is typed is never markup', async (t) => {
  const site = await serveFiles(t, files);
  const hostile = '"></textarea><script>alert(1)</script>';
  const html = await (
    await site.post('/contact?form=message', { ...right, name: hostile, email: 'x', body: hostile })
  ).text();
  assert.doesNotMatch(html, /<script>alert/);
});

test('scripts get JSON when they ask for it', async (t) => {
  const site = await serveFiles(t, files);
  const accept = { accept: 'application/json' };
  const saved = await site.post('/contact?form=message', right, accept);
  assert.equal(saved.status, 200);
  const body = (await saved.json()) as { ok: boolean; next: string };
  assert.equal(body.ok, true);
  assert.equal(body.next, '/thanks?saved=message');
  const refused = await site.post('/contact?form=message', { ...right, email: '' }, accept);
  assert.equal(refused.status, 422);
  const { errors } = (await refused.json()) as { errors: { field: string; validity: string }[] };
  assert.deepEqual(
    errors.map(({ field, validity }) => [field, validity]),
    [['email', 'valueMissing']],
  );
});

test('the same form sent twice within ten seconds is stored once and answered alike', async (t) => {
  const site = await serveFiles(t, files);
  const answers = await Promise.all([1, 2, 3].map(() => site.post('/contact?form=message', right)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [303, 303, 303],
  );
  assert.equal((await rows(site, 'message', ['id'])).length, 1);
});

test('undeclared fields are dropped', async (t) => {
  const site = await serveFiles(t, files);
  await site.post('/contact?form=message', { ...right, role: 'admin', id: 'x', version: '9', __proto__: 'x' });
  const [row] = await rows(site, 'message', ['version', 'name']);
  assert.deepEqual(row, { version: 1, name: 'Ada' });
});

test('what is stored is there after a restart', async (t) => {
  const site = await serveFiles(t, files);
  await site.post('/contact?form=message', right);
  const again = await site.restart();
  assert.equal((await rows(again, 'message', ['name'])).length, 1);
});

test('a post from another site is refused', async (t) => {
  const site = await serveFiles(t, files);
  const answer = await site.post('/contact?form=message', right, { origin: 'https://evil.example' });
  assert.equal(answer.status, 403);
  const other = await site.post('/contact?form=message', right, { 'sec-fetch-site': 'cross-site' });
  assert.equal(other.status, 403);
  assert.deepEqual(await rows(site, 'message', ['id']), []);
});

test('an unknown form, an odd body and an encoded body are refused without harm', async (t) => {
  const site = await serveFiles(t, files);
  assert.equal((await site.post('/contact?form=nothing', right)).status, 400);
  const plain = await fetch(`${site.address}/contact?form=message`, {
    method: 'POST',
    body: 'name=x',
    headers: { 'content-type': 'text/plain' },
  });
  assert.equal(plain.status, 415);
  const coded = await site.post('/contact?form=message', right, { 'content-encoding': 'gzip' });
  assert.equal(coded.status, 415);
  assert.equal((await site.get('/contact')).status, 200);
});

test('a script that posts to the page without naming the form is understood', async (t) => {
  const site = await serveFiles(t, files);
  assert.equal((await site.post('/contact', right)).status, 303);
  assert.equal((await site.post('/', { ...right, 'form-name': 'message', name: 'Eve' })).status, 303);
  assert.equal((await rows(site, 'message', ['id'])).length, 2);
});

test('a filled trap is answered as if accepted and kept as spam', async (t) => {
  const site = await serveFiles(t, {
    'index.html':
      '<!DOCTYPE html><title>T</title><form name=ask method=post netlify-honeypot=website><input name=q><input name=website></form>',
  });
  const answer = await site.post('/?form=ask', { q: 'buy', website: 'http://spam.example' });
  assert.equal(answer.status, 303);
  assert.deepEqual(await rows(site, 'ask', ['q']), []);
  const [spam] = await rows(site, '_spam', ['form', 'fields']);
  assert.equal(spam?.['form'], 'ask');
  assert.match(String(spam?.['fields']), /buy/);
});

test('a form posted at once after its page was loaded is kept as spam, unless it comes from this machine', async (t) => {
  const site = await serveFiles(t, files, { environment: { BACKLOT_RATE_LIMIT: 'on', BACKLOT_PROXIES: '127.0.0.1' } });
  const visitor = { 'x-forwarded-for': '192.0.2.7' };
  await site.get('/contact', visitor);
  assert.equal((await site.post('/contact?form=message', right, visitor)).status, 303);
  assert.deepEqual(await rows(site, 'message', ['id']), []);
  assert.equal((await rows(site, '_spam', ['id'])).length, 1);
  await site.get('/contact');
  await site.post('/contact?form=message', right);
  assert.equal((await rows(site, 'message', ['id'])).length, 1);
});

test('more forms than allowed in a minute are refused with the time to wait', async (t) => {
  const site = await serveFiles(t, files, { environment: { BACKLOT_RATE_LIMIT: 'on', BACKLOT_FORMS_PER_MINUTE: '2' } });
  await site.post('/contact?form=message', right);
  await site.post('/contact?form=message', { ...right, name: 'Eve' });
  const third = await site.post('/contact?form=message', { ...right, name: 'Bob' });
  assert.equal(third.status, 429);
  assert.ok(Number(third.headers.get('retry-after')) > 0);
  assert.equal((await rows(site, 'message', ['id'])).length, 2);
});
