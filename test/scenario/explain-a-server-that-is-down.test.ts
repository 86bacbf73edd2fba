import { afterEach, expect, it } from 'vitest';
import { explanationOf, firstFinding, lastExchange } from '../harness/explanation.ts';
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

const HEALTH = 'health: { interval: 100ms, timeout: 1s }\nretry: { max: 0 }\n';

it('a server that refuses every call and every verification is down', async () => {
  const model = await upstream();
  const gateway = await gatewayWith(HEALTH + cluster([model]));
  await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  await model.close();
  for (let i = 0; i < 3; i += 1) await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  const { id, endpointId } = await lastExchange(gateway, 4);
  const failedChecks = async () => {
    const response = await fetch(`${gateway.url}/__qcc__/endpoints/${endpointId}/history`);
    const events = (await response.json()) as { kind: string }[];
    return events.filter(({ kind }) => kind === 'verification-failed').length;
  };
  await until(async () => (await failedChecks()) > 0);

  const explanation = await explanationOf(gateway, id);
  const finding = firstFinding(explanation, 'server-down');
  expect(finding).toMatchObject({ certainty: 'sure', attempts: [1] });
  expect(finding.what).toContain(`e0 refused the connection (ECONNREFUSED 127.0.0.1:${model.port})`);
  expect(finding.evidence).toContain('3 of the last 4 calls to e0 failed.');
  expect(finding.evidence).toContain('3 calls in a row to e0 failed, none was answered between.');
  expect(finding.evidence.join('\n')).toMatch(/\d+ verifications? of it failed, too\./);
  expect(explanation.did).toContain('It took e0 out of service, and verifies it until it answers again.');
});

it('one refused call without a history is likely that, never surely', async () => {
  const model = await upstream();
  await model.close();
  const gateway = await gatewayWith(`retry: { max: 0 }\n${cluster([model])}`);
  await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  const explanation = await explanationOf(gateway, (await lastExchange(gateway, 1)).id);
  expect(firstFinding(explanation, 'server-down').certainty).toBe('likely');
});
