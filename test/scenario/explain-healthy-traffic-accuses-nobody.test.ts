import { afterEach, expect, it } from 'vitest';
import { explanationOf, lastExchange, ledgerOf } from '../harness/explanation.ts';
import {
  ANTHROPIC_REQUEST,
  CHAT_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

it('requests of all lengths, streamed and not, and a repeat that was joined: nobody is accused', async () => {
  const model = await upstream();
  const gateway = await gatewayWith(cluster([model]));
  const scripts = [
    {},
    { firstByteMs: 400 },
    { firstEventMs: 300 },
    { events: 40, eventMs: 10 },
    { thinking: true },
  ];
  let asked = 0;
  for (const script of scripts)
    for (const stream of [true, false]) {
      model.program(script);
      const body = { ...ANTHROPIC_REQUEST, stream, max_tokens: 1_000 + asked };
      expect((await post(`${gateway.url}/v1/messages`, body).then((r) => r.text())).length).toBeGreaterThan(
        0,
      );
      asked += 1;
    }
  await post(`${gateway.url}/v1/chat/completions`, CHAT_REQUEST).then((response) => response.text());
  const keyed = { 'idempotency-key': 'the-same' };
  for (let i = 0; i < 2; i += 1) await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, keyed);
  await lastExchange(gateway, asked + 2);

  const rows = await ledgerOf(gateway);
  expect(rows.some(({ joined }) => joined === 1)).toBe(true);
  for (const { id } of rows) {
    const { findings, verdict, headline } = await explanationOf(gateway, id);
    expect(findings).toEqual([]);
    expect(verdict).toBe('fine');
    expect(headline).toMatch(/^Nothing is wrong: answered in .* by e0\.$/);
  }
});

it('beside a bad endpoint, the good one is not accused', async () => {
  const [bad, good] = [await upstream({ status: 503 }), await upstream({ firstByteMs: 100 })];
  const gateway = await gatewayWith(cluster([bad, good], () => ', max_failures: 50'));
  for (let i = 0; i < 4; i += 1)
    expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(200);
  await lastExchange(gateway, 4);
  for (const { id } of await ledgerOf(gateway)) {
    const { findings, verdict } = await explanationOf(gateway, id);
    expect(verdict).toBe('recovered');
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ attempts: [1] });
    expect(JSON.stringify(findings)).not.toContain('e1');
  }
});
