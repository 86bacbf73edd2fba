import { describe, expect, it } from 'vitest';
import { cutAfter, entry } from '../../../test/doubles/advise-records.ts';
import { type ConfigChange, demoSettings } from '../../config/config.ts';
import type { Endpoint } from '../../domain/endpoint.ts';
import type { AttemptRecord, LedgerEntry } from '../../domain/ledger.ts';
import type { Route, Settings } from '../../domain/settings.ts';
import { advise } from './advice.ts';
import type { AdviceKind } from './finding.ts';

const SETTINGS = demoSettings('http://127.0.0.1:1');
const ENDPOINT = SETTINGS.clusters[0]!.endpoints[0]!;

const endpoint = (id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  ...ENDPOINT,
  id,
  name: id.slice(0, 1),
  ...more,
});
const A = endpoint('aaaaaaaa');
const B = endpoint('bbbbbbbb');

/** Clusters by name, in this order; one listener, `local`, without an edge. */
function settings(
  clusters: Readonly<Record<string, readonly Endpoint[]>>,
  more: Partial<Settings> = {},
): Settings {
  return {
    ...SETTINGS,
    listen: [{ name: 'local', host: '127.0.0.1', port: 7860 }],
    clusters: Object.entries(clusters).map(([name, endpoints]) => ({
      name,
      strategy: 'priority',
      endpoints,
    })),
    ...more,
  };
}

const ALONE = settings({ main: [A] });
const times = (count: number, of: (n: number) => LedgerEntry): LedgerEntry[] =>
  Array.from({ length: count }, (_, n) => of(n));
const cuts = (count: number, silenceMs: number, more: Partial<AttemptRecord> = {}): LedgerEntry[] =>
  times(count, (n) => entry({ delivery: 'refused' }, cutAfter(silenceMs + n * 100, more)));
const edgeOf = (id: string, value: object) => ({ kind: 'endpoint', id, key: 'edge', value });
const timeout = (ms: number, setBy: string, more: Partial<AttemptRecord> = {}): Partial<AttemptRecord> => ({
  result: 'timeout',
  endedBy: 'gateway-timer',
  phase: 'wait',
  detail: `timer first_byte: ${ms} ms, set by ${setBy}`,
  charge: 'unknown',
  ...more,
});
const slow = (firstByteMs: number): LedgerEntry =>
  entry({}, { firstByteMs, longestSilenceMs: firstByteMs, totalMs: firstByteMs + 100 });
const lasting = (ms: number, more: object = {}): LedgerEntry => {
  const made = entry();
  return {
    ...made,
    exchange: { ...made.exchange, endedAt: made.exchange.startedAt + ms, ...more },
  };
};

describe('healthy traffic gets no advice', () => {
  it.each<[string, readonly LedgerEntry[], Settings]>([
    ['nothing on record', [], ALONE],
    ['answers', times(50, () => entry()), ALONE],
    ['long silences that nothing cut', times(20, () => slow(290_000)), ALONE],
    ['one cut', cuts(1, 100_000), ALONE],
    ['cuts that have nothing in common', [30, 70, 120, 200].flatMap((s) => cuts(1, s * 1_000)), ALONE],
    [
      'connections that broke early',
      times(9, () => entry({}, { ...cutAfter(4_000), result: 'reset', endedBy: 'network' })),
      ALONE,
    ],
    ['pages of an edge that could not connect', cuts(5, 300), ALONE],
    ['cuts at an endpoint that is no longer configured', cuts(9, 100_000, { endpointId: 'cccccccc' }), ALONE],
    ['rate limits', times(9, () => entry({}, { result: 'rate-limited', status: 429 })), ALONE],
    [
      'cuts that are known, where there is a way round them',
      cuts(9, 100_000),
      settings({ main: [endpoint(A.id, { edge: { silenceMs: 100_000 } }), B] }),
    ],
    [
      'timers that fired where nobody took longer',
      times(9, () => entry({}, timeout(60_000, 'scenario chat'))),
      ALONE,
    ],
    [
      'timers of the client’s own',
      [...times(9, () => entry({}, timeout(60_000, 'header x-qcc-timeout'))), slow(90_000)],
      ALONE,
    ],
    [
      'clients that left at any time',
      [21, 40, 95, 200].map((s) => lasting(s * 1_000 + 10_000, { delivery: 'left' })),
      ALONE,
    ],
    [
      'answers that some waited for and some did not',
      [...times(5, () => lasting(120_000, { delivery: 'undelivered' })), ...times(5, () => lasting(150_000))],
      ALONE,
    ],
    [
      'cancelled calls at a vendor that stops billing',
      times(9, () => entry({}, { result: 'cancelled', endedBy: 'client' })),
      ALONE,
    ],
  ])('%s', (_, entries, configured) => {
    expect(advise(entries, configured)).toEqual([]);
  });
});

