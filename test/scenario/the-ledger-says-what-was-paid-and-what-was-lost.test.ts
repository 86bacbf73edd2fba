import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatorScript } from '../../src/simulator/simulator.ts';
import { memoryStore } from '../../src/storage/storage.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

const REQUEST = { ...ANTHROPIC_REQUEST, model: 'claude-sonnet-4-5' };
const SCALED = 'retry: { base: 10ms, cap: 20ms }\ndisconnect: { cut_silence: 100ms, grace: 100ms }\n';

async function askAndHangUp(url: string, ms: number, headers: Record<string, string> = {}): Promise<void> {
  const signal = AbortSignal.timeout(ms);
  const init = {
    method: 'POST',
    body: JSON.stringify(REQUEST),
    headers: { 'x-api-key': 'client-key', ...headers },
    signal,
  };
  await fetch(`${url}/v1/messages`, init)
    .then((response) => response.text())
    .catch(() => undefined);
}

async function ledgerAfter(script: SimulatorScript, ask: (url: string) => Promise<unknown>, more = '') {
  const store = memoryStore();
  const model = await upstream(script);
  const gateway = await gatewayWith(SCALED + more + cluster([model]), { store });
  await ask(gateway.url);
  await until(async () => (await gateway.view()).running === 0);
  await until(async () => (await store.ledgerList({ limit: 1 }))[0]?.delivery !== 'running');
  const [row] = await store.ledgerList({ limit: 10 });
  const found = await store.ledgerExchange(row?.id ?? '');
  return { row, attempts: found?.attempts ?? [], counts: model.counts(), model, gateway, store };
}

describe('the ledger says what was paid and what was lost', () => {
  it('an answer: its tokens, its cost, nothing lost', async () => {
    const { row, attempts } = await ledgerAfter({}, (url) =>
      post(`${url}/v1/messages`, REQUEST).then((r) => r.text()),
    );
    expect(row).toMatchObject({
      delivery: 'delivered',
      charge: 'charged',
      lostCalls: 0,
      savedCalls: 0,
      status: 200,
    });
    expect(row?.usage.outputTokens).toBeGreaterThan(0);
    expect(row?.costMicroUsd).toBeGreaterThan(0);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({
      result: 'answered',
      charge: 'charged',
      why: expect.stringMatching(/./),
    });
  });

  it('a stream cut after 200 deltas: what was seen is estimated, and called so', async () => {
    const script = { events: 400, eventBytes: 40, reset: 200, eventMs: 1 };
    const { attempts } = await ledgerAfter(script, (url) =>
      post(`${url}/v1/messages`, { ...REQUEST, stream: true })
        .then((r) => r.text())
        .catch(() => undefined),
    );
    expect(attempts[0]).toMatchObject({ charge: 'estimated', chargeRisk: 'certain' });
    // 200 deltas of 40 bytes, 4 bytes to a token; sampled, so nearly.
    expect(attempts[0]?.usage.outputTokens).toBeGreaterThan(1_500);
    expect(attempts[0]?.usage.outputTokens).toBeLessThan(2_600);
    expect(attempts[0]?.costMicroUsd).toBeGreaterThan(20_000);
  });

  it('the model that answered is on record, and a list of models is free', async () => {
    const store = memoryStore();
    const model = await upstream();
    const gateway = await gatewayWith(cluster([model]), { store });
    await (await post(`${gateway.url}/v1/messages`, REQUEST)).text();
    await (await fetch(`${gateway.url}/v1/models`)).text();
    await until(async () =>
      (await store.ledgerList({ limit: 5 })).every(({ endedAt }) => endedAt !== undefined),
    );
    const rows = await store.ledgerList({ limit: 5 });
    const listed = rows.find(({ path }) => path === '/v1/models');
    expect(listed).toMatchObject({ charge: 'not-charged', costMicroUsd: 0 });
    const asked = await store.ledgerExchange(rows.find(({ path }) => path === '/v1/messages')?.id ?? '');
    expect(asked?.attempts[0]?.modelAnswered).toBe(REQUEST.model);
  });

  it('a model without a price: its cost is unknown, not 0', async () => {
    const { row } = await ledgerAfter({}, (url) =>
      post(`${url}/v1/messages`, ANTHROPIC_REQUEST).then((r) => r.text()),
    );
    expect(row?.charge).toBe('charged');
    expect(row?.costMicroUsd).toBeUndefined();
  });

  it('an edge that cuts twice: two calls lost, and no third one', async () => {
    const script = { firstByteMs: 400, edge: { silenceMs: 60 } };
    const { row, attempts, counts } = await ledgerAfter(script, (url) => post(`${url}/v1/messages`, REQUEST));
    expect(counts.started).toBe(2);
    expect(attempts.map(({ result, chargeRisk, endedBy }) => ({ result, chargeRisk, endedBy }))).toEqual([
      { result: 'edge-timeout', chargeRisk: 'likely', endedBy: 'edge' },
      { result: 'edge-timeout', chargeRisk: 'likely', endedBy: 'edge' },
    ]);
    expect(row).toMatchObject({ delivery: 'refused', lostCalls: 2, charge: 'unknown' });
  });

  it('a client cut off that never comes back: the answer is undelivered, its money lost', async () => {
    const { row } = await ledgerAfter({ firstEventMs: 300 }, (url) => askAndHangUp(url, 150));
    expect(row).toMatchObject({ delivery: 'undelivered', charge: 'charged', lostCalls: 1 });
    expect(row?.lostMicroUsd).toBe(row?.costMicroUsd);
  });

  it('a client cut off that comes back: nothing lost, one call saved', async () => {
    const { row, counts, gateway } = await ledgerAfter({ firstEventMs: 400 }, async (url) => {
      await askAndHangUp(url, 150);
      const response = await post(`${url}/v1/messages`, REQUEST);
      await response.text();
    });
    expect(counts).toMatchObject({ started: 1, charged: 1 });
    expect(row).toMatchObject({ delivery: 'delivered', joined: 1, lostCalls: 0, savedCalls: 1 });
    expect(row?.savedMicroUsd).toBe(row?.costMicroUsd);
    expect(gateway.log.events.filter(({ kind }) => kind === 'joined')).toHaveLength(1);
  });

  it('a client that leaves: what was said by then is on record', async () => {
    const { row, attempts, model } = await ledgerAfter({ eventMs: 30, events: 100 }, (url) =>
      askAndHangUp(url, 80),
    );
    await until(() => model.counts().cancelled === 1);
    expect(row).toMatchObject({ delivery: 'left', lostCalls: 1 });
    expect(attempts[0]).toMatchObject({ result: 'cancelled', endedBy: 'client', chargeRisk: 'certain' });
  });

  it('a refused key and a rate limit cost nothing', async () => {
    const { row, attempts } = await ledgerAfter({ status: 429, retryAfter: 1 }, (url) =>
      post(`${url}/v1/messages`, REQUEST),
    );
    expect(attempts[0]).toMatchObject({ charge: 'not-charged', costMicroUsd: 0 });
    expect(row).toMatchObject({ charge: 'not-charged', lostCalls: 0 });
  });
});
