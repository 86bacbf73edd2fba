import { afterEach, describe, expect, it } from 'vitest';
import type { CheckupEvent } from '../../src/domain/checkup.ts';
import { closeAll, cluster, gatewayWith, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

async function askDoctor(url: string, body: object): Promise<{ status: number; events: CheckupEvent[] }> {
  const response = await fetch(`${url}/__qcc__/doctor`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-qcc-admin': '1' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const events = [...text.matchAll(/^data: (.+)$/gm)].map(
    ([, data = '']) => JSON.parse(data) as CheckupEvent,
  );
  return { status: response.status, events };
}

describe('the doctor, asked over the admin API', () => {
  it('tells of its steps as they are done, and ends with the diagnosis', async () => {
    const [first, second] = [await upstream(), await upstream({ wrongCode: true })];
    const gateway = await gatewayWith(cluster([first, second]));
    const { status, events } = await askDoctor(gateway.url, { endpoint: 'e1', language: 'zh' });
    expect(status).toBe(200);
    expect(events[0]).toMatchObject({ kind: 'endpoint', name: 'e1' });
    expect(events.filter(({ kind }) => kind === 'checked')).toHaveLength(14);
    expect(events.at(-1)).toMatchObject({
      kind: 'diagnosis',
      diagnosis: {
        healthy: false,
        problems: [{ check: 'conversation', what: expect.stringContaining('验证码') }],
      },
    });
    expect(JSON.stringify(events)).not.toContain('key-1');
  });

  it('goes by the configuration in force', async () => {
    const good = await upstream();
    const gateway = await gatewayWith(cluster([{ url: 'http://127.0.0.1:9' }]));
    expect(await gateway.change(cluster([good]))).toMatchObject({ ok: true });
    const { events } = await askDoctor(gateway.url, {});
    const steps = events.flatMap((event) => (event.kind === 'checked' ? [event.check] : []));
    expect(steps.find(({ name }) => name === 'conversation')?.status).toBe('ok');
    expect(good.counts().charged).toBeGreaterThan(0);
  });
});
