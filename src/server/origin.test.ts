import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostRule, mayWrite } from './origin.ts';

const local = { origins: [], boundHost: '127.0.0.1', hasSession: false };
const configured = { origins: ['https://example.org'], boundHost: '127.0.0.1', hasSession: false };

test('Sec-Fetch-Site decides where it is sent', () => {
  assert.equal(mayWrite({ 'sec-fetch-site': 'same-origin' }, configured), true);
  assert.equal(mayWrite({ 'sec-fetch-site': 'none' }, configured), true);
  assert.equal(mayWrite({ 'sec-fetch-site': 'same-site' }, configured), false);
  assert.equal(mayWrite({ 'sec-fetch-site': 'cross-site', origin: 'https://example.org' }, configured), false);
});

test('without it, Origin must be a configured one', () => {
  assert.equal(mayWrite({ origin: 'https://example.org', host: 'example.org' }, configured), true);
  assert.equal(mayWrite({ origin: 'https://evil.example', host: 'example.org' }, configured), false);
  assert.equal(mayWrite({ origin: 'null', host: 'example.org' }, configured), false);
});

test('until an origin is configured, Origin must equal a Host that cannot be rebound', () => {
  assert.equal(mayWrite({ origin: 'http://127.0.0.1:4000', host: '127.0.0.1:4000' }, local), true);
  assert.equal(mayWrite({ origin: 'http://localhost:4000', host: 'localhost:4000' }, local), true);
  assert.equal(mayWrite({ origin: 'http://[::1]:4000', host: '[::1]:4000' }, local), true);
  assert.equal(mayWrite({ origin: 'http://evil.example', host: 'evil.example' }, local), false);
  assert.equal(mayWrite({ origin: 'http://localhost:4000', host: '127.0.0.1:4000' }, local), false);
  assert.equal(mayWrite({ origin: 'null', host: '127.0.0.1' }, local), false);
});

test('with neither header, a session cookie is refused and a plain client is not', () => {
  assert.equal(mayWrite({}, { ...local, hasSession: true }), false);
  assert.equal(mayWrite({}, local), true);
});

test('a bearer token is exempt', () => {
  assert.equal(mayWrite({ authorization: 'Bearer x', 'sec-fetch-site': 'cross-site' }, configured), true);
});

test('only configured hosts are known', () => {
  const isKnown = hostRule(['https://example.org', 'http://localhost:4000']);
  assert.equal(isKnown('example.org'), true);
  assert.equal(isKnown('EXAMPLE.org:443'), true);
  assert.equal(isKnown('localhost:4000'), true);
  assert.equal(isKnown('localhost'), false);
  assert.equal(isKnown('example.org:8080'), false);
  assert.equal(isKnown('evil.example'), false);
  assert.equal(isKnown(''), false);
});

test('until there are any, every well-formed host is', () => {
  const isKnown = hostRule([]);
  assert.equal(isKnown('anything:1'), true);
  assert.equal(isKnown('[::1]:4000'), true);
  assert.equal(isKnown(undefined), false);
  assert.equal(isKnown('a b'), false);
  assert.equal(isKnown('user@host'), false);
});
