import type { EndpointView, HealthEvent } from '../../../src/domain/health.ts';
import type { AttemptRecord, ExchangeRecord } from '../../../src/domain/ledger.ts';
import type { EndpointEvidence, Evidence } from '../../../src/explain/evidence.ts';

/** Evidence for tests: a request of 22 November 2026 to endpoint `main`, with as much different as a test says. */
export const BEGAN_AT = Date.UTC(2026, 10, 22, 12, 0, 0);

export function fakeAttempt(more: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    exchangeId: 'req-01m2gq8z5c7k3',
    n: 1,
    endpointId: 'aaaaaaaa',
    startedAt: BEGAN_AT,
    streamed: true,
    sentMs: 5,
    longestSilenceMs: 900,
    totalMs: 2_000,
    result: 'answered',
    status: 200,
    chargeRisk: 'certain',
    charge: 'charged',
    usage: { inputTokens: 10, outputTokens: 20 },
    costMicroUsd: 1_000,
    why: 'priority',
    ...(more.result === undefined || more.result === 'answered'
      ? { firstByteMs: 800, firstEventMs: 900 }
      : {}),
    ...more,
  };
}

/** A failed attempt: nothing came of it. */
export function failedAttempt(more: Partial<AttemptRecord> & Pick<AttemptRecord, 'result'>): AttemptRecord {
  const failed: Partial<AttemptRecord> = {
    phase: 'wait',
    endedBy: 'upstream',
    chargeRisk: 'possible',
    charge: 'unknown',
    usage: {},
    silenceMs: 1_900,
    totalMs: 2_000,
  };
  const { status: _status, costMicroUsd: _cost, ...attempt } = fakeAttempt({ ...failed, ...more });
  return { ...attempt, ...more };
}

export function fakeExchange(more: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    id: 'req-01m2gq8z5c7k3',
    startedAt: BEGAN_AT,
    endedAt: BEGAN_AT + 2_010,
    path: '/v1/messages',
    protocol: 'anthropic-messages',
    operation: 'generate',
    stream: true,
    model: 'claude-test',
    client: 'local',
    listener: 'door',
    cluster: 'main',
    scenario: 'chat',
    requestBytes: 1_000,
    status: 200,
    delivery: 'delivered',
    joined: 0,
    usage: {},
    charge: 'charged',
    costMicroUsd: 1_000,
    lostMicroUsd: 0,
    lostCalls: 0,
    savedMicroUsd: 0,
    savedCalls: 0,
    ...more,
  };
}

export function fakeEndpointView(more: Partial<EndpointView> = {}): EndpointView {
  return {
    id: 'aaaaaaaa',
    name: 'main-door',
    baseUrl: 'https://api.test',
    clusters: ['main'],
    enabled: true,
    priority: 1,
    weight: 100,
    health: 'healthy',
    circuit: { kind: 'closed' },
    inQueue: false,
    coolingUntil: 0,
    requests: 1,
    consecutiveFailures: 0,
    qps: 0,
    inFlight: 0,
    ...more,
  };
}

/** Other exchanges' calls to the same endpoint, a minute apart, the last one a minute before this exchange. */
export function earlier(...calls: readonly AttemptRecord[]): readonly AttemptRecord[] {
  return calls.map((call, index) => ({
    ...call,
    exchangeId: `req-0earlier0000${String.fromCharCode(97 + (index % 26))}${Math.floor(index / 26)}`,
    startedAt: BEGAN_AT - (calls.length - index) * 60_000 - call.totalMs,
  }));
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

export interface FakeEvidence {
  readonly exchange?: Partial<ExchangeRecord>;
  readonly attempts?: readonly AttemptRecord[];
  /** Of other exchanges. */
  readonly others?: readonly AttemptRecord[];
  readonly view?: Partial<EndpointView> | false;
  readonly events?: readonly Omit<HealthEvent, 'endpointId' | 'detail'>[];
  readonly more?: Partial<Evidence>;
}

export function fakeEvidence({
  exchange,
  attempts = [fakeAttempt()],
  others = [],
  view = {},
  events = [],
  more,
}: FakeEvidence): Evidence {
  const shown = view === false ? undefined : fakeEndpointView(view);
  const endpoint: EndpointEvidence = {
    id: 'aaaaaaaa',
    ...(shown ? { view: shown } : {}),
    attempts: [...others, ...attempts.filter(({ endpointId }) => endpointId === 'aaaaaaaa')],
    events: events.map((event) => ({ endpointId: 'aaaaaaaa', detail: '', ...event })),
  };
  const last = attempts.at(-1);
  const endedAt = last ? last.startedAt + last.totalMs + 10 : BEGAN_AT + 10;
  const failed = last ? last.result !== 'answered' : false;
  return {
    exchange: fakeExchange({
      endedAt,
      ...(failed ? { failed: true, delivery: 'refused' as const } : {}),
      ...exchange,
    }),
    attempts,
    endpoints: [endpoint],
    cluster: shown ? [shown] : [],
    later: [],
    left: [],
    listener: { name: 'door', host: '127.0.0.1', port: 7860 },
    settings: {
      queueMax: 100,
      routes: [],
      disconnect: { policy: 'auto', graceMs: 10_000, cutSilenceMs: 25_000, stalledMs: 120_000 },
    },
    ...more,
  };
}
