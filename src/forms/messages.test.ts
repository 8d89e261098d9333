import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePage } from '../html/index.ts';
import { defineForms, messageFor } from './index.ts';
import type { Validity } from './index.ts';

function message(control: string, validity: Validity, lang: string, value = '', fileBytesMax = 0): string {
  const [form] = defineForms(parsePage({ file: 'form.html', text: `<form method=post>${control}</form>` }));
  return messageFor(validity, form!.controls[0]!, lang, value, { fileBytesMax }).replace(/[\u00a0\u202f]/g, ' ');
}

for (const [control, validity, value, english, german, italian] of [
  [
    '<input name=a>',
    'valueMissing',
    '',
    'Please fill in this field.',
    'Bitte füllen Sie dieses Feld aus.',
    'Compila questo campo.',
  ],
  [
    '<input type=number name=a max=1234.5 step=0.5>',
    'rangeOverflow',
    '9999',
    'Please enter 1,234.5 or less.',
    'Bitte geben Sie höchstens 1.234,5 ein.',
    'Inserisci un valore di al massimo 1234,5.',
  ],
  [
    '<input type=date name=a min=2026-08-14>',
    'rangeUnderflow',
    '2026-08-01',
    'Please choose August 14, 2026 or later.',
    'Bitte wählen Sie 14. August 2026 oder später.',
    'Scegli 14 agosto 2026 o un momento successivo.',
  ],
  [
    '<input type=number name=a step=5 min=0>',
    'stepMismatch',
    '7',
    'Please enter a valid value. The two nearest are 5 and 10.',
    'Bitte geben Sie einen gültigen Wert ein. Die nächsten sind 5 und 10.',
    'Inserisci un valore valido. I più vicini sono 5 e 10.',
  ],
  [
    '<input name=a maxlength=1>',
    'tooLong',
    'abc',
    'Please shorten this text to 1 character or fewer (it has 3 now).',
    'Bitte kürzen Sie diesen Text auf höchstens 1 Zeichen (jetzt sind es 3).',
    'Accorcia il testo a non più di 1 carattere (ora ne ha 3).',
  ],
] as const) {
  void test(`${validity} of ${control} in three languages`, () => {
    assert.equal(message(control, validity, 'en', value), english);
    assert.equal(message(control, validity, 'de', value), german);
    assert.equal(message(control, validity, 'it', value), italian);
  });
}

for (const [control, validity, value, expected] of [
  ['<input type=checkbox name=a>', 'valueMissing', '', 'Please tick this box to go on.'],
  ['<input type=radio name=a>', 'valueMissing', '', 'Please choose one of these options.'],
  ['<select name=a></select>', 'valueMissing', '', 'Please choose an item from the list.'],
  ['<input type=file name=a>', 'valueMissing', '', 'Please choose a file.'],
  ['<input type=email name=a>', 'typeMismatch', 'ada', 'Please write an “@” in the email address: “ada” has none.'],
  ['<input type=email name=a>', 'typeMismatch', '@x', 'Please write something before the “@”: “@x” is incomplete.'],
  [
    '<input type=email multiple name=a>',
    'typeMismatch',
    'a@b,c@',
    'Please write a domain such as example.org after the “@”: “c@” is not complete.',
  ],
  ['<input type=url name=a>', 'typeMismatch', 'x', 'Please enter a full web address, such as https://example.org.'],
  ['<input name=a pattern=x>', 'patternMismatch', 'y', 'Please use the format that is asked for.'],
  [
    '<input name=a pattern=x title="Three letters">',
    'patternMismatch',
    'y',
    'Please use the format that is asked for: Three letters',
  ],
  [
    '<input type=time name=a min=22:00 max=02:00>',
    'rangeUnderflow',
    '12:00',
    'Please choose a time between 10:00 PM and 2:00 AM.',
  ],
  ['<input type=month name=a min=2026-08>', 'rangeUnderflow', '2026-01', 'Please choose August 2026 or later.'],
  ['<input type=month name=a max=1969-03>', 'rangeOverflow', '2026-01', 'Please choose March 1969 or earlier.'],
  ['<input type=week name=a max=2026-W07>', 'rangeOverflow', '2026-W08', 'Please choose week 7, 2026 or earlier.'],
  [
    '<input type=datetime-local name=a max=2026-08-14T19:30>',
    'rangeOverflow',
    '2027-01-01T00:00',
    'Please choose August 14, 2026 at 7:30 PM or earlier.',
  ],
  [
    '<input type=number name=a step=5 min=0 max=12>',
    'stepMismatch',
    '12',
    'Please enter a valid value. The nearest is 10.',
  ],
  ['<input type=number name=a>', 'badInput', 'x', 'Please enter a number.'],
  ['<input type=date name=a>', 'badInput', 'x', 'Please enter a valid date.'],
  ['<select name=a></select>', 'optionMismatch', 'x', 'Please choose one of the options on offer.'],
  [
    '<input type=file name=a accept="image/*,.pdf">',
    'fileType',
    'a.exe',
    '“a.exe” is not a kind of file that is accepted here: image/*, .pdf.',
  ],
] as const) {
  void test(`${validity} of ${control}`, () => assert.equal(message(control, validity, 'en-US', value), expected));
}

void test('a file that is too large is told the limit', () => {
  assert.equal(
    message('<input type=file name=a>', 'fileSize', 'en', 'a.png', 25 * 1024 * 1024),
    '“a.png” is too large. Please choose a file of at most 26.2 MB.',
  );
});

void test('regions keep their formats, other languages fall back to English', () => {
  const control = '<input type=number name=a max=1234.5 step=0.5>';
  const date = '<input type=date name=a min=2026-08-14>';
  assert.equal(message(date, 'rangeUnderflow', 'en-GB'), 'Please choose 14 August 2026 or later.');
  assert.equal(message(control, 'rangeOverflow', 'it_IT'), 'Inserisci un valore di al massimo 1234,5.');
  for (const lang of ['fr', '', 'constructor', '__proto__', 'en-@@@', 'x'.repeat(100)]) {
    assert.equal(message(control, 'rangeOverflow', lang), 'Please enter 1,234.5 or less.', lang);
  }
});
