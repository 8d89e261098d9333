import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SiteForm } from '../site/index.ts';
import { successLocation } from './success.ts';

const form = (more: Partial<SiteForm>): SiteForm =>
  ({ name: 'ask', table: 'ask', successRow: false, ...more }) as SiteForm;
const to = (more: Partial<SiteForm>, next?: string): string =>
  successLocation({ tables: {} }, form(more), { path: '/contact' }, null, next);

test('the 303 goes to the page that the author named, and says which form was saved', () => {
  assert.equal(to({ successPath: '/thanks' }), '/thanks?saved=ask');
  assert.equal(to({ successPath: '/thanks?x=1#top' }), '/thanks?x=1&saved=ask#top');
});

test('without such a page it comes back to the form, at the fragment of its action', () => {
  assert.equal(to({}), '/contact?saved=ask');
  assert.equal(to({ successFragment: '#thanks' }), '/contact?saved=ask#thanks');
});

test('a page asked for by the post is followed only within the site', () => {
  assert.equal(to({}, '/done'), '/done?saved=ask');
  for (const next of [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'javascript:x()',
    '/\n/evil.example',
    '/.//evil.example',
    '/%2e//evil.example',
    '/a/..//evil.example',
  ]) {
    assert.equal(to({}, next), '/contact?saved=ask', next);
  }
});
