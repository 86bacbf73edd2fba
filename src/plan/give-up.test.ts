import { describe, expect, it } from 'vitest';
import type { Failed, FailureCause, Outcome } from '../domain/outcome.ts';
import type { RetrySettings } from '../domain/settings.ts';
import { errorOf } from './give-up.ts';
import type { Plan } from './plan-for.ts';

const PLAN = {
  cluster: 'main',
  total: { ms: 300_000, setBy: 'scenario chat' },
  deadlineAt: 1_000_000,
} as Plan;
const RETRY = { max: 2, baseMs: 1, capMs: 2, maxCharged: 9 } as RetrySettings;
const NOW = 500_000;

const failed = (cause: FailureCause, more: Partial<Failed> = {}): Outcome =>
  ({
    kind: 'failed',
    endpointId: 'aaaaaaaa',
    cause,
    detail: `was ${cause}`,
    chargeRisk: 'none',
    committed: false,
    ...more,
  }) as Outcome;
const timedOut = (name: 'connect' | 'first_byte' | 'idle' | 'total', ms = 50, setBy = 'endpoint e') =>
  failed('timeout', { timer: { name, ms, setBy } });

describe('errorOf', () => {
  it.each([
    ['no attempt at all', [], 'queue_timeout', 429],
    ['a broken connection', [failed('connect-failed')], 'all_attempts_failed', 502],
    ['connect', [timedOut('connect')], 'connect_timeout', 504],
    ['first byte', [timedOut('first_byte')], 'first_byte_timeout', 504],
    ['idle', [timedOut('idle')], 'idle_timeout', 504],
    ['total', [timedOut('total')], 'total_timeout', 504],
    ['a time-out last', [failed('upstream-error'), timedOut('idle')], 'idle_timeout', 504],
    ['a time-out first', [timedOut('idle'), failed('upstream-error')], 'all_attempts_failed', 502],
    ['rate limits only', [failed('rate-limited'), failed('overloaded')], 'rate_limited', 429],
    ['rate limits among others', [failed('rate-limited'), failed('empty')], 'all_attempts_failed', 502],
    ['bad keys only', [failed('bad-key'), failed('bad-key')], 'bad_upstream_key', 502],
    ['bad keys among others', [failed('bad-key'), failed('reset')], 'all_attempts_failed', 502],
    ['not served', [failed('not-served', { status: 403 })], 'not_served', 403],
    ['not served by an event', [failed('not-served')], 'not_served', 400],
    ['not served, and a bad key', [failed('not-served'), failed('bad-key')], 'not_served', 400],
    ['not served, among others', [failed('not-served'), failed('reset')], 'all_attempts_failed', 502],
    ['blocked', [failed('blocked'), failed('bad-key')], 'all_attempts_failed', 502],
    ['a defect here', [failed('internal')], 'internal', 500],
    ['a defect here, among others', [failed('internal'), failed('reset')], 'all_attempts_failed', 502],
    ['part was given out', [failed('reset', { committed: true })], 'answer_broken', 502],
    ['part was given out, then time', [{ ...timedOut('idle'), committed: true }], 'answer_broken', 502],
  ] as readonly [string, Outcome[], string, number][])('%s', (_, history, code, status) => {
    expect(errorOf(PLAN, history, RETRY, NOW)).toMatchObject({ code, status });
  });

  it('the deadline has passed between attempts: a time-out of the whole', () => {
    const error = errorOf(PLAN, [failed('upstream-error')], RETRY, PLAN.deadlineAt);
    expect(error).toMatchObject({
      code: 'total_timeout',
      words: { ms: 300_000, setBy: 'scenario chat', attempts: 1 },
    });
  });

  it('a total that ran out in a later attempt is named whole, an endpoint’s own as it is', () => {
    const rest = errorOf(PLAN, [timedOut('total', 123, 'scenario chat')], RETRY, NOW);
    expect(rest.words).toMatchObject({ ms: 300_000, setBy: 'scenario chat' });
    const own = errorOf(PLAN, [timedOut('total', 123, 'endpoint e')], RETRY, NOW);
    expect(own.words).toMatchObject({ ms: 123, setBy: 'endpoint e' });
  });

  it('the shortest pause that was asked for', () => {
    const history = [
      failed('rate-limited', { retryAfterMs: 9_000 }),
      failed('overloaded', { retryAfterMs: 4_000 }),
    ];
    expect(errorOf(PLAN, history, RETRY, NOW).retryAfterMs).toBe(4_000);
    expect(errorOf(PLAN, [failed('rate-limited')], RETRY, NOW).retryAfterMs).toBe(30_000);
  });

  it('more was paid for than may be: asking again is advised against', () => {
    const history = [
      failed('edge-timeout', { chargeRisk: 'likely' }),
      failed('reset', { chargeRisk: 'certain' }),
    ];
    const spent = errorOf(PLAN, history, { ...RETRY, maxCharged: 1 }, NOW);
    expect(spent.retryHelps).toBe(false);
    expect(spent.retryAfterMs).toBeGreaterThan(60_000);
    expect(errorOf(PLAN, history, { ...RETRY, maxCharged: 2 }, NOW).retryHelps).toBe(true);
  });
});
