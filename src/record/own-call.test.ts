import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../domain/endpoint.ts';
import type { RecordObserver } from '../domain/ledger.ts';
import type { Failed, Outcome } from '../domain/outcome.ts';
import { memoryStore, type Store } from '../storage/storage.ts';
import { collectingLog } from '../telemetry/telemetry.ts';
import { builtInPrices } from './price.ts';
import { createRecorder } from './recorder.ts';

const endpoint = { id: 'e1', models: { 'claude-haiku-4-5': 'relay-haiku' } } as unknown as Endpoint;
const CALL = {
  purpose: 'verification',
  endpoint,
  protocol: 'anthropic-messages',
  path: '/v1/messages',
  model: 'claude-haiku-4-5',
  streamed: false,
  body: Buffer.from('{}'),
} as const;
const ANSWERED: Outcome = {
  kind: 'answered',
  status: 200,
  endpointId: 'e1',
  startedAt: 5_000,
  times: { longestSilenceMs: 9, totalMs: 10 },
  usage: { inputTokens: 1_000, outputTokens: 100 },
  model: 'claude-haiku-4-5',
};
const BROKEN: Failed = {
  ...ANSWERED,
  kind: 'failed',
  status: undefined,
  usage: {},
  cause: 'reset',
  phase: 'wait',
  endedBy: 'network',
  chargeRisk: 'likely',
  committed: false,
  silenceMs: 9,
  detail: 'the connection was closed',
};

function recording(more: Partial<Store> = {}) {
  const store = memoryStore();
  const log = collectingLog();
  const heard: string[] = [];
  const observer: RecordObserver = {
    attemptEnded: ({ result }, { own, client }) => heard.push(`${result} ${client} ${own}`),
    exchangeEnded: () => heard.push('ended'),
  };
  const recorder = createRecorder({
    log,
    store: { ...store, ...more },
    observers: [observer],
    now: () => 1_000,
    wall: () => 5_000,
    view: () => undefined,
    newId: () => 'req-own',
    prices: () => builtInPrices(),
    estimate: () => ({ inputTokens: 7, outputTokens: 7 }),
  });
  const entry = async () => {
    recorder.flush();
    return store.ledgerExchange('req-own');
  };
  return { recorder, log, heard, entry, store };
}

describe('a call of the gateway’s own', () => {
  it('is on file as it opens, and has its cost as it ends', async () => {
    const { recorder, entry, heard } = recording();
    const call = recorder.ownCall(CALL);
    expect((await entry())?.exchange).toMatchObject({
      client: 'qcc',
      listener: '',
      route: 'verification',
      delivery: 'running',
    });
    call.ended(ANSWERED);
    expect(await entry()).toMatchObject({
      exchange: { delivery: 'delivered', failed: false, charge: 'charged', costMicroUsd: 1_500 },
      attempts: [{ n: 1, result: 'answered', why: 'verification' }],
    });
    expect(heard).toEqual(['answered qcc true']);
  });

  it('counts as no request, and says nothing in the log of requests', async () => {
    const { recorder, log, entry } = recording();
    recorder.ownCall(CALL).ended(BROKEN);
    await entry();
    expect(recorder.totals()).toMatchObject({ requests: 0, successes: 0, failures: 0 });
    expect(log.events).toEqual([]);
  });

  it.each([
    ['broken', BROKEN, { delivery: 'refused', failed: true, cause: 'reset', lostCalls: 1 }],
    [
      'turned down',
      { ...ANSWERED, kind: 'rejected', status: 400, usage: {} },
      { delivery: 'delivered', failed: true, cause: 'rejected', charge: 'not-charged', lostCalls: 0 },
    ],
    [
      'answered without counts',
      { ...ANSWERED, usage: {} },
      { charge: 'estimated', usage: { inputTokens: 7, outputTokens: 7 } },
    ],
  ] as [string, Outcome, object][])('%s', async (_name, outcome, expected) => {
    const { recorder, entry } = recording();
    recorder.ownCall(CALL).ended(outcome);
    expect((await entry())?.exchange).toMatchObject(expected);
  });

  it('that went out anew is two calls', async () => {
    const { recorder, entry } = recording();
    const call = recorder.ownCall(CALL);
    call.sentAnew({ ...BROKEN, chargeRisk: 'possible' });
    call.ended(ANSWERED);
    expect(await entry()).toMatchObject({
      exchange: { attemptCount: 2, delivery: 'delivered' },
      attempts: [{ result: 'reset' }, { result: 'answered' }],
    });
  });

  it('throws for nothing that the ledger does', () => {
    const throwing = () => {
      throw new Error('the disk is gone');
    };
    const { recorder, log } = recording({ openExchange: throwing, closeAttempt: throwing });
    recorder.ownCall(CALL).ended(ANSWERED);
    recorder.flush();
    expect(log.events.map(({ kind }) => kind)).toEqual(['internal', 'internal']);
  });
});
