import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { BrowserContextOptions, Page, Route } from 'playwright-core';
import sharp from 'sharp';
import { builtAdmin } from './admin.ts';
import { call } from './api.ts';
import { startBrowser } from './browser.ts';
import { assertAccessible, assertFits, browserOf, firstOwner, ownerOf } from './owner.ts';
import type { Owner } from './owner.ts';
import { folderOf, serveFiles, serveFolder } from './served.ts';
import type { Served } from './served.ts';

/*
 * One row and its fields, each by the kind of its column, in a real browser with the admin's own policy in force.
 */

let chromium: Awaited<ReturnType<typeof startBrowser>>;
let picture: Buffer;

before(async () => {
  await builtAdmin();
  picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#0f6b5c' } })
    .png()
    .toBuffer();
  chromium = await startBrowser();
});
after(() => chromium.stop());

async function openDish(page: Page, site: Served, name: string): Promise<void> {
  await page.goto(`${site.address}/admin/tables/dish?q=${encodeURIComponent(name)}`);
  await page.getByRole('link', { name }).first().click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Not saved yet').waitFor({ state: 'detached' });
  await page.getByText('Saved.').first().waitFor();
}

/**
 * Lets the editor see where the caret is: it looks at it when the browser tells of it, and once more 20 ms after it was
 * given the focus. Timers of one page run in the order in which they are due, however slow it is.
 */
async function settled(page: Page): Promise<void> {
  await page.locator('#field-description:focus').waitFor();
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 30))');
}

async function press(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await settled(page);
}

