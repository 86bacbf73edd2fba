import { describe, expect, it } from 'vitest';
import type { AttemptRecord, Delivery, ExchangeRecord } from '../domain/ledger.ts';
import type { Failed, Outcome } from '../domain/outcome.ts';
import type { BegunCall } from './begun-call.ts';
import { attemptRecord, type CallFacts, type ExchangeFacts, exchangeRecord } from './ledger.ts';
import { builtInPrices } from './price.ts';

const prices = builtInPrices();
const call: CallFacts = {
  protocol: 'anthropic-messages',
  operation: 'generate',
  estimated: undefined,
  isFree: false,
};
const times = { sentMs: 1, firstByteMs: 20, firstEventMs: 30, longestSilenceMs: 19, totalMs: 900 };
const usage = { inputTokens: 1_000, outputTokens: 100 };

const answered: Outcome = {
  kind: 'answered',
  status: 200,
  endpointId: 'e1',
  startedAt: 5,
  times,
  usage,
  upstreamRequestId: 'up-1',
};

const failed = (given: Partial<Failed>): Outcome => ({
  kind: 'failed',
  endpointId: 'e1',
  startedAt: 5,
  times: { longestSilenceMs: 19, totalMs: 20 },
  usage: {},
  cause: 'edge-timeout',
  phase: 'wait',
  endedBy: 'edge',
  chargeRisk: 'likely',
  committed: false,
  status: 524,
  silenceMs: 19,
  detail: 'HTTP 524',
  ...given,
});

const begun: BegunCall = { why: 'priority', streamed: true, queuedMs: 0, backoffMs: 0 };

const record = (outcome: Outcome, n = 1, model: string | undefined = 'claude-sonnet-4-5', facts = call) =>
  attemptRecord('req-1', { n, call: begun, model }, outcome, prices, facts);

/** 1,000 × $3 and 100 × $15 per million. */
const COST = 4_500;

describe('attemptRecord', () => {
  it('says all there is of an answer', () => {
    expect(record(answered)).toEqual({
      exchangeId: 'req-1',
      n: 1,
      endpointId: 'e1',
      startedAt: 5,
      ...times,
      result: 'answered',
      status: 200,
      chargeRisk: 'certain',
      charge: 'charged',
      usage,
      costMicroUsd: COST,
      upstreamRequestId: 'up-1',
      streamed: true,
      why: 'priority',
    });
  });

  it('says how a failure came about, the timer before the detail', () => {
    const timer = { name: 'first_byte', ms: 120_000, setBy: 'scenario reasoning' } as const;
    const { detail, ...rest } = record(failed({ cause: 'timeout', endedBy: 'gateway-timer', timer }));
    expect(detail).toBe('timer first_byte: 120000 ms, set by scenario reasoning');
    expect(rest).toEqual({
      exchangeId: 'req-1',
      n: 1,
      endpointId: 'e1',
      startedAt: 5,
      longestSilenceMs: 19,
      totalMs: 20,
      result: 'timeout',
      status: 524,
      phase: 'wait',
      endedBy: 'gateway-timer',
      silenceMs: 19,
      chargeRisk: 'likely',
      charge: 'unknown',
      usage: {},
      timer,
      streamed: true,
      why: 'priority',
    });
    expect(record(failed({})).detail).toBe('HTTP 524');
  });

  it.each<[string, AttemptRecord, Readonly<Record<string, unknown>>]>([
    [
      'a model without a price',
      record(answered, 1, 'mystery'),
      { charge: 'charged', costMicroUsd: undefined },
    ],
    [
      'no model',
      attemptRecord('x', { n: 1, call: begun, model: undefined }, answered, prices, call),
      { charge: 'charged', costMicroUsd: undefined },
    ],
    [
      'an answer without usage',
      record({ ...answered, usage: {} }),
      { charge: 'unknown', costMicroUsd: undefined },
    ],
    [
      'an answer with an estimate',
      record({ ...answered, usage: {} }, 1, undefined, { ...call, estimated: usage }),
      { charge: 'estimated', costMicroUsd: COST, usage },
    ],
    [
      'counting tokens',
      record(answered, 1, undefined, { ...call, operation: 'count-tokens' }),
      { charge: 'not-charged', chargeRisk: 'none', costMicroUsd: 0 },
    ],
    [
      'something passed on',
      record({ ...answered, usage: {} }, 1, undefined, { ...call, operation: 'pass' }),
      { charge: 'unknown', chargeRisk: 'possible', costMicroUsd: undefined },
    ],
    [
      'a 400',
      record({ ...answered, kind: 'rejected', status: 400, usage: {} }),
      { result: 'rejected', charge: 'not-charged', costMicroUsd: 0 },
    ],
    [
      'a refused connection',
      record(failed({ cause: 'connect-failed', chargeRisk: 'none' })),
      { charge: 'not-charged', costMicroUsd: 0 },
    ],
    [
      'a cut stream, counted',
      record(failed({ chargeRisk: 'certain', usage })),
      { charge: 'charged', costMicroUsd: COST },
    ],
    [
      'a cut stream, not counted',
      record(failed({ chargeRisk: 'certain' })),
      { charge: 'estimated', costMicroUsd: undefined },
    ],
    [
      'a cut stream, estimated',
      record(failed({ chargeRisk: 'certain' }), 1, undefined, { ...call, estimated: usage }),
      { charge: 'estimated', costMicroUsd: COST, usage },
    ],
    [
      'an estimate of what may not have been',
      record(failed({}), 1, undefined, { ...call, estimated: usage }),
      { charge: 'unknown', costMicroUsd: undefined, usage: {} },
    ],
  ])('%s', (_what, got, expected) => {
    const picked = Object.fromEntries(
      Object.keys(expected).map((key) => [key, got[key as keyof AttemptRecord]]),
    );
    expect(picked).toEqual(expected);
  });
});

