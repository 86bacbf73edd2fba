import { afterEach, expect, it } from 'vitest';
import { explanationOf, firstFinding, lastExchange, shownMs } from '../harness/explanation.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

it('an endpoint that falls silent for a while after good answers is not called down', async () => {
  const model = await upstream();
  const gateway = await gatewayWith(
    `retry: { max: 0 }\nhealth: { interval: 50ms, timeout: 300ms }\n${cluster([model], () => ', max_failures: 3, timeouts: { first_byte: 400ms }')}`,
  );
  for (let i = 0; i < 4; i += 1) await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  model.program({ hang: 'before-head' });
  for (let i = 0; i < 4; i += 1) await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);

  const explanation = await explanationOf(gateway, (await lastExchange(gateway, 8)).id);
  const finding = firstFinding(explanation, 'timer-short');
  expect(finding).toMatchObject({ certainty: 'likely', attempts: [1] });
  expect(finding.what).toContain('first_byte (400 ms, set by endpoint e0)');
  expect(explanation.headline).not.toContain('down');
});

it('an upstream that times out often and sometimes works is called slow, with its record', async () => {
  const model = await upstream();
  const gateway = await gatewayWith(
    `timeouts: { first_byte: 1s }\nretry: { max: 0 }\n${cluster([model], () => ', max_failures: 50')}`,
  );
  for (let i = 0; i < 6; i += 1) await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  model.program({ hang: 'before-head' });
  for (let i = 0; i < 2; i += 1) await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);

  const explanation = await explanationOf(gateway, (await lastExchange(gateway, 8)).id);
  const finding = firstFinding(explanation, 'upstream-slow');
  expect(finding).toMatchObject({ certainty: 'sure', attempts: [1] });
  expect(finding.what).toContain(`e0 sent nothing for ${shownMs(explanation.attempts[0]?.silenceMs)}`);
  expect(finding.what).toContain('first_byte timer (1 s, set by timeouts)');
  expect(finding.evidence).toContain(
    '2 of 8 calls to e0 ran into a timer in the hour around; 6 were answered.',
  );
  expect(explanation.verdict).toBe('failed');
  expect(explanation.money).toContain('maybe lost');
});
