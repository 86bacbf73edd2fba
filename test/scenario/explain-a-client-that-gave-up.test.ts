import { afterEach, describe, expect, it } from 'vitest';
import type { ExchangeView } from '../../src/domain/view.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { memoryStore } from '../../src/storage/storage.ts';
import { explainScaled, explanationOf, firstFinding, lastExchange, shownMs } from '../harness/explanation.ts';
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

const CUT = 'disconnect: { cut_silence: 20ms, grace: 100ms }\n';

/** Asks, hangs up `ms` after the call has gone upstream, and returns once the gateway knows. */
async function askAndHangUp(
  gateway: RunningGateway,
  model: Simulator,
  body: unknown,
  ms: number,
): Promise<void> {
  const before = model.counts().started;
  const abort = new AbortController();
  const asked = fetch(`${gateway.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'client-key' },
    body: JSON.stringify(body),
    signal: abort.signal,
  })
    .then((response) => response.text())
    .catch(() => undefined);
  await until(() => model.counts().started > before);
  await new Promise((resolve) => setTimeout(resolve, ms));
  abort.abort();
  await asked;
  await until(async () => {
    const views = (await (await fetch(`${gateway.url}/__qcc__/exchanges`)).json()) as ExchangeView[];
    return views.every(({ followers }) => followers === 0);
  });
}

describe('a client leaves before its answer is whole', () => {
  it('and asks again: it was joined to the same answer', async () => {
    const model = await upstream({ firstByteMs: 4_000 });
    const gateway = await gatewayWith(CUT + cluster([model]));
    await askAndHangUp(gateway, model, ANTHROPIC_REQUEST, 300);
    expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).headers.get('x-qcc-joined')).toBe(
      'live',
    );
    const explanation = await explanationOf(gateway, (await lastExchange(gateway, 1)).id);
    const finding = firstFinding(explanation, 'client-gave-up');
    expect(finding.evidence[0]).toContain(`The client left after ${shownMs(explanation.exchange.leftMs)}`);
    expect(finding.evidence.join('\n')).toContain('joined to the same answer, 1 time');
    expect(explanation.verdict).toBe('recovered');
    expect(explanation.waterfall.marks).toMatchObject([{ kind: 'client-left' }]);
    expect(explanation.did.join('\n')).toContain('It let the call run on after the client was gone');
  });

  it('and asks again after its first call was cancelled: the repeat is found', async () => {
    const model = await upstream({ firstByteMs: 60_000 });
    const gateway = await gatewayWith(`disconnect: { policy: cancel }\n${cluster([model])}`);
    await askAndHangUp(gateway, model, ANTHROPIC_REQUEST, 300);
    const { id } = await lastExchange(gateway, 1);
    model.program({});
    await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    const again = await lastExchange(gateway, 2);
    const explanation = await explanationOf(gateway, id);
    const finding = firstFinding(explanation, 'client-gave-up');
    expect(finding.evidence.join('\n')).toContain(`later: ${again.id}`);
    expect(finding.config).toBe('disconnect:\n  policy: keep');
    expect(explanation.verdict).toBe('failed');
    expect((await explanationOf(gateway, again.id)).findings).toEqual([]);
  });
});

it('clients that are all cut at one silence were cut by an edge in front of the gateway', async () => {
  const model = await upstream({ firstByteMs: 4_000 });
  const store = memoryStore();
  const yaml = CUT + cluster([model]);
  const gateway = await gatewayWith(yaml, { store });
  for (let i = 0; i < 3; i += 1)
    await askAndHangUp(gateway, model, { ...ANTHROPIC_REQUEST, max_tokens: 1_000 + i }, 500);
  const { id } = await lastExchange(gateway, 3);
  const explanation = await explainScaled(store, yaml, id, { cutSilenceMs: 50, alikeShare: 0.9 });
  const finding = firstFinding(explanation, 'edge-cut');
  expect(finding).toMatchObject({ certainty: 'sure', attempts: [] });
  expect(finding.evidence.join('\n')).toMatch(/3 clients were cut after \d+ ms to \d+ ms of silence/);
});
