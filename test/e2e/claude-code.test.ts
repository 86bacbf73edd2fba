import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedCall } from '../../src/simulator/simulator.ts';
import { askClaude } from './harness/claude-code.ts';
import { cuttingEdge } from './harness/cutting-edge.ts';
import { cleanUp, gatewayProcess } from './harness/qcc.ts';
import { configFor, FAILURES, patienceFor, TEXT, upstream } from './harness/upstreams.ts';

afterEach(cleanUp);

describe('Claude Code and a cluster of two, the first of which fails', () => {
  let requestsWhenWell = 0;

  beforeAll(async () => {
    const [first, second] = [await upstream({ text: TEXT }), await upstream()];
    const gateway = await gatewayProcess(configFor([first, second]));
    expect(await askClaude(gateway.url)).toEqual({ code: 0, text: TEXT, isError: false });
    requestsWhenWell = (await gateway.view()).requests;
    expect(requestsWhenWell).toBeGreaterThan(0);
    await cleanUp();
  });

  it.each(FAILURES)('%s: it never notices', async (_, script) => {
    const [bad, good] = [await upstream(script), await upstream({ text: TEXT })];
    const gateway = await gatewayProcess(configFor([bad, good], patienceFor(script)));
    expect(await askClaude(gateway.url)).toEqual({ code: 0, text: TEXT, isError: false });
    const { requests, failures } = await gateway.view();
    expect({ requests, failures }).toEqual({ requests: requestsWhenWell, failures: 0 });
    expect(bad.counts().started).toBeGreaterThan(0);
  });

  it('a refused connection: it never notices', async () => {
    const [gone, good] = [await upstream(), await upstream({ text: TEXT })];
    await gone.close();
    const gateway = await gatewayProcess(configFor([gone, good]));
    expect(await askClaude(gateway.url)).toEqual({ code: 0, text: TEXT, isError: false });
    expect((await gateway.view()).requests).toBe(requestsWhenWell);
  });
});

/** The top-level fields in which two requests' bodies differ. */
function differing(one: RecordedCall, other: RecordedCall): string[] {
  const [a, b] = [one, other].map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
  const names = new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]);
  return [...names].filter((name) => JSON.stringify(a?.[name]) !== JSON.stringify(b?.[name])).sort();
}

describe('how Claude Code repeats a stream that broke after content', () => {
  const broken = { text: TEXT, events: 6 };

  it.each([
    ['a reset', { ...broken, reset: 3 }],
    ['a clean end without its end mark', { ...broken, truncate: 3 }],
  ])('after %s: the same body again', async (_, script) => {
    const model = await upstream({ text: TEXT });
    model.enqueue(script);
    expect(await askClaude(model.url)).toMatchObject({ text: TEXT, isError: false });
    const [first, repeat] = model.calls();
    expect(differing(first!, repeat!)).toEqual([]);
  });

  it('after an error event: not streaming, with max_tokens cut to what it will wait for', async () => {
    const model = await upstream({ text: TEXT });
    model.enqueue({ ...broken, errorEvent: 3 });
    expect(await askClaude(model.url)).toMatchObject({ text: TEXT, isError: false });
    const [first, repeat] = model.calls();
    expect(differing(first!, repeat!)).toEqual(['max_tokens', 'stream']);
    expect(repeat?.headers['x-claude-code-session-id']).toBe(first?.headers['x-claude-code-session-id']);
  });
});

describe('an endpoint breaks after the first words are out', () => {
  it.each([
    ['a reset', { reset: 3 }],
    ['a clean end without its end mark', { truncate: 3 }],
    ['an error event', { errorEvent: 3 }],
    ['silence', { hang: 3 }],
  ])('%s: Claude Code is told, asks once more and gets the whole answer', async (_, broken) => {
    const model = await upstream({ text: TEXT });
    model.enqueue({ text: 'lost words', events: 6, ...broken });
    const gateway = await gatewayProcess(configFor([model], patienceFor(broken)));
    expect(await askClaude(gateway.url)).toEqual({ code: 0, text: TEXT, isError: false });
    const { successes, failures } = await gateway.view();
    expect({ successes, failures }).toEqual({ successes: 1, failures: 1 });
    expect(model.counts().started).toBe(2);
  });
});

describe('an edge that cuts silence stands between Claude Code and the gateway', () => {
  const SILENCE_MS = 2_000;
  const thinking = { text: TEXT, firstEventMs: 2.2 * SILENCE_MS };
  /** The model is quiet for longer than the other cases' timers allow. */
  const patient = 'timeouts: { first_byte: 20s, idle: 20s }\nhealth: { enabled: false }\n';
  const cluster = (url: string) =>
    `main:\n  endpoints:\n    - { base_url: "${url}", api_key: upstream-key }\n`;

  it('the gateway knows it: nothing is cut, and one answer is paid', async () => {
    const model = await upstream(thinking);
    const listen = `listen: [{ host: 127.0.0.1, port: 0, edge: { silence: ${SILENCE_MS}ms } }]\n`;
    const gateway = await gatewayProcess(listen + patient + cluster(model.url), { args: [] });
    const edge = await cuttingEdge(gateway.url, SILENCE_MS);
    expect(await askClaude(edge.url)).toEqual({ code: 0, text: TEXT, isError: false });
    expect(edge.cuts).toBe(0);
    expect(model.counts()).toMatchObject({ started: 1, charged: 1 });
  });

  it('the gateway does not know it: Claude Code is cut, asks again and is joined', async () => {
    const model = await upstream(thinking);
    const scaled = `disconnect: { cut_silence: ${SILENCE_MS / 2}ms }\n`;
    const gateway = await gatewayProcess(scaled + patient + cluster(model.url));
    const edge = await cuttingEdge(gateway.url, SILENCE_MS);
    expect(await askClaude(edge.url)).toEqual({ code: 0, text: TEXT, isError: false });
    expect(edge.cuts).toBeGreaterThan(0);
    expect(model.counts()).toMatchObject({ started: 1, charged: 1 });
  });

  it('its total runs out: Claude Code is told to come back, asks again and is joined', async () => {
    const model = await upstream({ text: TEXT, events: 30, eventMs: 150 });
    const listen = 'listen: [{ host: 127.0.0.1, port: 0, edge: { total: 2s } }]\n';
    const gateway = await gatewayProcess(listen + patient + cluster(model.url), { args: [] });
    const answer = await askClaude(gateway.url);
    expect(answer).toEqual({ code: 0, text: TEXT, isError: false });
    expect(model.counts()).toMatchObject({ started: 1, charged: 1 });
  });
});
