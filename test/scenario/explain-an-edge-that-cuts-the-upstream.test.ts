import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/storage/storage.ts';
import {
  explainedText,
  explainScaled,
  explanationOf,
  firstFinding,
  lastExchange,
  ledgerOf,
  shownMs,
} from '../harness/explanation.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, upstream } from '../harness/gateway.ts';
import { openMessage, ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

const ONCE = 'retry: { max: 0 }\n';

describe('an edge in front of the model cuts what is silent', () => {
  it.each([
    ['a 524 of Cloudflare’s', 'cloudflare' as const, 524],
    ['a 504 page of nginx', 'nginx' as const, 504],
  ])('%s, seen twice', async (_, kind, status) => {
    const model = await upstream({ firstByteMs: 3_000, edge: { silenceMs: 400, kind } });
    const store = memoryStore();
    const yaml = ONCE + cluster([model], () => ', max_failures: 50');
    const gateway = await gatewayWith(yaml, { store });
    for (let i = 0; i < 2; i += 1) await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);

    const { id } = await lastExchange(gateway, 2);
    const explanation = await explanationOf(gateway, id);
    const silence = shownMs(explanation.attempts[0]?.longestSilenceMs);
    const finding = firstFinding(explanation, 'edge-cut');
    expect(finding).toMatchObject({ certainty: 'sure', attempts: [1] });
    expect(finding.what).toContain(`in front of e0 answered ${status} after ${silence} of silence`);
    expect(finding.evidence).toContain(`${status} after ${silence} of silence, in attempt 1.`);
    expect(finding.config).toMatch(/edge: \{ silence: \d+ms \}/);
    // Busy machines make short silences differ by more than long ones do.
    const scaled = await explainScaled(store, yaml, id, { alikeShare: 0.9 });
    expect(scaled.findings[0]?.evidence.join('\n')).toMatch(/of silence were seen 2 times at e0/);
    expect(explanation.waterfall.marks).toMatchObject([{ kind: 'edge' }]);
    expect(explanation.waterfall.bars).toMatchObject([{ end: 'cut' }]);
    const chinese = await explanationOf(gateway, explanation.exchange.id, 'zh');
    expect(chinese.findings[0]?.what).toContain('边缘节点掐断了调用');
  });

  it('a connection reset at a steady silence', async () => {
    const model = await ownUpstream((_seen, response) => setTimeout(() => response.socket?.destroy(), 500));
    const store = memoryStore();
    const yaml = ONCE + cluster([model], () => ', max_failures: 50');
    const gateway = await gatewayWith(yaml, { store });
    for (let i = 0; i < 3; i += 1) await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    const { id } = await lastExchange(gateway, 3);
    const finding = firstFinding(
      await explainScaled(store, yaml, id, { cutSilenceMs: 300, alikeShare: 0.9 }),
      'edge-cut',
    );
    expect(finding.certainty).toBe('sure');
    expect(finding.evidence.join('\n')).toMatch(/seen 3 times at e0/);
    // Outside, no edge cuts so soon.
    expect((await explanationOf(gateway, id)).findings[0]?.kind).not.toBe('edge-cut');
  });
});

describe('an edge resets streams that fall silent', () => {
  /** Writes the beginning of an answer, then nothing more until something in between breaks the connection. */
  const cutsAfter = (ms: number) =>
    ownUpstream((_seen, response) => {
      openMessage(response);
      setTimeout(() => response.socket?.destroy(), ms);
    });
  const RULES = { cutSilenceMs: 500, alikeShare: 0.9 };
  const ask = async (url: string) => {
    const response = await post(`${url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true });
    await response.text().catch(() => undefined);
  };

  it('three times at one endpoint, and it is named', async () => {
    const model = await cutsAfter(1_000);
    const store = memoryStore();
    const yaml = ONCE + cluster([model], () => ', max_failures: 50');
    const gateway = await gatewayWith(yaml, { store });
    for (let i = 0; i < 3; i += 1) await ask(gateway.url);
    const { id } = await lastExchange(gateway, 3);
    const explanation = await explainScaled(store, yaml, id, RULES);
    const finding = firstFinding(explanation, 'edge-cut');
    expect(explanation.attempts[0]).toMatchObject({ phase: 'stream' });
    expect(finding).toMatchObject({ certainty: 'sure', attempts: [1] });
    expect(finding.evidence.join('\n')).toMatch(/seen 3 times at e0/);
    expect(finding.config).toMatch(/edge: \{ silence: \d+ms \}/);
  });

  it('at two endpoints, and each is named', async () => {
    const models = [await cutsAfter(1_000), await cutsAfter(1_000)];
    const store = memoryStore();
    const yaml = `${ONCE}${cluster(models, () => ', max_failures: 50')}    strategy: round_robin\n`;
    const gateway = await gatewayWith(yaml, { store });
    for (let i = 0; i < 6; i += 1) await ask(gateway.url);
    await lastExchange(gateway, 6);
    const rows = await ledgerOf(gateway);
    const named = await Promise.all(
      rows.slice(0, 2).map(async ({ id }) => {
        const finding = firstFinding(await explainScaled(store, yaml, id, RULES), 'edge-cut');
        expect(finding.certainty).toBe('sure');
        return /connection to (e\d)/.exec(finding.what)?.[1];
      }),
    );
    expect(named.toSorted()).toEqual(['e0', 'e1']);
  });
});

it('the page that a client was shown leads to the request, by its Ray ID', async () => {
  const model = await upstream({ firstByteMs: 3_000, edge: { silenceMs: 300 } });
  const gateway = await gatewayWith(ONCE + cluster([model]));
  await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  const { id } = await lastExchange(gateway, 1);
  const { attempts } = await explanationOf(gateway, id);
  const ray = attempts[0]?.headers?.['cf-ray'] ?? '';
  expect(ray).not.toBe('');
  const found = await explainedText(gateway, `<h1>Error code 524</h1> cf-ray: ${ray}`);
  expect(found).toMatchObject({ kind: 'exchange', explanation: { exchange: { id } } });
  // Any text with the status leads there as well, as long as no other request met it.
  const only = await explainedText(gateway, 'API Error: 524 status code (no body)');
  expect(only).toMatchObject({ kind: 'exchange', explanation: { exchange: { id } } });
});
