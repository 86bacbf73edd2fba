import { describe, expect, it } from 'vitest';
import type { AlertState, AlertTopic } from './message.ts';
import { money, percent, span } from './quantities.ts';
import { alertText } from './words.ts';

const WHO = { endpointId: '1e3e69eb', endpoint: 'jp' };
const TOPICS: readonly (readonly [AlertTopic, readonly AlertState[]])[] = [
  [{ kind: 'endpoint_down', ...WHO, detail: 'HTTP 504', flaps: true }, ['raised', 'reminder']],
  [{ kind: 'endpoint_recovered', ...WHO }, ['recovered']],
  [{ kind: 'cluster_down', cluster: 'main', endpoints: 1, flaps: false }, ['raised', 'recovered']],
  [{ kind: 'cluster_down', cluster: 'main', endpoints: 3, flaps: true }, ['reminder']],
  [{ kind: 'edge_learned', ...WHO, silenceMs: 100_200 }, ['notice']],
  [
    {
      kind: 'money_lost_over',
      lostMicroUsd: 1_230_000,
      lostCalls: 4,
      overMicroUsd: 1_000_000,
      windowMs: 3_600_000,
    },
    ['raised', 'reminder', 'recovered'],
  ],
  [
    {
      kind: 'slow_over',
      exchangeId: 'req-1',
      durationMs: 245_000,
      overMs: 100_000,
      endpoint: 'jp',
      model: 'm',
      others: 2,
    },
    ['notice'],
  ],
  [
    {
      kind: 'error_rate_over',
      requests: 40,
      failed: 10,
      over: 0.2,
      windowMs: 600_000,
      cause: 'timeout',
    },
    ['raised', 'reminder', 'recovered'],
  ],
  [{ kind: 'test' }, ['test']],
];

const ALL = TOPICS.flatMap(([topic, states]) => states.map((state) => ({ topic, state })));

describe.each(['en', 'zh'] as const)('the words in %s', (language) => {
  it('are these', () => {
    const texts = ALL.map((one) => {
      const { title, lines } = alertText({ ...one, since: 0, at: 5_400_000 }, language);
      // Local time differs from machine to machine.
      return [title, ...lines].join('\n').replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d/g, 'INSTANT');
    });
    expect(texts.join('\n\n')).toMatchSnapshot();
  });

  it('begin with the keyword that robots may demand', () => {
    for (const one of ALL) expect(alertText({ ...one, since: 0, at: 1 }, language).title).toMatch(/^QCC: /);
  });
});

it.each([
  [999, '1 s'],
  [100_240, '100.2 s'],
  [245_000, '245 s'],
  [720_000, '12 min'],
  [3_600_000, '1 h'],
  [5_400_000, '1 h 30 min'],
  [86_400_000, '24 h'],
])('%i ms are %s', (ms, text) => {
  expect(span(ms, 'en')).toBe(text);
});

it.each([
  [1_230_000, '$1.23'],
  [0, '$0.00'],
  [12_300, '$0.0123'],
])('%i micro-USD are %s', (microUsd, text) => {
  expect(money(microUsd)).toBe(text);
});

it('shares have a digit where they need one', () => {
  expect([0.2, 0.125, 1].map(percent)).toEqual(['20 %', '12.5 %', '100 %']);
});
