import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Protocol } from '../domain/protocol.ts';
import { pickModel, randomCode } from './question.ts';

const ALL: readonly Protocol[] = ['anthropic-messages', 'openai-chat', 'openai-responses'];
const speaking = (protocols: readonly Protocol[]) => ({ protocols }) as Endpoint;

describe('pickModel', () => {
  it.each([
    [ALL, 'claude-set', 'claude-last', 'claude-set', 'anthropic-messages'],
    [ALL, 'gpt-set', undefined, 'gpt-set', 'openai-chat'],
    [ALL, undefined, 'claude-last', 'claude-last', 'anthropic-messages'],
    [ALL, undefined, 'qwen-last', 'qwen-last', 'openai-chat'],
    [['openai-chat'], 'claude-set', undefined, 'claude-set', 'openai-chat'],
    [['openai-responses'], undefined, 'gpt-last', 'gpt-last', 'openai-responses'],
  ] as const)('speaking %j, set %s, last %s: %s in %s', (protocols, set, last, model, protocol) => {
    expect(pickModel(speaking(protocols), set, last)).toEqual({ protocol, model });
  });

  it.each(ALL)('where nothing is known, a cheap one of %s', (protocol) => {
    const picked = pickModel(speaking([protocol]), undefined, undefined);
    expect(picked.protocol).toBe(protocol);
    expect(picked.model).toMatch(protocol === 'anthropic-messages' ? /^claude-.*haiku/ : /mini/);
  });
});

describe('randomCode', () => {
  it('six characters, none taken for another, at both ends of chance', () => {
    for (const chance of [0, 0.5, 1 - Number.EPSILON]) {
      expect(randomCode(() => chance)).toMatch(/^[A-HJKMNP-Z2-9]{6}$/);
    }
  });

  it('every character is drawn anew', () => {
    let drawn = 0;
    const code = randomCode(() => {
      drawn += 1;
      return drawn / 10;
    });
    expect(drawn).toBe(6);
    expect(new Set(code).size).toBe(6);
  });
});
