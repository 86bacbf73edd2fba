import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { examine } from '../harness/doctor.ts';
import { closeAll, closeLater, cluster, settingsOf, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

const only = (url: string, more = '') => cluster([{ url }], () => more);

/** Passes requests on, and an answer's body only once it is whole. */
async function bufferingProxy(target: string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '/' } = incoming;
    const passed = request(new URL(url, target), { method: method ?? 'GET', headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        outgoing.end(Buffer.concat(parts));
      });
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater({
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Takes 1.6 s, whether it is streamed or not; the code to repeat comes at once. */
const WRITING = { events: 40, eventMs: 40 } as const;

describe('the doctor finds', () => {
  it.each([
    ['cloudflare', /HTTP 524/],
    ['nginx', /HTTP 504.*Gateway Time-out/],
  ] as const)('an edge that cuts silence: %s', async (kind, by) => {
    const { url } = await upstream({ ...WRITING, edge: { silenceMs: 500, kind } });
    const { diagnosis, check } = await examine(
      only(url),
      { probeEdge: true, silenceUpToMs: 10_000 },
      { clock: systemClock },
    );
    const { silentMs } = check('silence').data as { silentMs: number };
    expect(silentMs).toBeGreaterThanOrEqual(495);
    const problem = diagnosis.problems.find((one) => one.check === 'silence');
    expect(problem?.what).toMatch(by);
    // The line to paste is a little below what was seen, and valid.
    const settings = await settingsOf(only(url, `, ${problem?.config}`));
    const planned = settings.clusters[0]?.endpoints[0]?.edge?.silenceMs ?? 0;
    expect(planned).toBeLessThan(silentMs);
    expect(planned).toBeGreaterThan(silentMs * 0.9);
    const again = await examine(
      only(url, `, ${problem?.config}`),
      { probeEdge: true },
      { clock: systemClock },
    );
    expect(again.check('silence')).toMatchObject({
      status: 'ok',
      summary: expect.stringContaining('as configured'),
    });
  });

  it('how long an answer stays open, where nobody cuts', async () => {
    const { url } = await upstream(WRITING);
    const ended = await examine(only(url), { probeEdge: true });
    expect(ended.check('silence')).toMatchObject({ status: 'ok', data: { kind: 'open', ended: true } });
    const given = await examine(only(url), { probeEdge: true, silenceUpToMs: 300 });
    expect(given.check('silence')).toMatchObject({ status: 'ok', data: { kind: 'open', ended: false } });
    expect(given.diagnosis.healthy).toBe(true);
  });

  it('what probing costs, and says so before it does', async () => {
    const { url } = await upstream({ ...WRITING, eventMs: 2 });
    const priced = await examine(only(url), { probeEdge: true }, { outputPriceOf: () => 5_000_000 });
    const began = priced.events.find((event) => event.kind === 'began' && event.name === 'silence');
    expect(began).toMatchObject({ text: expect.stringMatching(/19500 tokens and \$0\.0975/) });
  });

  it('that nothing long is asked for unless it is wished', async () => {
    const simulator = await upstream({ ...WRITING, eventMs: 2 });
    await examine(only(simulator.url));
    // The conversation and the stream.
    expect(simulator.counts()).toMatchObject({ charged: 2 });
  });

  it('a proxy that holds streams back', async () => {
    const model = await upstream(WRITING);
    const { diagnosis, check } = await examine(
      only(await bufferingProxy(model.url)),
      {},
      { clock: systemClock },
    );
    expect(check('streaming')).toMatchObject({ status: 'warning', data: { manner: 'lumps' } });
    expect(diagnosis.problems).toContainEqual(
      expect.objectContaining({ check: 'streaming', fix: expect.stringContaining('proxy_buffering off') }),
    );
    const direct = await examine(only(model.url), {}, { clock: systemClock });
    expect(direct.check('streaming')).toMatchObject({ status: 'ok', data: { manner: 'flowing' } });
  });

  it('a stream that breaks, and one without its end', async () => {
    const broken = await upstream({ ...WRITING, eventMs: 5, reset: 20 });
    expect((await examine(only(broken.url))).diagnosis.problems).toMatchObject([
      { check: 'streaming', severity: 'bad' },
    ]);
    const truncated = await upstream({ ...WRITING, eventMs: 5, truncate: 20 });
    expect((await examine(only(truncated.url))).diagnosis.problems).toMatchObject([
      { check: 'streaming', what: expect.stringContaining('without its end mark') },
    ]);
  });
});
