import { afterEach, expect, it } from 'vitest';
import { explanationOf, firstFinding, lastExchange, ledgerOf } from '../harness/explanation.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

it('our timer ended a call of a kind that often takes longer, and then answers', async () => {
  const model = await upstream({ firstByteMs: 700 });
  const yaml = `retry: { max: 0 }
routes:
  - { name: patient, match: { headers: { x-team: slow } }, timeouts: { first_byte: 5s } }
  - { name: hasty, timeouts: { first_byte: 300ms } }
${cluster([model])}`;
  const gateway = await gatewayWith(yaml);
  for (let i = 0; i < 2; i += 1)
    await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { 'x-team': 'slow' });
  expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(504);

  const explanation = await explanationOf(gateway, (await lastExchange(gateway, 3)).id);
  const finding = firstFinding(explanation, 'timer-short');
  expect(finding).toMatchObject({ certainty: 'sure', attempts: [1] });
  expect(finding.what).toContain('first_byte (300 ms, set by route hasty) ended the call to e0');
  expect(finding.evidence.join('\n')).toMatch(/2 of 2 answers of e0 .* took longer than 300 ms and came/);
  expect(finding.config).toMatch(/routes:\n {2}- name: hasty.*\n {4}timeouts: \{ first_byte: \d+(ms|s) \}/);
});

it('the deadline came while the answer was being written', async () => {
  const model = await upstream({ events: 200, eventMs: 20 });
  const gateway = await gatewayWith(`timeouts: { total: 700ms }\nretry: { max: 0 }\n${cluster([model])}`);
  await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true })
    .then((response) => response.text())
    .catch(() => undefined);
  const { id } = await lastExchange(gateway, 1);
  const finding = firstFinding(await explanationOf(gateway, id), 'timer-short');
  expect(finding.certainty).toBe('sure');
  expect(finding.what).toContain('while its answer was being written');
  expect(finding.config).toMatch(/^timeouts:\n {2}total: \d+(ms|s)$/);
  expect(await ledgerOf(gateway)).toHaveLength(1);
});
