import { afterEach, describe, expect, it } from 'vitest';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

const STREAM = { ...ANTHROPIC_REQUEST, stream: true };
const EDGE = 'listen: [{ host: 127.0.0.1, port: 0, edge: { silence: 4s } }]\n';

async function pingsWith(yaml: string): Promise<number> {
  const model = await upstream({ firstByteMs: 1_000 });
  const gateway = await gatewayWith(yaml + cluster([model]));
  const text = await (await post(`${gateway.url}/v1/messages`, STREAM)).text();
  expect(text).toContain('event: message_stop');
  // The vendor's own ping follows its first event.
  return text.slice(0, text.indexOf('message_start')).match(/event: ping/g)?.length ?? 0;
}

describe('signs of life come as often as is set', () => {
  it('heartbeat.after says when the first one comes', async () => {
    expect(await pingsWith('heartbeat: { after: 10s, every: 50ms }\n')).toBe(0);
    expect(await pingsWith('heartbeat: { after: 100ms, every: 10s }\n')).toBe(1);
  });

  it('heartbeat.every says how the others follow', async () => {
    expect(await pingsWith('heartbeat: { after: 100ms, every: 100ms }\n')).toBeGreaterThan(3);
  });

  it('behind an edge they start at 40 % of its silence, and heartbeat.every bounds the pauses', async () => {
    expect(await pingsWith(`${EDGE}heartbeat: { after: 1ms, every: 10s }\n`)).toBe(0);
    const quick = EDGE.replace('4s', '500ms');
    expect(await pingsWith(`${quick}heartbeat: { after: 10s, every: 10s }\n`)).toBeGreaterThan(2);
    expect(await pingsWith(`${quick}heartbeat: { after: 10s, every: 40ms }\n`)).toBeGreaterThan(8);
  });
});
