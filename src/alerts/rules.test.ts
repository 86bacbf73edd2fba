import { describe, expect, it } from 'vitest';
import { alertSettings, endedExchange, endpoint } from '../../test/doubles/alert-records.ts';
import type { AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import type { AlertMessage } from './message.ts';
import { createAlertRules, type WatchedEndpoint } from './rules.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const told = (messages: readonly AlertMessage[]) =>
  messages.map(({ topic, state }) => {
    const who = 'endpoint' in topic ? topic.endpoint : 'cluster' in topic ? topic.cluster : undefined;
    return [topic.kind, state, ...(who === undefined ? [] : [who])].join(' ');
  });

/** Rules that have looked once, at endpoints a and b in service. */
function watching(settings = alertSettings()) {
  const rules = createAlertRules(settings);
  rules.look([endpoint('a'), endpoint('b')], 0);
  const end = (record: Partial<ExchangeRecord>, now: number, more: Partial<AttemptRecord>[] = []) =>
    rules.ended(
      {
        record: endedExchange(record),
        attempts: more as AttemptRecord[],
        nameOf: (id) => id.replace('id-', ''),
      },
      now,
    );
  return { ...rules, end };
}

const down = (name: string, more: Partial<WatchedEndpoint> = {}) =>
  endpoint(name, { inQueue: true, ...more });

describe('endpoints and clusters', () => {
  it.each<[string, (readonly [number, readonly WatchedEndpoint[]])[], string[]]>([
    ['all is well', [[1, [endpoint('a'), endpoint('b')]]], []],
    ['one is down', [[1, [down('a'), endpoint('b')]]], ['endpoint_down raised a']],
    [
      'it stays down',
      [
        [1, [down('a'), endpoint('b')]],
        [2, [down('a'), endpoint('b')]],
        [HOUR, [down('a'), endpoint('b')]],
      ],
      ['endpoint_down raised a'],
    ],
    [
      'an hour later',
      [
        [1, [down('a'), endpoint('b')]],
        [HOUR + 1, [down('a'), endpoint('b')]],
        [HOUR + 2, [down('a'), endpoint('b')]],
      ],
      ['endpoint_down raised a', 'endpoint_down reminder a'],
    ],
    [
      'it is back',
      [
        [1, [down('a'), endpoint('b')]],
        [2, [endpoint('a'), endpoint('b')]],
        [3, [endpoint('a'), endpoint('b')]],
      ],
      ['endpoint_down raised a', 'endpoint_recovered recovered a'],
    ],
    [
      'all are down, and one is back',
      [
        [1, [down('a'), down('b')]],
        [2, [down('a'), endpoint('b')]],
      ],
      [
        'endpoint_down raised a',
        'endpoint_down raised b',
        'cluster_down raised main',
        'endpoint_recovered recovered b',
        'cluster_down recovered main',
      ],
    ],
    ['what is switched off does not count', [[1, [down('a', { enabled: false }), endpoint('b')]]], []],
    [
      'the only one that is not switched off is down',
      [[1, [endpoint('a', { enabled: false }), down('b')]]],
      ['endpoint_down raised b', 'cluster_down raised main'],
    ],
    [
      'one that is gone does not recover',
      [
        [1, [down('a'), endpoint('b')]],
        [2, [endpoint('b')]],
        [3, [endpoint('a'), endpoint('b')]],
      ],
      ['endpoint_down raised a'],
    ],
    ['there are none', [[1, []]], []],
  ])('%s', (_name, looks, expected) => {
    const rules = watching();
    expect(looks.flatMap(([now, endpoints]) => told(rules.look(endpoints, now)))).toEqual(expected);
  });

  it('what is down at the first look is not told, but that it is back is', () => {
    const rules = createAlertRules(alertSettings());
    expect(rules.look([down('a')], 0)).toEqual([]);
    expect(told(rules.look([endpoint('a')], 1))).toEqual([
      'endpoint_recovered recovered a',
      'cluster_down recovered main',
    ]);
  });

  it('one that goes up and down is left alone after the third time, and told again once it stays down', () => {
    const rules = watching(alertSettings({ on: ['endpoint_down', 'endpoint_recovered'] }));
    const messages: AlertMessage[] = [];
    for (let n = 0; n < 10; n += 1) {
      messages.push(
        ...rules.look([down('a')], n * MINUTE + 1),
        ...rules.look([endpoint('a')], n * MINUTE + 2),
      );
    }
    expect(told(messages)).toEqual(
      Array.from({ length: 3 }, () => ['endpoint_down raised a', 'endpoint_recovered recovered a']).flat(),
    );
    expect(messages.map(({ topic }) => topic.kind === 'endpoint_down' && topic.flaps)).toEqual([
      false,
      false,
      false,
      false,
      true,
      false,
    ]);
    expect(rules.look([down('a')], 11 * MINUTE)).toEqual([]);
    expect(told(rules.look([down('a')], 11 * MINUTE + HOUR))).toEqual(['endpoint_down reminder a']);
  });

  it('tells only what it is asked for', () => {
    const rules = watching(alertSettings({ on: ['endpoint_recovered'] }));
    expect(rules.look([down('a'), down('b')], 1)).toEqual([]);
    expect(told(rules.look([endpoint('a'), down('b')], 2))).toEqual(['endpoint_recovered recovered a']);
  });

  it('says what an endpoint said last, and since when it is down', () => {
    const rules = watching();
    rules.look([down('a'), endpoint('b')], 5);
    const [message] = rules.look([endpoint('a'), endpoint('b')], 9);
    expect(message).toMatchObject({ state: 'recovered', since: 5, at: 9 });
  });

  it('tells of a learned edge, and not of other events', () => {
    const rules = watching();
    const known = endpoint('a', { learnedEdge: { silenceMs: 100_200, since: 1, lastCutAt: 1, cuts: 2 } });
    const event = { at: 1, endpointId: 'id-a', detail: '' };
    const messages = rules.learned(
      [
        { ...event, kind: 'edge-learned' },
        { ...event, kind: 'opened' },
      ],
      [known],
      1,
    );
    expect(messages).toMatchObject([{ topic: { kind: 'edge_learned', endpoint: 'a', silenceMs: 100_200 } }]);
  });
});

describe('money', () => {
  it('is told once it is too much, and again when it is not', () => {
    const rules = watching(alertSettings({ on: ['money_lost_over'] }));
    expect(rules.end({ lostMicroUsd: 600_000, lostCalls: 1 }, 1)).toEqual([]);
    const [message] = rules.end({ lostMicroUsd: 600_000, lostCalls: 1 }, 2);
    expect(message).toMatchObject({
      state: 'raised',
      topic: { kind: 'money_lost_over', lostMicroUsd: 1_200_000, lostCalls: 2 },
    });
    expect(rules.end({ lostMicroUsd: 600_000, lostCalls: 1 }, 3)).toEqual([]);
    expect(told(rules.look([], HOUR + 2 * MINUTE))).toEqual(['money_lost_over recovered']);
  });

  it('exactly the limit is not over it', () => {
    const rules = watching(alertSettings({ on: ['money_lost_over'] }));
    expect(rules.end({ lostMicroUsd: 1_000_000, lostCalls: 1 }, 1)).toEqual([]);
  });

  it('is not lost any more once a client has fetched the answer', () => {
    const rules = watching(alertSettings({ on: ['money_lost_over'] }));
    const earlier = endedExchange({ lostMicroUsd: 900_000, lostCalls: 1 });
    rules.end(earlier, 1);
    rules.ended({ record: endedExchange(), attempts: [], earlier, nameOf: String }, 2);
    expect(rules.end({ lostMicroUsd: 900_000, lostCalls: 1 }, 3)).toEqual([]);
  });
});

describe('the error rate', () => {
  const ends = (count: number, record: Partial<ExchangeRecord>, attempts: Partial<AttemptRecord>[] = []) =>
    Array.from({ length: count }, () => ({ record, attempts }));
  const good = {};
  const bad = { failed: true, delivery: 'refused', cause: 'timeout' } as const;

  it.each([
    ['19 failures are too few', ends(19, bad), []],
    ['20 failures are enough', ends(20, bad), ['error_rate_over raised']],
    ['a fifth is not more than a fifth', [...ends(16, good), ...ends(4, bad)], []],
    ['more than a fifth', [...ends(15, good), ...ends(5, bad)], ['error_rate_over raised']],
    ['clients that left', ends(40, { failed: true, delivery: 'left' }), []],
    ['answers nobody came for', ends(40, { failed: true, delivery: 'undelivered' }), []],
    ['rejected requests', ends(40, { failed: true, delivery: 'delivered' }, [{ result: 'rejected' }]), []],
  ])('%s', (_name, exchanges, expected) => {
    const rules = watching(alertSettings({ on: ['error_rate_over'] }));
    expect(exchanges.flatMap(({ record, attempts }, n) => told(rules.end(record, n, attempts)))).toEqual(
      expected,
    );
  });

  it('falls as time passes, names the cause, and forgets it', () => {
    const rules = watching(alertSettings({ on: ['error_rate_over'], windowMs: HOUR }));
    for (let n = 0; n < 19; n += 1) rules.end({ ...bad, cause: n < 3 ? 'reset' : 'timeout' }, n);
    expect(rules.end(bad, 20)).toMatchObject([{ topic: { cause: 'timeout', failed: 20, requests: 20 } }]);
    expect(rules.look([], 30 * MINUTE)).toEqual([]);
    expect(rules.look([], HOUR + 2 * MINUTE)).toMatchObject([
      { state: 'recovered', topic: { kind: 'error_rate_over', requests: 0 } },
    ]);
  });
});

describe('slow requests', () => {
  it('are told once an hour and endpoint, with how many there were', () => {
    const rules = watching(alertSettings({ on: ['slow_over'] }));
    const slow = (now: number, endpointId: string, ms = 100_001) =>
      rules.end({ id: `req-${now}`, startedAt: now - ms, endedAt: now }, now, [{ endpointId }]);
    expect(slow(1, 'id-a', 100_000)).toEqual([]);
    expect(slow(2, 'id-a')).toMatchObject([
      { state: 'notice', topic: { endpoint: 'a', exchangeId: 'req-2', durationMs: 100_001, others: 0 } },
    ]);
    expect(slow(3, 'id-a')).toEqual([]);
    expect(slow(4, 'id-a')).toEqual([]);
    expect(slow(5, 'id-b')).toHaveLength(1);
    expect(slow(HOUR + 2, 'id-a')).toMatchObject([{ topic: { others: 2 } }]);
  });
});