const VENDOR = endpoint(A.id, { baseUrl: 'https://api.mistral.ai' });
const DIRECT = { main: [A], direct: [B] };

describe('what went wrong gets its remedy', () => {
  it.each<[string, readonly LedgerEntry[], Settings, readonly [AdviceKind, object?][]]>([
    [
      'an edge nobody knew of, with no way round it',
      cuts(2, 100_400),
      ALONE,
      [['endpoint-silence', edgeOf(A.id, { silence: '100s' })], ['no-door']],
    ],
    [
      'an edge nobody knew of, with a way round it in the cluster',
      cuts(3, 100_400),
      settings({ main: [A, B] }),
      [['endpoint-silence', edgeOf(A.id, { silence: '100s' })]],
    ],
    [
      'a scaled edge',
      cuts(3, 2_010),
      settings({ main: [A, B] }),
      [['endpoint-silence', edgeOf(A.id, { silence: '2s' })]],
    ],
    [
      'an edge that cuts sooner than the config says; its total stays',
      cuts(3, 60_000),
      settings({ main: [endpoint(A.id, { edge: { silenceMs: 100_000, totalMs: 900_000 } }), B] }),
      [['endpoint-silence', edgeOf(A.id, { silence: '60s', total: '900s' })]],
    ],
    [
      'connections broken after a steady long silence',
      times(2, () => entry({}, { ...cutAfter(125_000), result: 'reset', endedBy: 'network' })),
      settings({ main: [A, B] }),
      [['endpoint-silence', edgeOf(A.id, { silence: '125s' })]],
    ],
    [
      'streams broken after a steady time while they flowed',
      times(3, (n) =>
        entry(
          { stream: true },
          { result: 'reset', phase: 'stream', silenceMs: 200, totalMs: 900_500 + n * 300 },
        ),
      ),
      ALONE,
      [['endpoint-total', edgeOf(A.id, { total: '900s' })]],
    ],
    [
      'calls that are never streamed',
      cuts(2, 100_000),
      settings({ main: [endpoint(A.id, { streamUpstream: 'never' }), B] }),
      [
        ['stream-upstream', { kind: 'endpoint', id: A.id, key: 'stream_upstream', value: 'auto' }],
        ['endpoint-silence', edgeOf(A.id, { silence: '100s' })],
      ],
    ],
    [
      'a door in another cluster',
      cuts(2, 100_000),
      settings(DIRECT),
      [
        ['endpoint-silence', edgeOf(A.id, { silence: '100s' })],
        [
          'route',
          {
            kind: 'route',
            route: { name: 'long-claude-opus-4-5', match: { model: 'claude-opus-4-5' }, cluster: 'direct' },
          },
        ],
      ],
    ],
    [
      'the same, only for what asked for effort',
      [...times(2, () => entry({ delivery: 'refused', effort: 'high' }, cutAfter(100_000))), entry()],
      settings({ main: [endpoint(A.id, { edge: { silenceMs: 100_000 } })], direct: [B] }),
      [
        [
          'route',
          {
            kind: 'route',
            route: {
              name: 'long-claude-opus-4-5',
              match: { model: 'claude-opus-4-5', thinking: true },
              cluster: 'direct',
            },
          },
        ],
      ],
    ],
    [
      'the same, with the route there already',
      cuts(2, 100_000),
      settings(DIRECT, {
        routes: [{ name: 'r', match: { model: ['claude-opus-4-5'] }, cluster: 'direct' } as Route],
      }),
      [['endpoint-silence', edgeOf(A.id, { silence: '100s' })]],
    ],
    [
      'a door that does not speak the protocol is none',
      cuts(2, 100_000),
      settings({ main: [A], direct: [endpoint(B.id, { protocols: ['openai-chat'] })] }),
      [['endpoint-silence', edgeOf(A.id, { silence: '100s' })], ['no-door']],
    ],
    [
      'a door that is disabled, or has such an edge itself, is none',
      cuts(2, 100_000),
      settings({
        main: [A],
        off: [endpoint(B.id, { enabled: false })],
        same: [endpoint('cccccccc', { edge: { silenceMs: 99_000 } })],
      }),
      [['endpoint-silence', edgeOf(A.id, { silence: '100s' })], ['no-door']],
    ],
    [
      'our timer, set by a scenario',
      [...times(2, () => entry({}, timeout(120_000, 'scenario reasoning'))), slow(200_000)],
      ALONE,
      [['first-byte', { kind: 'value', path: ['scenarios', 'reasoning', 'first_byte'], value: '250s' }]],
    ],
    [
      'our timer, set for all',
      [...times(2, () => entry({}, timeout(30_000, 'timeouts'))), slow(40_000)],
      ALONE,
      [['first-byte', { kind: 'value', path: ['timeouts', 'first_byte'], value: '50s' }]],
    ],
    [
      'our timer, set at an endpoint',
      [...times(2, () => entry({}, timeout(30_000, 'endpoint a'))), slow(40_000)],
      ALONE,
      [['first-byte', { kind: 'endpoint-first-byte', id: A.id, value: '50s' }]],
    ],
    [
      'our timer, set by a route',
      [...times(2, () => entry({}, timeout(30_000, 'route slow'))), slow(40_000)],
      settings(
        { main: [A] },
        {
          routes: [
            { name: 'other', match: {} },
            { name: 'slow', match: {} },
          ],
        },
      ),
      [['first-byte', { kind: 'value', path: ['routes', 1, 'timeouts', 'first_byte'], value: '50s' }]],
    ],
    [
      'our timer, but the whole exchange ends before more would help',
      [...times(2, () => entry({}, timeout(120_000, 'scenario reasoning'))), slow(590_000)],
      ALONE,
      [],
    ],
    [
      'clients gone when their answers came, from some duration on',
      [
        ...[3, 40, 90].map((s) => lasting(s * 1_000)),
        ...[110, 150, 280].map((s) => lasting(s * 1_000, { delivery: 'undelivered' })),
      ],
      ALONE,
      [['listener', listenerEdge('100s')]],
    ],
    [
      'the same, where they came back',
      [lasting(50_000), ...times(3, () => lasting(70_000, { joined: 1 }))],
      ALONE,
      [['listener', listenerEdge('55s')]],
    ],
    [
      'clients that leave after a steady time',
      times(3, (n) => lasting(70_000 + n * 200, { delivery: 'left' })),
      ALONE,
      [['listener', listenerEdge('60s')]],
    ],
    [
      'the same, where their exchange ends at once',
      times(3, (n) => lasting(70_000 + n * 200, { delivery: 'left' })),
      settings({ main: [A] }, { disconnect: { ...SETTINGS.disconnect, policy: 'cancel' } }),
      [['listener', listenerEdge('70s')]],
    ],
    [
      'a listener whose edge is known',
      times(3, () => lasting(110_000, { delivery: 'undelivered' })),
      settings(
        { main: [A] },
        { listen: [{ name: 'local', host: '127.0.0.1', port: 7860, edge: { silenceMs: 100_000 } }] },
      ),
      [],
    ],
    [
      'cancelled calls that are billed all the same',
      [entry({ delivery: 'left' }, { result: 'cancelled', endedBy: 'client', charge: 'unknown' })],
      settings({ main: [VENDOR] }),
      [['billing', { kind: 'endpoint', id: A.id, key: 'cancel_stops_billing', value: false }]],
    ],
    [
      'the same, where the config knows',
      [entry({ delivery: 'left' }, { result: 'cancelled', endedBy: 'client', charge: 'unknown' })],
      settings({ main: [{ ...VENDOR, cancelStopsBilling: false }] }),
      [],
    ],
  ])('%s', (_, entries, configured, expected) => {
    const advice = advise(entries, configured);
    expect(advice.map(({ kind, change }) => (change ? [kind, change] : [kind]))).toEqual(expected);
  });
});

