import { afterEach, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/domain/explanation.ts';
import type { ExchangeRecord, LedgerEntry, LedgerSummary, RecordObserver } from '../../src/domain/ledger.ts';
import { builtInPrices } from '../../src/record/record.ts';
import { memoryStore } from '../../src/storage/storage.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  type RunningGateway,
  until,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

const MODEL = 'claude-haiku-4-5';
/** What the price list makes of what it used. */
function costOf({ usage }: Pick<ExchangeRecord, 'usage'>): number {
  const price = builtInPrices().priceOf(MODEL);
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  if (price === undefined || inputTokens === 0 || outputTokens === 0) throw new Error('nothing to price');
  const total =
    inputTokens * price.inputMicroUsdPerMTok +
    outputTokens * price.outputMicroUsdPerMTok +
    cacheReadTokens * (price.cacheReadMicroUsdPerMTok ?? 0) +
    cacheWriteTokens * (price.cacheWriteMicroUsdPerMTok ?? 0);
  return Math.round(total / 1_000_000);
}

async function read<T>(gateway: RunningGateway, path: string): Promise<T> {
  return (await (await fetch(`${gateway.url}/__qcc__/${path}`)).json()) as T;
}

const ownRows = (gateway: RunningGateway) => read<ExchangeRecord[]>(gateway, 'ledger?client=qcc');

async function doctor(gateway: RunningGateway, body: object): Promise<void> {
  const response = await fetch(`${gateway.url}/__qcc__/doctor`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-qcc-admin': '1' },
    body: JSON.stringify(body),
  });
  await response.text();
}

/** Writes down what it hears of ends, one line each. */
function listener() {
  const heard: string[] = [];
  const observer: RecordObserver = {
    attemptEnded: ({ result }, { client, own }) => heard.push(`attempt ${result} ${client} ${own ?? false}`),
    exchangeEnded: ({ delivery }, _attempts, { client }) => heard.push(`ended ${delivery} ${client}`),
  };
  return { heard, observer };
}

const HEALTH = `health: { interval: 30ms, max_interval: 50ms, model: ${MODEL} }\nretry: { base: 5ms, cap: 10ms }\n`;

