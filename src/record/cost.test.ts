import { describe, expect, it } from 'vitest';
import type { ChargeState } from '../domain/ledger.ts';
import type { ChargeRisk, Outcome } from '../domain/outcome.ts';
import type { Operation, Protocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import { chargeOf, costMicroUsd, countedUsage, needsEstimate } from './cost.ts';
import type { Price } from './price.ts';

const price: Price = {
  inputMicroUsdPerMTok: 3_000_000,
  outputMicroUsdPerMTok: 15_000_000,
  cacheReadMicroUsdPerMTok: 300_000,
  cacheWriteMicroUsdPerMTok: 3_750_000,
};
const plain: Price = { inputMicroUsdPerMTok: 3_000_000, outputMicroUsdPerMTok: 15_000_000 };

const cached = { inputTokens: 1_000, outputTokens: 100, cacheReadTokens: 600, cacheWriteTokens: 200 };

describe('costMicroUsd', () => {
  it.each<[string, Protocol, Usage, Price, number | undefined]>([
    ['input and output', 'openai-chat', { inputTokens: 1_000, outputTokens: 100 }, price, 3_000 + 1_500],
    [
      'Messages: cached parts beside the input',
      'anthropic-messages',
      cached,
      price,
      3_000 + 180 + 750 + 1_500,
    ],
    ['Chat: cached parts within the input', 'openai-chat', cached, price, 600 + 180 + 750 + 1_500],
    ['Responses: cached parts within the input', 'openai-responses', cached, price, 600 + 180 + 750 + 1_500],
    ['no cache price: that of input', 'openai-chat', cached, plain, 3_000 + 1_500],
    ['no cache price, on Messages', 'anthropic-messages', cached, plain, 5_400 + 1_500],
    [
      'more cached than input, which no upstream should say',
      'openai-chat',
      { ...cached, inputTokens: 1 },
      price,
      180 + 750 + 1_500,
    ],
    [
      'reasoning is part of the output',
      'openai-chat',
      { inputTokens: 0, outputTokens: 100, reasoningTokens: 90 },
      price,
      1_500,
    ],
    [
      'rounded to whole micro-USD',
      'openai-chat',
      { inputTokens: 1, outputTokens: 0 },
      { ...plain, inputMicroUsdPerMTok: 1_500_000 },
      2,
    ],
    ['nothing was read or written', 'openai-chat', { inputTokens: 0, outputTokens: 0 }, price, 0],
    ['output unknown', 'openai-chat', { inputTokens: 9 }, price, undefined],
    ['input unknown', 'anthropic-messages', { outputTokens: 9, cacheReadTokens: 3 }, price, undefined],
  ])('%s (%s)', (_what, protocol, usage, at, cost) => {
    expect(costMicroUsd(usage, at, protocol)).toBe(cost);
  });
});

const times = { longestSilenceMs: 1, totalMs: 2 };
const counted: Usage = { inputTokens: 3, outputTokens: 4 };

const ended = (what: 'answered' | 'rejected' | ChargeRisk, usage: Usage): Outcome => {
  const base = { endpointId: 'e', startedAt: 0, times, usage };
  if (what === 'answered') return { ...base, kind: 'answered', status: 200 };
  if (what === 'rejected') return { ...base, kind: 'rejected', status: 400 };
  return {
    ...base,
    kind: 'failed',
    cause: 'reset',
    phase: 'wait',
    endedBy: 'network',
    chargeRisk: what,
    committed: false,
    silenceMs: 1,
    detail: '',
  };
};

describe('chargeOf', () => {
  it.each<['answered' | 'rejected' | ChargeRisk, 'counted' | 'estimate' | 'nothing', Operation, ChargeState]>(
    [
      ['answered', 'counted', 'generate', 'charged'],
      ['answered', 'estimate', 'generate', 'estimated'],
      ['answered', 'nothing', 'generate', 'unknown'],
      ['answered', 'counted', 'count-tokens', 'not-charged'],
      ['answered', 'counted', 'pass', 'charged'],
      ['answered', 'nothing', 'pass', 'unknown'],
      ['rejected', 'counted', 'generate', 'not-charged'],
      ['none', 'nothing', 'generate', 'not-charged'],
      ['none', 'estimate', 'generate', 'not-charged'],
      ['possible', 'nothing', 'generate', 'unknown'],
      ['possible', 'counted', 'generate', 'charged'],
      ['likely', 'nothing', 'generate', 'unknown'],
      ['likely', 'estimate', 'generate', 'unknown'],
      ['likely', 'nothing', 'count-tokens', 'not-charged'],
      ['certain', 'counted', 'generate', 'charged'],
      ['certain', 'estimate', 'generate', 'estimated'],
      ['certain', 'nothing', 'generate', 'estimated'],
    ],
  )('%s with usage %s, %s → %s', (what, known, operation, charge) => {
    const outcome = ended(what, known === 'counted' ? counted : {});
    expect(chargeOf(outcome, known === 'nothing' ? {} : counted, operation)).toBe(charge);
  });

  it.each<[string, Outcome['kind'], Usage, number | undefined, ChargeState]>([
    ['a stream cut after its start said what went in', 'failed', { inputTokens: 9 }, 5_000, 'estimated'],
    ['a whole one that says no more than that', 'answered', { inputTokens: 9 }, 5_000, 'estimated'],
    [
      'zeros at the end of what was seen to be written',
      'answered',
      { inputTokens: 9, outputTokens: 0 },
      5_000,
      'estimated',
    ],
    ['zeros where nothing was written', 'answered', { inputTokens: 9, outputTokens: 0 }, 0, 'charged'],
    ['both counted', 'failed', counted, 5_000, 'charged'],
  ])('%s: estimated where it was not counted', (_, kind, usage, outputBytes, charge) => {
    const outcome = { ...ended(kind === 'failed' ? 'certain' : 'answered', usage), outputBytes };
    expect(needsEstimate(outcome, 'generate')).toBe(charge === 'estimated');
    expect(chargeOf(outcome, { inputTokens: 9, outputTokens: 1_250 })).toBe(charge);
    expect(countedUsage(outcome).outputTokens).toBe(charge === 'estimated' ? undefined : usage.outputTokens);
  });

  it('is unknown where only what went in was counted, and nothing came of it', () => {
    expect(chargeOf(ended('likely', { inputTokens: 9 }))).toBe('unknown');
    expect(needsEstimate(ended('likely', { inputTokens: 9 }), 'generate')).toBe(false);
  });

  it('reading a list costs nothing', () => {
    expect(chargeOf(ended('answered', {}), {}, 'pass', true)).toBe('not-charged');
    expect(chargeOf(ended('likely', {}), {}, 'pass', true)).toBe('not-charged');
  });

  it('does not take a count of 0 for a charge', () => {
    expect(chargeOf(ended('answered', { inputTokens: 0, outputTokens: 0 }))).toBe('unknown');
  });
});
