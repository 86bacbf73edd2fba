import { describe, expect, it } from 'vitest';
import type { Route, WhatIfAsk } from '../../../src/admin/admin.ts';
import { askOf, fieldsOf } from './routes-ask.ts';
import { conditionsOf } from './routes-conditions.ts';

describe('the what-if form', () => {
  it.each<[string, WhatIfAsk]>([
    ['', { path: '/v1/messages' }],
    [
      'path=/v1/responses&model=%20gpt-x%20&stream=yes',
      { path: '/v1/responses', model: 'gpt-x', stream: true },
    ],
    [
      'stream=no&thinking=no&effort=high',
      { path: '/v1/messages', stream: false, thinking: false, effort: 'high' },
    ],
    ['maxTokens=32000&promptKb=1.5', { path: '/v1/messages', maxTokens: 32_000, promptBytes: 1500 }],
    ['maxTokens=many&promptKb=-1', { path: '/v1/messages' }],
    [
      `headers=${encodeURIComponent('X-Team: blue\nnonsense\n x-qcc-scenario:quick ')}`,
      { path: '/v1/messages', headers: { 'x-team': 'blue', 'x-qcc-scenario': 'quick' } },
    ],
    ['clientKey=alice&listener=lan', { path: '/v1/messages', clientKey: 'alice', listener: 'lan' }],
  ])('%s', (query, ask) => expect(askOf(fieldsOf(new URLSearchParams(query)))).toEqual(ask));
});

describe("a route's conditions in words", () => {
  it.each<[Route['match'], readonly string[]]>([
    [{}, []],
    [{ model: ['claude-*', 'opus'] }, ['model claude-* or opus']],
    [{ stream: true, thinking: false }, ['streamed', 'without thinking']],
    [
      { maxTokens: { min: 32_000 }, promptBytes: { min: 1000, max: 2000 } },
      ['max tokens ≥ 32,000', 'body 1 kB … 2 kB'],
    ],
    [{ headers: { 'x-team': 'b*' }, clientKey: ['alice'] }, ['header x-team: b*', 'client alice']],
  ])('%j', (match, words) => expect(conditionsOf(match)).toEqual(words));
});