describe('a verification', () => {
  it('is a call with its cost, and no request', async () => {
    const { heard, observer } = listener();
    const [bad, good] = [await upstream({ status: 500 }), await upstream()];
    const yaml = HEALTH + cluster([bad, good], () => ', max_failures: 1');
    const gateway = await gatewayWith(yaml, { observers: [observer] });
    await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).arrayBuffer();
    const before = await gateway.view();
    bad.program({});
    const endpoint = before.endpoints[0]!;
    await until(async () => !(await gateway.view()).endpoints[0]!.inQueue);

    const rows = await ownRows(gateway);
    const answered = rows.find(({ failed }) => failed === false)!;
    expect(answered).toMatchObject({
      client: 'qcc',
      route: 'verification',
      path: '/v1/messages',
      operation: 'generate',
      model: MODEL,
      endpointId: endpoint.id,
      delivery: 'delivered',
      charge: 'charged',
      costMicroUsd: costOf(answered),
      lostCalls: 0,
    });
    const { attempts } = await read<LedgerEntry>(gateway, `ledger/${answered.id}`);
    expect(attempts).toMatchObject([
      { n: 1, result: 'answered', why: 'verification', usage: answered.usage },
    ]);
    // Every call that the simulator saw is there: one of a client, the others the gateway's own.
    expect(rows.length).toBe(bad.counts().started - 1);

    const after = await gateway.view();
    expect(after).toMatchObject({ requests: before.requests, successes: before.successes });
    expect(heard.filter((line) => line.startsWith('ended'))).toEqual(['ended delivered local']);
    expect(heard).toContain('attempt answered qcc true');
    const [sums] = await read<LedgerSummary[]>(gateway, 'ledger/summary?client=qcc');
    expect(sums?.costMicroUsd).toBe(costOf(answered));
  });

  it('that fails moves no figure of requests, and is explained without a client to blame', async () => {
    const [bad, good] = [await upstream({ status: 500 }), await upstream()];
    const gateway = await gatewayWith(HEALTH + cluster([bad, good], () => ', max_failures: 1'));
    await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).arrayBuffer();
    const metrics = async () =>
      (await (await fetch(`${gateway.url}/__qcc__/metrics`)).text())
        .split('\n')
        .filter((line) => /^(gen_ai|qcc_exchanges)/.test(line));
    const counted = await metrics();
    await until(async () => (await ownRows(gateway)).some(({ failed }) => failed === true));
    const row = (await ownRows(gateway)).find(({ failed }) => failed === true)!;
    expect(row).toMatchObject({ delivery: 'refused', cause: 'upstream-error', route: 'verification' });
    expect(await metrics()).toEqual(counted);
    const told = await read<Explanation>(gateway, `ledger/${row.id}/explanation`);
    expect(told.headline).toMatch(
      /^A verification of an endpoint, which QCC makes by itself, for no client\./,
    );
    expect(JSON.stringify({ ...told, exchange: undefined })).not.toMatch(/the client|your client/i);
  });

  it('is on file before its first byte, as any call', async () => {
    const store = memoryStore();
    const model = await upstream({ hang: 'before-head' });
    const gateway = await gatewayWith(`health: { timeout: 300ms }\n${cluster([model])}`, { store });
    const verified = post(`${gateway.url}/__qcc__/health/verify`, {}, { 'x-qcc-admin': '1' });
    await until(() => model.counts().started === 1);
    const [row] = await store.ledgerList({ limit: 9 });
    expect(row).toMatchObject({ client: 'qcc', delivery: 'running', charge: 'unknown' });
    await (await verified).text();
    await until(async () => (await store.ledgerList({ limit: 9 }))[0]?.delivery !== 'running');
    expect(await store.ledgerList({ limit: 9 })).toMatchObject([
      { id: row?.id, delivery: 'refused', cause: 'timeout', lostCalls: 1 },
    ]);
  });
});

describe('a check-up by the doctor', () => {
  it('has each of its generation calls on the ledger, with what it cost', async () => {
    const model = await upstream();
    const gateway = await gatewayWith(cluster([model]));
    await doctor(gateway, { endpoint: 'e0', model: MODEL });
    const rows = (await ownRows(gateway)).toReversed();
    expect(rows.length).toBe(model.calls().filter(({ path }) => path === '/v1/messages').length);
    expect(rows).toMatchObject([
      // A call without a message, turned down for being empty: free.
      { route: 'doctor', stream: false, charge: 'not-charged', cause: 'rejected' },
      {
        route: 'doctor',
        stream: false,
        delivery: 'delivered',
        charge: 'charged',
        costMicroUsd: costOf(rows[1]!),
      },
      {
        route: 'doctor',
        stream: true,
        delivery: 'delivered',
        charge: 'charged',
        costMicroUsd: costOf(rows[2]!),
      },
    ]);
    expect((await gateway.view()).requests).toBe(0);
    const told = await read<Explanation>(gateway, `ledger/${rows[0]?.id}/explanation`);
    expect(told.headline).toMatch(/^A call of the doctor’s, .* e0 turned it down with 400/);
    expect(told.findings).toEqual([]);
  });

  it('says of a call that is cut while the model works that it may be paid for', async () => {
    const model = await upstream({ firstByteMs: 5_000 });
    const gateway = await gatewayWith(`health: { timeout: 200ms }\n${cluster([model])}`);
    await doctor(gateway, { endpoint: 'e0', model: MODEL });
    const row = (await ownRows(gateway)).find(({ cause }) => cause === 'timeout');
    expect(row).toMatchObject({ delivery: 'refused', charge: 'unknown', lostCalls: 1 });
  });
});
