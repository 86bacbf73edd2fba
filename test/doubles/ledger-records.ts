import type { AttemptRecord, ExchangeRecord, StoredAnswer } from '../../src/domain/ledger.ts';

/** Records for the tests of this folder: complete, and different where it is said. */
export const exchangeRecord = (id: string, given: Partial<ExchangeRecord> = {}): ExchangeRecord => ({
  id,
  startedAt: 1_700_000_000_000,
  path: '/v1/messages',
  protocol: 'anthropic-messages',
  operation: 'generate',
  stream: true,
  client: 'local',
  listener: 'main',
  cluster: 'default',
  scenario: 'chat',
  requestBytes: 1_000,
  delivery: 'running',
  joined: 0,
  usage: {},
  charge: 'unknown',
  lostCalls: 0,
  savedCalls: 0,
  ...given,
});

export const attemptRecord = (
  exchangeId: string,
  n: number,
  given: Partial<AttemptRecord> = {},
): AttemptRecord => ({
  exchangeId,
  n,
  endpointId: 'e1',
  startedAt: 1_700_000_000_000,
  longestSilenceMs: 10,
  totalMs: 100,
  result: 'answered',
  chargeRisk: 'certain',
  charge: 'charged',
  usage: {},
  why: 'priority',
  ...given,
});

export const storedAnswer = (given: Partial<StoredAnswer> = {}): StoredAnswer => ({
  id: 'req-1',
  clientName: 'local',
  clientCredential: 'abc',
  fingerprint: 'f',
  protocol: 'openai-chat',
  stream: false,
  startedAt: 1,
  expiresAt: Number.MAX_SAFE_INTEGER,
  form: 'plain',
  status: 200,
  headers: ['content-type', 'application/json'],
  body: Buffer.from('{"a":1}'),
  ...given,
});