function listenerEdge(silence: string): ConfigChange {
  return { kind: 'listener', index: 0, host: '127.0.0.1', port: 7860, edge: { silence } };
}

describe('the evidence', () => {
  const entries = [
    ...cuts(2, 100_000, { charge: 'estimated', costMicroUsd: 12_000 }),
    entry({ model: 'gpt-5', client: 'ci', delivery: 'refused' }, cutAfter(101_000)),
    entry({ delivery: 'refused' }, cutAfter(100_000, { charge: 'not-charged', costMicroUsd: 0 })),
  ];

  it('counts who it happened to, how long it took and what it cost; what is unknown is not 0', () => {
    const [first] = advise(entries, settings({ main: [A, B] }));
    expect(first).toMatchObject({
      evidence: {
        calls: 4,
        leastMs: 100_000,
        mostMs: 101_000,
        models: [
          { name: 'claude-opus-4-5', count: 3 },
          { name: 'gpt-5', count: 1 },
        ],
        clients: [
          { name: 'laptop', count: 3 },
          { name: 'ci', count: 1 },
        ],
      },
      lost: { calls: 3, microUsd: 24_000, unknown: 1 },
    });
  });

  it('puts the dearest first', () => {
    const cheap = cuts(5, 60_000, { endpointId: B.id });
    const kinds = advise([...cheap, ...entries], settings({ main: [A, B, endpoint('cccccccc')] }));
    expect(kinds.map(({ about }) => about.id)).toEqual([A.id, B.id]);
  });
});