const facts = (attempts: readonly AttemptRecord[], delivery: Delivery, served = 0): ExchangeFacts => ({
  id: 'req-1',
  startedAt: 1,
  endedAt: 2,
  path: '/v1/messages',
  protocol: 'anthropic-messages',
  operation: 'generate',
  stream: true,
  client: 'ann',
  listener: 'main',
  cluster: 'default',
  scenario: 'chat',
  requestBytes: 9,
  model: undefined,
  effort: undefined,
  status: undefined,
  route: undefined,
  attemptCount: attempts.length,
  endpointId: attempts.at(-1)?.endpointId,
  throughEdge: false,
  queuedMs: 0,
  backoffMs: 0,
  leftMs: undefined,
  leftSilentMs: undefined,
  leftFate: undefined,
  clientPatienceMs: undefined,
  heartbeats: 0,
  error: undefined,
  answerStatus: 200,
  requestHeaders: {},
  delivery,
  joined: served,
  attempts,
  served,
});

const paid = record(answered);
const unpriced = record(answered, 1, 'mystery');
const cut524 = record(failed({}));
const error500 = record(failed({ cause: 'upstream-error', status: 500, chargeRisk: 'possible' }));
const refused = record(failed({ cause: 'connect-failed', chargeRisk: 'none' }));
const cutStream = record(failed({ cause: 'truncated', chargeRisk: 'certain', usage, committed: true }));
const uncounted = record(failed({ cause: 'reset', chargeRisk: 'certain' }));
const passed400 = record({ ...answered, kind: 'rejected', status: 400, usage: {} });

type Money = Pick<ExchangeRecord, 'charge' | 'lostCalls' | 'savedCalls'> &
  Partial<Pick<ExchangeRecord, 'costMicroUsd' | 'lostMicroUsd' | 'savedMicroUsd'>>;
