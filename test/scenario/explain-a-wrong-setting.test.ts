import { afterEach, describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { explanationOf, firstFinding, lastExchange } from '../harness/explanation.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  closeLater,
  cluster,
  gatewayWith,
  post,
  upstream,
} from '../harness/gateway.ts';
import { ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

const ONCE = 'retry: { max: 0 }\n';

async function explained(upstreams: readonly { url: string }[], calls = 2) {
  const gateway = await gatewayWith(ONCE + cluster(upstreams));
  for (let i = 0; i < calls; i += 1) await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  return explanationOf(gateway, (await lastExchange(gateway, calls)).id);
}

describe('everything fails at once, and it is said what is wrong', () => {
  it('the key', async () => {
    const model = await startSimulator({ keys: ['another-key'] });
    closeLater(model);
    const explanation = await explained([model]);
    const finding = firstFinding(explanation, 'misconfigured');
    expect(finding).toMatchObject({ certainty: 'sure' });
    expect(finding.what).toBe('Misconfigured key: e0 refused its credential (status 401).');
    expect(finding.evidence).toContain('It was so in all 2 calls in a row.');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a configuration holds
    expect(finding.config).toContain('api_key: ${API_KEY}');
    expect(JSON.stringify(explanation)).not.toContain('key-0');
  });

  it('the model', async () => {
    const model = await startSimulator({ models: ['claude-other'] });
    closeLater(model);
    const finding = firstFinding(await explained([model]), 'misconfigured');
    expect(finding.what).toContain('Misconfigured model: e0 does not know the model claude-test');
    expect(finding.config).toContain('models: { "claude-test": its-name-there }');
  });

  it('the URL, which leads to a website', async () => {
    const site = await upstream({ status: 200, body: 'html' });
    const finding = firstFinding(await explained([site]), 'misconfigured');
    expect(finding).toMatchObject({ certainty: 'sure' });
    expect(finding.what).toContain('Misconfigured URL: e0 answers with something that is no API');
  });

  it('the URL, with the path of the API twice in it', async () => {
    const model = await ownUpstream(({ url }, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end(`<h1>No ${url}</h1>`);
    });
    const finding = firstFinding(await explained([{ url: `${model.url}/v1/messages` }]), 'misconfigured');
    expect(finding.what).toContain('Misconfigured URL: e0 does not know the path /v1/messages (status 404)');
    expect(finding.config).toContain(`base_url: ${model.url}`);
    expect(finding.config).not.toContain('/v1/messages');
  });

  it('TLS, where the other side speaks none', async () => {
    const model = await upstream();
    const finding = firstFinding(
      await explained([{ url: model.url.replace('http:', 'https:') }]),
      'misconfigured',
    );
    expect(finding).toMatchObject({ certainty: 'sure' });
    expect(finding.what).toContain('Misconfigured TLS: no trusted connection to e0');
  });
});

it('one refused key without a history is likely wrong, never surely', async () => {
  const model = await upstream({ status: 401 });
  expect(firstFinding(await explained([model], 1), 'misconfigured').certainty).toBe('likely');
});
