import { describe, expect, it } from 'vitest';
import type { AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import { readPage } from '../explain/explain.ts';
import { memoryStore } from '../storage/storage.ts';
import { matchOf } from './page-match.ts';

const NOON = Date.UTC(2026, 10, 22, 12, 0, 0);
const NOW = NOON + 30 * 60_000;

function row(id: string, startedAt: number, more: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    id,
    startedAt,
    endedAt: startedAt + 100_000,
    path: '/v1/messages',
    protocol: 'anthropic-messages',
    operation: 'generate',
    stream: false,
    client: 'local',
    listener: 'door',
    cluster: 'main',
    scenario: 'chat',
    requestBytes: 100,
    status: 200,
    delivery: 'delivered',
    joined: 0,
    usage: {},
    charge: 'unknown',
    lostCalls: 0,
    savedCalls: 0,
    ...more,
  };
}

const cut = (exchangeId: string, startedAt: number, more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  exchangeId,
  n: 1,
  endpointId: 'aaaaaaaa',
  startedAt,
  longestSilenceMs: 99_900,
  totalMs: 100_000,
  result: 'edge-timeout',
  status: 524,
  chargeRisk: 'likely',
  charge: 'unknown',
  usage: {},
  why: 'priority',
  ...more,
});

async function match(
  text: string,
  rows: readonly (readonly [ExchangeRecord, ...AttemptRecord[]])[],
): Promise<{ id: string | undefined; by?: string; candidates: readonly string[] }> {
  const store = memoryStore();
  for (const [exchange, ...attempts] of rows) {
    store.openExchange(exchange);
    for (const attempt of attempts) {
      store.openAttempt(attempt.exchangeId, attempt.n, attempt.endpointId, attempt.startedAt, '');
      store.closeAttempt(attempt);
    }
    store.closeExchange(exchange);
  }
  const fleet = { views: () => [{ id: 'aaaaaaaa' }] as never };
  const found = await matchOf(readPage(text, NOW), { store, fleet, now: () => NOW });
  return { ...found, candidates: found.candidates.map(({ id }) => id) };
}

const A = 'req-0000000000aaa';
const B = 'req-0000000000bbb';
const PAGE = 'Error code 524, 2026-11-22 12:01:41 UTC';

describe('the request behind a page', () => {
  it.each([
    [
      'its Ray ID, however many met the same status',
      'error 524, cf-ray: 9A2B7C1D3E4F5061-FRA',
      [
        [row(A, NOON), cut(A, NOON)],
        [row(B, NOON), cut(B, NOON, { headers: { 'cf-ray': '9a2b7c1d3e4f5061-FRA' } })],
      ],
      { id: B, by: 'ray', candidates: [] },
    ],
    [
      'the upstream’s id',
      '{"request_id":"req_011CRZ1kqD4uWx7yVb9eFmNa"}',
      [[row(A, NOON), cut(A, NOON, { upstreamRequestId: 'req_011CRZ1kqD4uWx7yVb9eFmNa', status: 529 })]],
      { id: A, by: 'upstream-id', candidates: [] },
    ],
    [
      'its status and time',
      PAGE,
      [
        [row(A, NOON), cut(A, NOON)],
        [row(B, NOON + 60_000), cut(B, NOON + 60_000)],
      ],
      { id: A, by: 'time', candidates: [] },
    ],
    [
      'a client that was cut off then, where no call met that status',
      PAGE,
      [[row(A, NOON, { leftMs: 100_500, leftSilentMs: 100_000, delivery: 'undelivered' })], [row(B, NOON)]],
      { id: A, by: 'left', candidates: [] },
    ],
    [
      'the only one of the last hour',
      '524 status code (no body)',
      [[row(A, NOON), cut(A, NOON)], [row(B, NOON)]],
      { id: A, by: 'only', candidates: [] },
    ],
    [
      'none: two met it at that time',
      PAGE,
      [
        [row(A, NOON), cut(A, NOON)],
        [row(B, NOON + 900), cut(B, NOON + 900)],
      ],
      { id: undefined, candidates: [B, A] },
    ],
    [
      'none: nobody met that status',
      '504 Gateway Time-out',
      [[row(A, NOON), cut(A, NOON)]],
      { id: undefined, candidates: [] },
    ],
    [
      'none: a minute away is another one, but it may be meant',
      PAGE,
      [[row(A, NOON + 60_000), cut(A, NOON + 60_000)]],
      { id: undefined, candidates: [A] },
    ],
    ['none: nothing is on the ledger', PAGE, [], { id: undefined, candidates: [] }],
    [
      'none: the text has no mark',
      'hello',
      [[row(A, NOON), cut(A, NOON)]],
      { id: undefined, candidates: [] },
    ],
  ] as const)('%s', async (_, text, rows, expected) => {
    expect(await match(text, rows)).toEqual(expected);
  });
});
