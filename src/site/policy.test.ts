import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parsePage } from '../html/index.ts';
import { policyNeeds } from './policy.ts';
import type { PolicyNeeds } from './policy.ts';

function needsOf(text: string): PolicyNeeds {
  return policyNeeds(parsePage({ file: 'a/index.html', text }), 'https://own.example');
}

function hash(code: string): string {
  return `sha256-${createHash('sha256').update(code).digest('base64')}`;
}

void test('inline scripts and handlers are named by their hashes, data blocks are not', () => {
  const needs = needsOf(
    `<script>go()</script><script type="module">import 'x'</script><script type="application/ld+json">{}</script>
     <script src="x.js"></script><script> </script><button onclick="stop()">x</button><a href="javascript:go()">x</a>`,
  );
  assert.deepEqual(needs.scripts, [hash('go()'), hash("import 'x'")]);
  assert.deepEqual(needs.handlers, [hash('stop()'), hash('go()')]);
});

void test('origins of other sites are gathered by directive, the site’s own are not', () => {
  const needs = needsOf(
    `<base href="/"><link rel="stylesheet" href="https://fonts.example/css?a=1"><link rel="icon" href="icon.svg">
     <script src="https://cdn.example/x.js"></script><script src="https://own.example/y.js"></script><img src="//img.example/a.png" srcset="https://wide.example/b.png 2x, c.png 3x" alt="">
     <iframe src="https://maps.example/embed"></iframe><form action="https://pay.example/do"></form><p style="color:red">x</p>`,
  );
  assert.deepEqual(needs.origins, {
    'form-action': ['https://pay.example'],
    'frame-src': ['https://maps.example'],
    'img-src': ['http://img.example', 'https://wide.example'],
    'script-src': ['https://cdn.example'],
    'style-src': ['https://fonts.example'],
  });
  assert.equal(needs.inlineStyles, true);
});
