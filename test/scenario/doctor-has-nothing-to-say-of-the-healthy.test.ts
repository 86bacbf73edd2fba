import { afterEach, describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../../src/domain/protocol.ts';
import { examine } from '../harness/doctor.ts';
import { closeAll, cluster, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

describe('a healthy endpoint', () => {
  it.each(PROTOCOLS)('of %s: no warning, in either language', async (protocol) => {
    const { url } = await upstream({ events: 30, eventMs: 10 });
    const yaml = cluster([{ url }], () => `, protocols: [${protocol}]`);
    for (const language of ['en', 'zh'] as const) {
      const { diagnosis, events } = await examine(yaml, {}, { language });
      expect(diagnosis).toMatchObject({ healthy: true, problems: [] });
      // No text has a place that was not filled in.
      expect(JSON.stringify(events)).not.toMatch(/\{[a-zA-Z]+\}/);
    }
  });

  it('at localhost, which has an address of each kind', async () => {
    const { url } = await upstream();
    const yaml = cluster([{ url: url.replace('127.0.0.1', 'localhost') }]);
    const { diagnosis } = await examine(yaml);
    expect(diagnosis.problems).toEqual([]);
  });

  it('is told of in order, and each of several once', async () => {
    const [a, b] = [await upstream(), await upstream()];
    const { events, diagnosis } = await examine(cluster([a, b]));
    expect(events.filter(({ kind }) => kind === 'endpoint')).toHaveLength(2);
    expect(events.at(-1)).toEqual({ kind: 'diagnosis', diagnosis });
    const steps = events.flatMap((event) => (event.kind === 'checked' ? [event.check.name] : []));
    expect(steps).toHaveLength(28);
    expect(new Set(steps).size).toBe(14);
    expect(diagnosis.headline).toBe('Healthy: nothing found. Endpoints looked at: 2.');
  });

  it('stopped in the middle, the doctor says so and lets go', async () => {
    const { url } = await upstream({ hang: 'before-head' });
    const stopping = new AbortController();
    const going = examine(cluster([{ url }]), {}, { signal: stopping.signal });
    setTimeout(() => stopping.abort(), 300);
    const { diagnosis, events } = await going;
    expect(diagnosis).toMatchObject({ healthy: false, headline: 'Stopped before the end.' });
    expect(events.at(-1)?.kind).toBe('diagnosis');
  });
});
