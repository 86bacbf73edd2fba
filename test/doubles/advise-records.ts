import type { AttemptRecord, ExchangeRecord, LedgerEntry } from '../../src/domain/ledger.ts';

let made = 0;

/** A request that was answered within 5 s, with what a test needs to be different. */
export function entry(
  exchange: Partial<ExchangeRecord> = {},
  ...attempts: readonly Partial<AttemptRecord>[]
): LedgerEntry {
  made += 1;
  const id = `req-${made}`;
  const startedAt = 1_000_000 + made * 60_000;
  return {
    exchange: {
      id,
      startedAt,
      endedAt: startedAt + 5_000,
      path: '/v1/messages',
      protocol: 'anthropic-messages',
      operation: 'generate',
      stream: false,
      model: 'claude-opus-4-5',
      client: 'laptop',
      listener: 'local',
      cluster: 'main',
      scenario: 'reasoning',
      requestBytes: 1_000,
      delivery: 'delivered',
      joined: 0,
      usage: {},
      charge: 'charged',
      lostCalls: 0,
      savedCalls: 0,
      ...exchange,
    },
    attempts: (attempts.length > 0 ? attempts : [{}]).map((attempt, index) => ({
      exchangeId: id,
      n: index + 1,
      endpointId: 'aaaaaaaa',
      startedAt,
      firstByteMs: 1_000,
      longestSilenceMs: 1_000,
      totalMs: 5_000,
      result: 'answered',
      chargeRisk: 'certain',
      charge: 'charged',
      usage: {},
      why: 'test',
      ...attempt,
    })),
  };
}

/** A call that an edge cut after a silence. */
export const cutAfter = (silenceMs: number, more: Partial<AttemptRecord> = {}): Partial<AttemptRecord> => ({
  result: 'edge-timeout',
  status: 524,
  phase: 'wait',
  endedBy: 'edge',
  silenceMs,
  longestSilenceMs: silenceMs,
  totalMs: silenceMs,
  chargeRisk: 'likely',
  charge: 'unknown',
  ...more,
});
