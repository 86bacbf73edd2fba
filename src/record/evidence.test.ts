import { describe, expect, it } from 'vitest';
import type { AttemptRecord, Delivery, ExchangeRecord } from '../domain/ledger.ts';
import { causeOf, firstEventOf, isFailed, keptHeaders, longestSilenceOf } from './evidence.ts';

const attempt = (result: AttemptRecord['result'], given: Partial<AttemptRecord> = {}): AttemptRecord => ({
  exchangeId: 'req-1',
  n: 1,
  endpointId: 'e1',
  startedAt: 1_000,
  longestSilenceMs: 5,
  totalMs: 10,
  result,
  chargeRisk: 'none',
  charge: 'unknown',
  usage: {},
  why: 'priority',
  ...given,
});

type Case = [
  name: string,
  attempts: readonly AttemptRecord['result'][],
  delivery: Delivery,
  more: { error?: string; answerStatus?: number; leftMs?: number },
  failed: boolean | undefined,
  cause: string | undefined,
];

const LEFT = { leftMs: 50 };

describe('whether an exchange failed, and why', () => {
  it.each<Case>([
    ['an answer', ['answered'], 'delivered', { answerStatus: 200 }, false, undefined],
    [
      'an answer by the second endpoint',
      ['edge-timeout', 'answered'],
      'delivered',
      { answerStatus: 200 },
      false,
      'edge-timeout',
    ],
    ['a 400 passed on', ['rejected'], 'delivered', { answerStatus: 400 }, true, 'rejected'],
    ['an estimate in place of a 404', ['rejected'], 'delivered', { answerStatus: 200 }, false, undefined],
    [
      'all failed',
      ['connect-failed', 'rate-limited'],
      'refused',
      { error: 'all_failed' },
      true,
      'rate-limited',
    ],
    ['no attempt', [], 'refused', { error: 'queue_full' }, true, 'queue_full'],
    [
      'a break after the commit point',
      ['truncated'],
      'broken',
      { error: 'answer_broken' },
      true,
      'truncated',
    ],
    ['Esc', ['cancelled'], 'left', LEFT, true, 'client-left'],
    ['Esc, after a failure', ['edge-timeout', 'cancelled'], 'left', LEFT, true, 'edge-timeout'],
    ['gone while it waited', [], 'left', LEFT, true, 'client-left'],
    ['nobody came for it', ['answered'], 'undelivered', LEFT, true, 'client-left'],
    ['a ticket that nobody redeemed', ['answered'], 'undelivered', {}, true, undefined],
    ['running', ['edge-timeout'], 'running', {}, undefined, 'edge-timeout'],
  ])('%s', (_name, results, delivery, { error, answerStatus, leftMs }, failed, cause) => {
    const ending = { delivery, error, answerStatus, leftMs };
    expect(isFailed(ending)).toBe(failed);
    expect(
      causeOf(
        results.map((result) => attempt(result)),
        ending,
      ),
    ).toBe(cause);
  });
});

describe('what adds up over attempts', () => {
  it('the first event of the last attempt, as time of the exchange', () => {
    const first = attempt('truncated', { firstEventMs: 20 });
    const last = attempt('answered', { startedAt: 1_500, firstEventMs: 30 });
    expect(firstEventOf([first, last], 900)).toBe(630);
    expect(firstEventOf([last, attempt('timeout')], 900)).toBeUndefined();
    expect(firstEventOf([], 900)).toBeUndefined();
  });

  it('the longest silence of any', () => {
    const silences = [5, 90_000, 7].map((longestSilenceMs) => attempt('timeout', { longestSilenceMs }));
    expect(longestSilenceOf(silences)).toBe(90_000);
    expect(longestSilenceOf([])).toBeUndefined();
  });
});

describe('the headers of a request', () => {
  const headers = { 'user-agent': 'sdk/1', 'x-api-key': 'plain-secret-1', 'x-copy': 'plain-secret-1' };
  const shown = { 'user-agent': 'sdk/1', 'x-api-key': '***', 'x-copy': '***' };
  it.each<[string, Partial<ExchangeRecord>, Record<string, string> | undefined]>([
    ['failed', { endedAt: 2, failed: true }, shown],
    ['slow', { endedAt: 10_000, failed: false }, shown],
    ['not so slow', { endedAt: 9_999, failed: false }, undefined],
    ['lost', { endedAt: 2, failed: false, lostCalls: 1 }, shown],
    ['lost, in money', { endedAt: 2, failed: false, lostMicroUsd: 5 }, shown],
    ['good and quick', { endedAt: 2, failed: false, lostMicroUsd: 0 }, undefined],
    ['running', {}, undefined],
  ])('%s', (_name, given, kept) => {
    const record = { startedAt: 0, lostCalls: 0, ...given } as ExchangeRecord;
    expect(keptHeaders(record, headers)).toEqual(kept);
  });
});
