import { afterEach, expect, it } from 'vitest';
import { memoryStore } from '../../src/storage/storage.ts';
import {
  explainScaled,
  explanationOf,
  firstFinding,
  lastExchange,
  ledgerOf,
  shownMs,
} from '../harness/explanation.ts';
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

const running = async (url: string) =>
  ((await (await fetch(`${url}/__qcc__/exchanges`)).json()) as unknown[]).length;

it('a request that found the queue full, and one that spent its time waiting', async () => {
  const model = await upstream({ firstByteMs: 2_500 });
  const store = memoryStore();
  const yaml = `queue: { max: 1 }\n${cluster([model], () => ', limits: { concurrency: 1 }')}`;
  const gateway = await gatewayWith(yaml, { store });
  const ask = (n: number) =>
    post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, max_tokens: 1_000 + n });
  const first = ask(1);
  await until(() => model.counts().started === 1);
  const second = ask(2);
  await until(async () => (await running(gateway.url)) === 2);
  expect((await ask(3)).status).toBe(429);
  // The one that waits is answered quickly once it is its turn.
  model.program({});
  const turnedAway = await lastExchange(gateway, 1);
  await Promise.all([first, second]);

  const full = firstFinding(await explanationOf(gateway, turnedAway.id), 'queue-full');
  expect(full).toMatchObject({ certainty: 'sure', attempts: [], config: 'queue:\n  max: 10' });
  expect(full.evidence).toContain('The gateway answered 429 queue_full.');
  expect(full.evidence).toContain('Limits of e0: concurrency 1.');

  await lastExchange(gateway, 3);
  const waited = (await ledgerOf(gateway)).find(
    ({ queuedMs = 0, failed }) => queuedMs > 0 && failed !== true,
  );
  const rules = { waitedMs: 100, slowMs: 500 };
  const explanation = await explainScaled(store, yaml, waited?.id ?? '', rules);
  const finding = firstFinding(explanation, 'queue-full');
  expect(finding.what).toContain(`${shownMs(waited?.queuedMs)} of `);
  expect(explanation.verdict).toBe('slow');
  expect(explanation.waterfall.bars[0]?.parts[0]).toMatchObject({ phase: 'queue' });
});