const money = (
  charge: Money['charge'],
  cost?: number,
  lost: [number, number?] = [0, 0],
  saved: [number, number?] = [0, 0],
): Money => ({
  charge,
  lostCalls: lost[0],
  savedCalls: saved[0],
  ...(cost === undefined ? {} : { costMicroUsd: cost }),
  ...(lost[1] === undefined ? {} : { lostMicroUsd: lost[1] }),
  ...(saved[1] === undefined ? {} : { savedMicroUsd: saved[1] }),
});

describe('exchangeRecord', () => {
  it.each<[string, AttemptRecord[], Delivery, number, Money]>([
    ['one answer, delivered', [paid], 'delivered', 0, money('charged', COST)],
    ['an answer nobody came for', [paid], 'undelivered', 0, money('charged', COST, [1, COST])],
    ['an answer broken off', [cutStream], 'broken', 0, money('charged', COST, [1, COST])],
    ['a client that left', [cutStream], 'left', 0, money('charged', COST, [1, COST])],
    ['a 524, then an answer', [cut524, paid], 'delivered', 0, money('charged', COST, [1])],
    ['a 524, and no answer', [cut524], 'refused', 0, money('unknown', undefined, [1])],
    ['a 500, then an answer', [error500, paid], 'delivered', 0, money('charged', COST)],
    ['a 500, and no answer', [error500], 'refused', 0, money('unknown')],
    ['nothing reached a model', [refused, refused], 'refused', 0, money('not-charged', 0)],
    ['a 400 passed on', [passed400], 'delivered', 0, money('not-charged', 0)],
    ['a refused connection, then an answer', [refused, paid], 'delivered', 0, money('charged', COST)],
    [
      'a stream cut before it was counted, then an answer',
      [uncounted, paid],
      'delivered',
      0,
      money('charged', undefined, [1]),
    ],
    ['a model without a price', [unpriced], 'delivered', 0, money('charged')],
    ['a model without a price, for nothing', [unpriced], 'undelivered', 0, money('charged', undefined, [1])],
    ['one join', [paid], 'delivered', 1, money('charged', COST, [0, 0], [1, COST])],
    ['thirty joins', [paid], 'delivered', 30, money('charged', COST, [0, 0], [30, 30 * COST])],
    [
      'joins on a model without a price',
      [unpriced],
      'delivered',
      2,
      money('charged', undefined, [0, 0], [2]),
    ],
    ['joins that were given a 400', [passed400], 'delivered', 2, money('not-charged', 0)],
    ['under way', [], 'running', 0, money('unknown')],
    ['under way, answered, to be delivered', [paid], 'running', 0, money('charged', COST)],
    ['turned away before any attempt', [], 'refused', 0, money('not-charged', 0)],
  ])('%s', (_what, attempts, delivery, served, expected) => {
    const { charge, costMicroUsd, lostCalls, lostMicroUsd, savedCalls, savedMicroUsd } = exchangeRecord(
      facts(attempts, delivery, served),
    );
    expect({ charge, costMicroUsd, lostCalls, lostMicroUsd, savedCalls, savedMicroUsd }).toEqual({
      costMicroUsd: undefined,
      lostMicroUsd: undefined,
      savedMicroUsd: undefined,
      ...expected,
    });
  });

  it('adds usage up, and leaves out what nobody counted', () => {
    const { usage: total } = exchangeRecord(
      facts(
        [cutStream, cut524, record({ ...answered, usage: { ...usage, cacheReadTokens: 7 } })],
        'delivered',
      ),
    );
    expect(total).toEqual({ inputTokens: 2_000, outputTokens: 200, cacheReadTokens: 7 });
  });

  it('keeps the facts, and nothing of how they were come by', () => {
    const whole = exchangeRecord({
      ...facts([paid], 'delivered', 1),
      model: 'claude-sonnet-4-5',
      status: 200,
    });
    expect(whole).toMatchObject({
      id: 'req-1',
      model: 'claude-sonnet-4-5',
      status: 200,
      joined: 1,
      delivery: 'delivered',
    });
    expect(Object.keys(whole)).not.toContain('attempts');
    expect(Object.keys(whole)).not.toContain('served');
  });
});
