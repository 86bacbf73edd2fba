import { describe, expect, it } from 'vitest';
import { bodyOf } from '../domain/body.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Route } from '../domain/settings.ts';
import { conditionsOf } from './route.ts';

const REQUEST = {
  protocol: 'anthropic-messages',
  model: 'claude-opus-4-5',
  stream: true,
  thinking: false,
  maxTokens: 1_000,
  body: bodyOf(Buffer.alloc(500)),
  headers: { 'x-job': 'nightly-7' },
  client: { name: 'ci', credential: '' },
} as unknown as IdentifiedRequest;

const NAMELESS = Object.fromEntries(
  Object.entries(REQUEST).filter(([key]) => key !== 'model' && key !== 'maxTokens'),
) as unknown as IdentifiedRequest;

type Match = Route['match'];

describe('conditionsOf', () => {
  it.each([
    [{}, true],
    [{ model: ['claude-*'] }, true],
    [{ model: ['CLAUDE-OPUS-?-?'] }, true],
    [{ model: ['gpt-*', '*opus*'] }, true],
    [{ model: ['claude'] }, false],
    [{ model: [] }, false],
    [{ protocol: ['anthropic-messages'] }, true],
    [{ protocol: ['openai-chat', 'openai-responses'] }, false],
    [{ stream: true }, true],
    [{ stream: false }, false],
    [{ thinking: false }, true],
    [{ thinking: true }, false],
    [{ maxTokens: { min: 1_000 } }, true],
    [{ maxTokens: { max: 1_000 } }, true],
    [{ maxTokens: { min: 1_001 } }, false],
    [{ maxTokens: { min: 1, max: 999 } }, false],
    [{ promptBytes: { min: 500, max: 500 } }, true],
    [{ promptBytes: { min: 501 } }, false],
    [{ promptBytes: { max: 499 } }, false],
    [{ headers: { 'x-job': 'nightly-*' } }, true],
    [{ headers: { 'x-job': 'daily-*' } }, false],
    [{ headers: { 'x-other': '*' } }, false],
    [{ headers: { 'x-job': '*', 'x-other': '*' } }, false],
    [{ clientKey: ['team', 'ci'] }, true],
    [{ clientKey: ['team'] }, false],
    [{ model: ['claude-*'], stream: false }, false],
    [{ model: ['claude-*'], stream: true, clientKey: ['ci'], maxTokens: { max: 5_000 } }, true],
  ] as readonly [Match, boolean][])('%j: %s', (match, expected) => {
    expect(conditionsOf(match)(REQUEST)).toBe(expected);
  });

  it.each([[{ model: ['*'] }], [{ maxTokens: { max: 10 } }], [{ maxTokens: { min: 0 } }]] as readonly [
    Match,
  ][])('%j does not fit a request that says nothing of it', (match) => {
    expect(conditionsOf(match)(NAMELESS)).toBe(false);
  });
});
