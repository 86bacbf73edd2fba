import { afterEach, expect, it } from 'vitest';
import { explanationOf, firstFinding, lastExchange } from '../harness/explanation.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, upstream } from '../harness/gateway.ts';
import { ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

it('a rate limit is shown with the headers that tell of it, and a limit to keep', async () => {
  const body =
    '{"type":"error","error":{"type":"rate_limit_error","message":"Too many requests, slow down"}}';
  const model = await ownUpstream((_seen, response) => {
    response
      .writeHead(429, {
        'content-type': 'application/json',
        'retry-after': '7',
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '0',
        'set-cookie': 'session=hidden-cookie-value',
      })
      .end(body);
  });
  const gateway = await gatewayWith(`retry: { max: 0 }\n${cluster([model])}`);
  expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(429);

  const explanation = await explanationOf(gateway, (await lastExchange(gateway, 1)).id);
  const finding = firstFinding(explanation, 'rate-limited');
  expect(finding.certainty).toBe('sure');
  const evidence = finding.evidence.join('\n');
  expect(evidence).toContain('retry-after: 7');
  expect(evidence).toContain('anthropic-ratelimit-requests-limit: 50');
  expect(evidence).toContain('Too many requests, slow down');
  expect(finding.config).toContain('limits: { rpm: 50 }');
  expect(JSON.stringify(explanation)).not.toContain('hidden-cookie-value');
  expect(explanation.money).toBe('Nothing was charged.');
});

it('an overload (529) that another endpoint made good is said, and the client was served', async () => {
  const [busy, free] = [await upstream({ status: 529 }), await upstream()];
  const gateway = await gatewayWith(cluster([busy, free]));
  expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(200);
  const explanation = await explanationOf(gateway, (await lastExchange(gateway, 1)).id);
  expect(firstFinding(explanation, 'rate-limited')).toMatchObject({ attempts: [1] });
  expect(explanation.verdict).toBe('recovered');
  expect(explanation.did).toContain('It went on at e1 after attempt 1 had failed.');
});