test('at the trattoria', async (t) => {
  const site = await serveFolder(t, 'examples/trattoria');
  const cookie = await firstOwner(site);
  const { browser } = chromium;
  const trattoria = async (
    visit: TestContext,
    options?: BrowserContextOptions,
  ): Promise<Owner & { readonly site: Served }> => ({
    site,
    ...(await browserOf(visit, { site, cookie, browser }, options)),
  });

  await t.test('a description is formatted in place, and the page of the dish shows it so', async (visit) => {
    const { site, page, complaints } = await trattoria(visit);
    await openDish(page, site, 'Tagliatelle al ragù');
    const text = page.getByRole('textbox', { name: 'Description' });
    await text.waitFor();
    await text.locator('strong', { hasText: 'soffritto' }).waitFor();
    await assertAccessible(page);
    assert.equal(
      await page.getByRole('button', { name: 'Save', exact: true }).isDisabled(),
      true,
      'nothing is changed',
    );

    await text.click();
    await settled(page);
    await press(page, 'Control+End');
    await press(page, 'Enter');
    await page.keyboard.type('Made by hand');
    const tools = page.getByRole('toolbar', { name: 'Formatting of Description' });
    await tools.getByRole('button', { name: 'H2 Heading' }).click();
    assert.equal(await tools.getByRole('button', { name: 'H2 Heading' }).getAttribute('aria-pressed'), 'true');
    await settled(page);
    await press(page, 'Enter');
    await page.keyboard.type('Every ');
    await press(page, 'Control+b');
    await page.keyboard.type('morning');
    await press(page, 'Control+b');
    await page.keyboard.type(', and on the ');
    await page.keyboard.press('Control+k');
    const dialog = page.getByRole('dialog', { name: 'Link' });
    await dialog.getByLabel('Address').fill('javascript:alert(1)');
    await dialog.getByRole('button', { name: 'Set link' }).click();
    await dialog.getByText('This is no address that a page may link to.').waitFor();
    await assertAccessible(page);
    await dialog.getByLabel('Address').fill('menu');
    await page.getByRole('option', { name: '/menu', exact: true }).click();
    await dialog.getByLabel('Text', { exact: true }).fill('menu');
    await dialog.getByRole('button', { name: 'Set link' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await text.locator('a', { hasText: 'menu' }).waitFor();
    await save(page);
    const html = await (await site.get('/menu/tagliatelle')).text();
    assert.match(
      html,
      /<h2>Made by hand<\/h2>\s*<p>Every <strong>morning<\/strong>, and on the <a href="\/menu">menu<\/a><\/p>/,
    );
    assert.match(html, /For the <em>ragù<\/em> we start with the <strong>soffritto<\/strong>/);
    assert.deepEqual(complaints, []);
  });

  await t.test('the tools are one stop of the Tab key, and go from one to the next by arrows', async (visit) => {
    const { site, page } = await trattoria(visit);
    await openDish(page, site, 'Spaghetti al pomodoro');
    const text = page.getByRole('textbox', { name: 'Description' });
    await text.press('Alt+F10');
    const tool = (name: string) => page.locator(`[role=toolbar] button[aria-label="${name}"]:focus`);
    await tool('Bold').waitFor();
    await page.keyboard.press('ArrowRight');
    await tool('Italic').waitFor();
    await page.keyboard.press('End');
    await tool('Edit as HTML').waitFor();
    await page.keyboard.press('ArrowRight');
    await tool('Bold').waitFor();
    assert.equal(await page.locator('[role=toolbar] button[tabindex="0"]').count(), 1);
    await page.keyboard.press('Escape');
    await page.locator('#field-description:focus').waitFor();
  });

  await t.test(
    'what the formatted view cannot hold is shown as HTML, with the reason, and nothing of it is lost',
    async (visit) => {
      const { site, page, cookie, complaints } = await trattoria(visit);
      const table = '<p>Hours:</p>\n<table><tbody><tr><td>Monday</td></tr></tbody></table>';
      const { json } = await call(site, 'GET /dish?slug=lasagne-verdi', { cookie });
      const [{ id }] = (json as { rows: [{ id: string }] }).rows;
      assert.equal((await call(site, `PATCH /dish/${id}`, { cookie, body: { description: table } })).status, 200);
      await page.goto(`${site.address}/admin/tables/dish/${id}`);
      await page.getByText('Shown as HTML so that nothing is lost').waitFor();
      await page.getByText('<table>').first().waitFor();
      const source = page.getByLabel('Description, as HTML');
      assert.equal(await source.inputValue(), table);
      await assertAccessible(page);
      await source.fill(table.replace('Monday', 'Tuesday'));
      await save(page);
      assert.match(await (await site.get('/menu/lasagne-verdi')).text(), /<td>Tuesday<\/td>/);
      await source.fill('<p>Only <b>words</b> &amp; a <small>small</small> one</p>');
      await page.reload();
      await page.getByText('Your unsaved changes are back').waitFor();
      const text = page.getByRole('textbox', { name: 'Description' });
      await text
        .locator('b', { hasText: 'words' })
        .or(text.locator('strong', { hasText: 'words' }))
        .waitFor();
      await page.getByRole('button', { name: 'Edit as HTML' }).click();
      assert.equal(await source.inputValue(), '<p>Only <b>words</b> &amp; a <small>small</small> one</p>');
      assert.deepEqual(complaints, []);
    },
  );

  await t.test('what the formatted view carries along comes out of it as it went in', async (visit) => {
    const { site, page, complaints } = await trattoria(visit);
    await openDish(page, site, 'Tortelloni burro e salvia');
    await page.getByRole('button', { name: 'Edit as HTML' }).click();
    const source = page.getByLabel('Description, as HTML');
    const markup = [
      '<h2 lang="it">Uno</h2>',
      '<p>a <b>b</b> <em>e</em> <i>i</i> <small>s</small> <del datetime="2026-01-01">d</del> <abbr title="x">y</abbr></p>',
      '<p><img src="/img/norma.svg" alt="N" width="10"> and <a href="/menu" title="t">menu</a> and H<sub>2</sub>O<br>below</p>',
      '<ul><li>tight</li><li>two<ol start="3"><li>three</li></ol></li></ul>',
      '<ul><li><p>loose</p></li></ul>',
      '<blockquote>bare</blockquote>',
      '<blockquote cite="/x"><p>quoted</p></blockquote>',
      '<pre><code>a  b\n  c</code></pre>',
      '<hr>',
      '<p>end</p>',
    ].join('\n');
    await source.fill(markup);
    await page.getByRole('button', { name: 'Back to formatted text' }).click();
    const text = page.getByRole('textbox', { name: 'Description', exact: true });
    await text.getByText('end').click();
    await settled(page);
    await press(page, 'Control+End');
    await page.keyboard.type('!');
    await page.getByRole('button', { name: 'Edit as HTML' }).click();
    assert.equal(await source.inputValue(), markup.replace('end', 'end!'));
    assert.deepEqual(complaints, []);
  });

  await t.test('what is pasted from a word processor comes without its styles, lists as lists', async (visit) => {
    const { site, page, complaints } = await trattoria(visit);
    await openDish(page, site, 'Rigatoni alla Norma');
    const text = page.getByRole('textbox', { name: 'Description' });
    await text.click();
    await settled(page);
    const pasted = `<html><head><style>p{color:red}</style></head><body><!--StartFragment--><h1 style="color:red">Spring</h1>
    <p class="MsoNormal" style="margin:0"><span style="font-weight:bold">Peas</span> and <b style="font-weight:normal">mint</b><o:p>&nbsp;</o:p></p>
    ${wordItem('·', 'fresh', 1)}${wordItem('o', 'very', 2)}${wordItem('·', 'green', 1)}<p>Then</p>${wordItem('1.', 'one', 1)}${wordItem('2.', 'two', 1)}
    <img src="file:///C:/x.png"><!--EndFragment--></body></html>`;
    await page.evaluate(`(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/html', ${JSON.stringify(pasted)});
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.querySelector('#field-description').dispatchEvent(event);
  })()`);
    await text.getByText('green').waitFor();
    await page.getByRole('button', { name: 'Edit as HTML' }).click();
    assert.equal(
      (await page.getByLabel('Description, as HTML').inputValue()).replaceAll(/\s+</g, '<'),
      '<h2>Spring</h2><p><strong>Peas</strong> and mint</p>' +
        '<ul><li>fresh<ul><li>very</li></ul></li><li>green</li></ul><p>Then</p><ol><li>one</li><li>two</li></ol>',
    );
    assert.deepEqual(complaints, []);
  });

  await t.test('a picture is uploaded with progress, and the menu shows it', async (visit) => {
    const { site, page, complaints } = await trattoria(visit);
    await openDish(page, site, 'Burrata e pomodori');
    await page.getByLabel('Price').fill('12');
    const waiting = Promise.withResolvers<Route>();
    await page.route('**/api/files', (route) => waiting.resolve(route), { times: 1 });
    const chosen = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Replace' }).click();
    await (await chosen).setFiles({ name: 'burrata.png', mimeType: 'image/png', buffer: picture });
    const bar = page.getByRole('progressbar', { name: 'Uploading burrata.png' });
    await bar.waitFor();
    assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true);
    await assertAccessible(page);
    await (await waiting.promise).continue();
    await page.getByText('burrata.png is uploaded. Save to keep it.').waitFor();
    await bar.waitFor({ state: 'detached' });
    await save(page);
    const path = await page.getByLabel('Image: address').inputValue();
    assert.match(path, /^\/_backlot\/files\/[\w-]+\.png$/);
    // Written from the page that shows it, and in the width of its place.
    assert.ok((await (await site.get('/menu')).text()).includes(`src="${path.slice(1)}`));
    assert.equal((await site.get(path)).headers.get('content-type'), 'image/png');
    assert.deepEqual(complaints, []);
  });

  await t.test('an upload that fails or is stopped takes nothing with it, and can be sent again', async (visit) => {
    const { site, page } = await trattoria(visit);
    await openDish(page, site, 'Burrata e pomodori');
    const address = page.getByLabel('Image: address');
    const before = await address.inputValue();
    await page.getByLabel('Price').fill('12');
    await page.route('**/api/files', (route) => route.abort(), { times: 1 });
    const drop = async (name: string): Promise<void> => {
      await page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      const type = ${JSON.stringify(name.endsWith('.png') ? 'image/png' : 'text/plain')};
      dataTransfer.items.add(new File([new Uint8Array(${JSON.stringify([...picture])})], ${JSON.stringify(name)}, { type }));
      for (const kind of ['dragover', 'drop']) {
        const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
        document.querySelector('#field-image').dispatchEvent(event);
      }
    })()`);
    };
    await drop('notes.txt');
    await page.getByText('This field takes only files of these kinds: image/*.').waitFor();
    await drop('dropped.png');
    await page.getByText('dropped.png was not uploaded.').waitFor();
    assert.equal(await address.inputValue(), before);
    assert.equal(await page.getByLabel('Price').inputValue(), '12');
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('dropped.png is uploaded.').waitFor();
    assert.notEqual(await address.inputValue(), before);

    const stopped = Promise.withResolvers<Route>();
    await page.route('**/api/files', (route) => stopped.resolve(route), { times: 1 });
    const kept = await address.inputValue();
    await drop('stopped.png');
    await stopped.promise;
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('progressbar').waitFor({ state: 'detached' });
    assert.equal(await address.inputValue(), kept);
    // What only calls itself a picture is refused, in words.
    const chosen = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Replace' }).click();
    await (await chosen).setFiles({ name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await page.getByText('fake.png was not uploaded.').waitFor();
  });

  await t.test('one of the pictures of the site is chosen', async (visit) => {
    const { site, page, complaints } = await trattoria(visit);
    await openDish(page, site, 'Burrata e pomodori');
    await page.getByRole('button', { name: 'From the site' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pictures of this site' });
    await dialog.getByLabel('Search by name').fill('norma');
    await assertAccessible(page);
    await dialog.getByRole('button', { name: 'norma.svg' }).click();
    await save(page);
    assert.match(await (await site.get('/menu')).text(), /img\/norma\.svg" alt="Burrata e pomodori"/);
    assert.deepEqual(complaints, []);
  });

  await t.test('rows are made one after another, copied, and gone through in the order of the list', async (visit) => {
    const { site, page, complaints } = await trattoria(visit);
    await page.goto(`${site.address}/admin/tables/supplier/new`);
    await page.getByLabel('Name').fill('Orto di Rita');
    await page.getByRole('button', { name: 'Save and new' }).click();
    await page.getByText('Saved.').waitFor();
    await page.locator('#field-name:not([value]), #field-name[value=""]').waitFor();
    await page.getByLabel('Name').fill('Forno Vecchio');
    await save(page);
    await page.getByRole('heading', { level: 1, name: 'Forno Vecchio' }).waitFor();

    await page.goto(`${site.address}/admin/tables/supplier?sort=name`);
    await page.getByRole('link', { name: 'Cooperativa di Goro' }).click();
    await page.getByRole('link', { name: 'Next entry' }).click();
    await page.getByRole('heading', { level: 1, name: 'Forno Vecchio' }).waitFor();
    await page.getByRole('link', { name: 'Previous entry' }).click();
    await page.getByRole('heading', { level: 1, name: 'Cooperativa di Goro' }).waitFor();
    await page.getByRole('link', { name: 'Duplicate' }).click();
    await page.getByText('This is a copy').waitFor();
    await assertAccessible(page);
    await page.getByLabel('Name').fill('Cooperativa di Comacchio');
    await save(page);
    await page.getByRole('heading', { level: 1, name: 'Cooperativa di Comacchio' }).waitFor();
    assert.match(
      await (await site.get('/about')).text(),
      /Cooperativa di Comacchio<\/b> <span itemprop="what">clams, on Fridays/,
    );
    assert.deepEqual(complaints, []);
  });

  await t.test(
    'the editor of formatted text is loaded where there is such a field, and nowhere else',
    async (visit) => {
      const { site, page } = await trattoria(visit);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`${site.address}/admin/tables/supplier/new`);
      await page.getByLabel('Name').waitFor();
      assert.equal(
        asked.some((url) => /html-field-.*\.js/.test(url)),
        false,
      );
      await openDish(page, site, 'Spaghetti al pomodoro');
      await page.getByRole('textbox', { name: 'Description' }).waitFor();
      assert.equal(
        asked.some((url) => /html-field-.*\.js/.test(url)),
        true,
      );
    },
  );

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`on a phone all fields are there, ${colorScheme}`, async (visit) => {
      const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme } as const;
      const { site, page, complaints } = await trattoria(visit, phone);
      await openDish(page, site, 'Tagliatelle al ragù');
      await page.getByRole('textbox', { name: 'Description' }).waitFor();
      await assertAccessible(page);
      await assertFits(page);
      await page.getByRole('button', { name: 'From the site' }).click();
      await page.getByRole('button', { name: 'norma.svg' }).waitFor();
      await assertAccessible(page);
      await assertFits(page);
      assert.deepEqual(complaints, []);
    });
  }
});

/** An item of a list as Word puts it on the clipboard. */
function wordItem(sign: string, words: string, level: number): string {
  return (
    `<p class="MsoListParagraph" style="text-indent:-18pt;mso-list:l0 level${level} lfo1">` +
    `<span style="mso-list:Ignore">${sign}<span style="font:7pt">&nbsp; </span></span>${words}<o:p></o:p></p>`
  );
}

const kinds = {
  'index.html': `<!doctype html><html lang="de"><title>Kinds</title><ul data-list="thing"><li itemscope>
    <h2 itemprop="name">First</h2><data itemprop="price" value="9.5">9,50 €</data>
    <span itemprop="rating" data-format="stars:5">★★★★☆</span><div itemprop="story" data-format="markdown"><p>One</p></div></li></ul>`,
  'send.html': `<!doctype html><title>Send</title><form method=post name=request enctype=multipart/form-data>
    <input name=title required minlength=3 maxlength=40><input type=email name=mail><textarea name=remark></textarea>
    <input type=number name=guests min=1 max=12><input type=number name=weight min=0 step=0.5>
    <input type=date name=day min=2026-01-01><input type=datetime-local name=arrival><input type=week name=week>
    <label><input type=radio name=how value=phone> By phone</label><label><input type=radio name=how value=post> By post</label>
    <select name=size><option value="">Choose<option value=xs>Tiny<option value=s>Small<option value=m>Medium<option value=l>Large<option value=xl>Huge</select>
    <label><input type=checkbox name=extras value=cake> Cake</label><label><input type=checkbox name=extras value=wine> Wine</label>
    <input type=color name=tint><input type=checkbox name=agreed><input type=file name=papers multiple accept="image/*"><button>Send</button></form>`,
};

test('every kind of column has a field of its own, and says what is wrong before anything is sent', async (t) => {
  const site = await serveFiles(t, kinds);
  const { page, complaints, cookie } = await ownerOf(t, site, chromium.browser);
  await page.goto(`${site.address}/admin/tables/request/new`);
  await page.getByLabel('Guests').fill('13');
  await page.getByLabel('Weight').fill('1.25');
  await page.getByText('At most 12.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('This is needed.').waitFor();
  await page.getByText('Only in steps of 0.5.').waitFor();
  assert.equal(await page.locator('#field-title:focus').count(), 1, 'the first wrong field has the focus');
  assert.match((await page.getByLabel('Title').getAttribute('aria-describedby')) ?? '', /error/);
  await assertAccessible(page);

  await page.getByLabel('Title').fill('Party');
  await page.getByLabel('Mail').fill('ada@example.org');
  await page.getByLabel('Remark').fill('two\nlines');
  await page.getByLabel('Guests').fill('3');
  await page.getByLabel('Guests').press('ArrowUp');
  await page.getByLabel('Weight').fill('1,5');
  await page.getByLabel('Day').fill('2026-12-24');
  await page.getByLabel('Arrival').fill('2026-12-24T19:30');
  await page.getByText('Time in Europe/Rome.').waitFor();
  await page.getByLabel('Week').fill('2026-W52');
  await page.getByLabel('By post').check();
  await page.getByRole('combobox', { name: 'Size' }).click();
  await page.getByRole('option', { name: 'Large' }).click();
  await page.getByLabel('Wine').check();
  await page.getByLabel('Tint', { exact: true }).fill('#0f6b5c');
  await page.getByLabel('Agreed').check();
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add files' }).click();
  await (
    await chosen
  ).setFiles([
    { name: 'a.png', mimeType: 'image/png', buffer: picture },
    { name: 'b.png', mimeType: 'image/png', buffer: picture },
  ]);
  const files = page.getByRole('group', { name: 'Papers' }).getByRole('listitem');
  await files.nth(1).waitFor();
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  const names = await files.allInnerTexts();
  await page.getByRole('button', { name: `Move ${names[1]} up` }).click();
  await assertAccessible(page);
  await save(page);
  const { json } = await call(site, 'GET /request', { cookie });
  const [row] = (json as { rows: [Record<string, unknown>] }).rows;
  const { title, mail, remark, guests, weight, day, arrival, week, how, size, extras, tint, agreed, papers } = row;
  assert.deepEqual(
    { title, mail, remark, guests, weight, day, arrival, week, how, size, extras, tint, agreed },
    {
      title: 'Party',
      mail: 'ada@example.org',
      remark: 'two\nlines',
      guests: 4,
      weight: '1.5',
      day: '2026-12-24',
      arrival: '2026-12-24T19:30',
      week: '2026-W52',
      how: 'post',
      size: 'l',
      extras: ['wine'],
      tint: '#0f6b5c',
      agreed: true,
    },
  );
  assert.deepEqual(
    (papers as string[]).map((path) => path.slice(path.lastIndexOf('/') + 1)),
    [names[1], names[0]],
  );
  assert.deepEqual(complaints, []);
});

test('a German reader writes numbers as Germans do; stars and Markdown have fields of their own', async (t) => {
  const site = await serveFiles(t, kinds);
  const { page, complaints } = await ownerOf(t, site, chromium.browser, { locale: 'de-DE' });
  await page.goto(`${site.address}/admin/tables/thing`);
  await page.getByRole('link', { name: 'First' }).click();
  const price = page.getByLabel('Price');
  assert.equal(await price.inputValue(), '9,50');
  await price.fill('1.400');
  await page.getByRole('radio', { name: '2 Sterne' }).check();
  await page.getByRole('textbox', { name: 'Story' }).fill('# Zwei\n\n*schöne* <b>Wörter</b>');
  await page.getByText('Vorschau').click();
  await page.locator('h1 + p em', { hasText: 'schöne' }).waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Speichern', exact: true }).click();
  await page.getByText('Gespeichert.').waitFor();
  const html = await (await site.get('/')).text();
  assert.match(html, /value="1400">1\.400,00 €/);
  assert.match(html, /★★☆☆☆/);
  assert.match(html, /<em>schöne<\/em> &lt;b&gt;/);
  assert.deepEqual(complaints, []);
});

/** A page that lists one thing, with something more in it. */
function things(more: string): string {
  return `<!doctype html><title>T</title><ul data-list="thing"><li itemscope><b itemprop="name">First</b>${more}</li></ul>`;
}

test('what no page mentions any more is kept, shown apart and explained', async (t) => {
  const dir = await folderOf(t, { 'index.html': things('<i itemprop="motto">Slowly</i>') });
  const before = await serveFolder(t, dir);
  await before.get('/');
  await before.stop();
  await writeFile(join(dir, 'index.html'), things(''));
  const site = await serveFolder(t, dir, { dataDir: before.dataDir });
  const { page, complaints } = await ownerOf(t, site, chromium.browser);
  await page.goto(`${site.address}/admin/tables/thing`);
  await page.getByRole('link', { name: 'First' }).click();
  const kept = page.getByRole('region', { name: 'On no page any more' });
  await kept.getByText('Slowly').waitFor();
  assert.equal(await page.getByLabel('Motto').count(), 0);
  await assertAccessible(page);
  assert.deepEqual(complaints, []);
});

test('what was typed and not saved is forgotten when its author signs out', async (t) => {
  const site = await serveFiles(t, kinds);
  const { page } = await ownerOf(t, site, chromium.browser);
  page.on('dialog', (dialog) => void dialog.accept());
  const drafts = "Object.keys(localStorage).filter((key) => key.startsWith('backlot.draft.')).length";
  await page.goto(`${site.address}/admin/tables/request/new`);
  await page.getByLabel('Title').fill('Not for everybody');
  await page.waitForFunction(`${drafts} === 1`);
  await page.getByRole('button', { name: /Your account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(await page.evaluate(drafts), 0);
});
