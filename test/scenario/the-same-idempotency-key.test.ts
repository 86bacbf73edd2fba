import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/storage/storage.ts';
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

const KEYED = { 'idempotency-key': 'order-1' };

describe('the same idempotency key', () => {
  it('joins the running exchange, and replays the finished one', async () => {
    const model = await upstream({ firstEventMs: 200 });
    const gateway = await gatewayWith(cluster([model]));
    const ask = () => post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, KEYED);
    const first = ask();
    await until(() => model.counts().started === 1);
    const [one, two] = await Promise.all([first, ask()]);
    const three = await ask();
    const bodies = await Promise.all([one, two, three].map((response) => response.text()));
    expect(new Set(bodies).size).toBe(1);
    expect([one, two, three].map((response) => response.headers.get('x-qcc-joined'))).toEqual([
      null,
      'live',
      'replay',
    ]);
    expect(model.counts().started).toBe(1);
  });

  it('with another body is a 422 that is not to be asked again', async () => {
    const model = await upstream();
    const gateway = await gatewayWith(cluster([model]));
    await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, KEYED);
    const other = await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, max_tokens: 7 }, KEYED);
    expect(other.status).toBe(422);
    expect(other.headers.get('x-should-retry')).toBe('false');
    expect(await other.text()).toContain('key_reused');
  });

  it('of another client is another key', async () => {
    const model = await upstream();
    const gateway = await gatewayWith(cluster([model]));
    await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, KEYED);
    const other = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, {
      ...KEYED,
      'x-api-key': 'another',
    });
    expect(other.headers.get('x-qcc-joined')).toBeNull();
    expect(model.counts().started).toBe(2);
  });

  it('after a failure asks again', async () => {
    const model = await upstream({ status: 400 });
    const gateway = await gatewayWith(`retry: { max: 0 }\n${cluster([model])}`);
    model.enqueue({ status: 503 });
    const failed = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, KEYED);
    expect(failed.status).toBe(502);
    model.program({});
    const again = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, KEYED);
    expect(again.status).toBe(200);
  });

  it('is answered from the store after a restart', async () => {
    const model = await upstream();
    const store = memoryStore();
    const before = await gatewayWith(cluster([model]), { store });
    const first = await post(`${before.url}/v1/messages`, ANTHROPIC_REQUEST, KEYED);
    const text = await first.text();
    const after = await gatewayWith(cluster([model]), { store });
    const again = await post(`${after.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: false }, KEYED);
    expect(again.headers.get('x-qcc-joined')).toBe('replay');
    expect(await again.text()).toBe(text);
    expect(model.counts().started).toBe(1);
  });
});
