import { afterEach, describe, expect, it } from 'vitest';
import type { EndpointView } from '../../src/domain/health.ts';
import type { ExchangeRecord } from '../../src/domain/ledger.ts';
import type { LatencyView, LiveView, WhatIfView } from '../../src/domain/view.ts';
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

interface Seen {
  readonly event: string;
  readonly data: unknown;
}

/** Reads `live` until it ends. */
async function watch(gateway: RunningGateway) {
  const answer = await fetch(`${gateway.url}/__qcc__/live`);
  const seen: Seen[] = [];
  const state = { seen, ended: false, status: answer.status };
  void (async () => {
    let rest = '';
    for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
      rest += part;
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [event = '', data = ''] = block.split('\n').map((line) => line.replace(/^\w+: /, ''));
        seen.push({ event, data: JSON.parse(data) });
      }
    }
    state.ended = true;
  })().catch(() => undefined);
  return state;
}

const views = ({ seen }: { seen: readonly Seen[] }) =>
  seen.filter(({ event }) => event === 'live').map(({ data }) => data as LiveView);
const rows = ({ seen }: { seen: readonly Seen[] }) =>
  seen.filter(({ event }) => event === 'exchange').map(({ data }) => data as ExchangeRecord);

const ask = async <T>(gateway: RunningGateway, path: string, body?: unknown): Promise<T> =>
  (await (
    await fetch(`${gateway.url}/__qcc__/${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'x-qcc-admin': '1' },
    })
  ).json()) as T;

describe('somebody watches the gateway', () => {
  it('sees a request while it runs, then its row, and the figures that it changed', async () => {
    const slow = await upstream({ firstByteMs: 1_500 });
    const gateway = await gatewayWith(cluster([slow]));
    const watching = await watch(gateway);
    await until(() => views(watching).length > 0);
    expect(views(watching)[0]).toMatchObject({ runningCount: 0, running: [], draining: false });
    const answer = post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true });
    await until(() => views(watching).some(({ runningCount }) => runningCount === 1));
    const running = views(watching).find(({ runningCount }) => runningCount === 1)?.running[0];
    expect(running).toMatchObject({ model: 'claude-test', path: '/v1/messages' });
    await (await answer).text();
    await until(() => rows(watching).length > 0);
    expect(rows(watching)[0]).toMatchObject({ id: running?.id, delivery: 'delivered' });
    await until(() => views(watching).at(-1)?.recent.requests === 1);
    expect(views(watching).at(-1)).toMatchObject({
      runningCount: 0,
      recent: { failed: 0, causes: [], durationMs: { p50: expect.any(Number) } },
    });
    await until(() => views(watching).at(-1)?.recent.today.exchanges === 1);
    const [endpoint] = await ask<readonly EndpointView[]>(gateway, 'endpoints');
    const latency = await ask<LatencyView>(gateway, `endpoints/${endpoint?.id}/latency`);
    expect(latency.calls).toBe(1);
    expect(latency.buckets.reduce((sum, { total }) => sum + total, 0)).toBe(1);
  });

  it('holds up no stop', async () => {
    const fast = await upstream();
    const gateway = await gatewayWith(`drain: 10m\n${cluster([fast])}`);
    const watching = await watch(gateway);
    await until(() => views(watching).length > 0);
    let stopped = false;
    void gateway.stop().then(() => {
      stopped = true;
    });
    await until(() => stopped);
    await until(() => watching.ended);
  });

  it('sees the drain to its end', async () => {
    const slow = await upstream({ firstByteMs: 2_500 });
    const gateway = await gatewayWith(`drain: 10m\n${cluster([slow])}`);
    const watching = await watch(gateway);
    const answer = post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    await until(() => views(watching).some(({ runningCount }) => runningCount === 1));
    const stopped = gateway.stop();
    await until(() => views(watching).some(({ draining }) => draining));
    expect((await answer).status).toBe(200);
    await stopped;
    await until(() => watching.ended);
  });

  it('asks where a request would go, takes that endpoint out, and asks again', async () => {
    const [one, two] = [await upstream(), await upstream()];
    const gateway = await gatewayWith(`# mine\n${cluster([one, two])}`);
    const what = () => ask<WhatIfView>(gateway, 'what-if', { path: '/v1/messages', model: 'claude-test' });
    const first = (await what()).endpoints[0];
    expect(first).toMatchObject({ name: 'e0', usable: true });
    expect(await ask(gateway, `endpoints/${first?.id}/disable`, {})).toEqual({ enabled: false });
    expect((await what()).endpoints.map(({ name, usable }) => [name, usable])).toEqual([
      ['e1', true],
      ['e0', false],
    ]);
    await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    const [row] = await ask<readonly ExchangeRecord[]>(gateway, 'ledger');
    expect(row?.endpointId).not.toBe(first?.id);
    expect(await ask(gateway, 'config')).toMatchObject({ text: expect.stringContaining('# mine\n') });
    expect(await ask(gateway, `endpoints/${first?.id}/enable`, {})).toEqual({ enabled: true });
    expect((await what()).endpoints[0]).toMatchObject({ name: 'e0' });
  });
});
