import { afterEach, describe, expect, it } from 'vitest';
import { expectedText } from '../../src/simulator/simulator.ts';
import { memoryStore } from '../../src/storage/storage.ts';
import { CHAT_REQUEST, closeAll, gatewayWith, post, until, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

const SILENT = { firstByteMs: 700, text: 'after a silence' };
const ANSWER = { choices: [{ message: { content: expectedText(SILENT) } }] };
const ORDINARY = { ...CHAT_REQUEST, max_tokens: 900 };
const HARD = { ...ORDINARY, reasoning_effort: 'high' };
const RETRY = 'retry: { base: 10ms, cap: 20ms }\n';

/** The relay with two doors: `main` behind an edge, `direct` without one. */
const twoDoors = (main: string, direct: string, edge = ', edge: cloudflare'): string => `${RETRY}clusters:
  relay:
    strategy: priority
    endpoints:
      - { name: main, base_url: "${main}", api_key: key-m, priority: 1${edge} }
      - { name: direct, base_url: "${direct}", api_key: key-d, priority: 2, max_duration: 600s }
`;

/** Nobody listens there. */
const DOWN = 'http://127.0.0.1:9';

const routeOf = (response: Response): string => response.headers.get('x-qcc-route') ?? '';

describe('a direct door beside an edge that would cut', () => {
  it('by rule: a route sends it there', async () => {
    const main = await upstream({ ...SILENT, edge: { silenceMs: 200 } });
    const direct = await upstream(SILENT);
    const gateway = await gatewayWith(`${RETRY}clusters:
  main: { endpoints: [{ base_url: "${main.url}", api_key: k, edge: { silence: 200ms } }] }
  direct: { endpoints: [{ base_url: "${direct.url}", api_key: k }] }
default_cluster: main
routes: [{ name: löng-thoughts, match: { thinking: true }, cluster: direct }]
`);
    const response = await post(`${gateway.url}/v1/chat/completions`, HARD);
    expect(await response.json()).toMatchObject(ANSWER);
    expect(routeOf(response)).toContain('route l?ng-thoughts');
    expect(gateway.log.events).toContainEqual(
      expect.objectContaining({ kind: 'picked', why: expect.stringContaining('route löng-thoughts') }),
    );
    expect([main.counts().started, direct.counts().charged]).toEqual([0, 1]);
  });

  it('by prior: what asks for much effort goes there, what does not stays', async () => {
    const main = await upstream({ text: SILENT.text });
    const direct = await upstream(SILENT);
    const gateway = await gatewayWith(twoDoors(main.url, direct.url));
    const hard = await post(`${gateway.url}/v1/chat/completions`, HARD);
    expect(await hard.json()).toMatchObject(ANSWER);
    expect(routeOf(hard)).toMatch(/edge: main \(100s\) skipped, silence p95 \d+s prior/);
    const ordinary = await post(`${gateway.url}/v1/chat/completions`, ORDINARY);
    expect(await ordinary.json()).toMatchObject(ANSWER);
    expect([main.counts().started, direct.counts().started]).toEqual([1, 1]);
  });

  it('by learning: after two cuts nothing is sent there that would be cut', async () => {
    const main = await upstream({ firstByteMs: 5_000, edge: { silenceMs: 1_100 } });
    const direct = await upstream(SILENT);
    const store = memoryStore();
    const gateway = await gatewayWith(twoDoors(main.url, direct.url, ''), { store });
    for (const cuts of [1, 2]) {
      const response = await post(`${gateway.url}/v1/chat/completions`, ORDINARY);
      expect(await response.json()).toMatchObject(ANSWER);
      expect([main.counts().started, direct.counts().started]).toEqual([cuts, cuts]);
    }
    const third = await post(`${gateway.url}/v1/chat/completions`, ORDINARY);
    expect(await third.json()).toMatchObject(ANSWER);
    expect(routeOf(third)).toMatch(/edge: main \(1\.1s\) skipped, silence p95/);
    expect([main.counts().started, direct.counts().started]).toEqual([2, 3]);
    const [view] = (await gateway.view()).endpoints;
    expect(view).toMatchObject({ name: 'main', learnedEdge: { cuts: 2 } });
    await until(async () => (await store.ledgerList({ limit: 1 }))[0]?.delivery === 'delivered');
    const [row] = await store.ledgerList({ limit: 1 });
    const entry = await store.ledgerExchange(row?.id ?? '');
    expect(entry?.attempts[0]?.why).toContain('main (1.1s) skipped');
  });

  it('by duration: what is expected to take longer than an endpoint allows goes elsewhere', async () => {
    const short = await upstream();
    const long = await upstream(SILENT);
    const gateway = await gatewayWith(twoDoors(short.url, long.url, ', max_duration: 60s'));
    const response = await post(`${gateway.url}/v1/chat/completions`, HARD);
    expect(await response.json()).toMatchObject(ANSWER);
    expect(routeOf(response)).toMatch(/main \(total 60s\) skipped, total p95/);
    expect([short.counts().started, long.counts().started]).toEqual([0, 1]);
  });

  it('direct is down: main takes it, and the log says so', async () => {
    const main = await upstream(SILENT);
    const gateway = await gatewayWith(twoDoors(main.url, DOWN));
    const response = await post(`${gateway.url}/v1/chat/completions`, HARD);
    expect(await response.json()).toMatchObject(ANSWER);
    expect(routeOf(response)).toContain('edge ignored: direct is down; main (100s) taken');
    expect(gateway.log.events).toContainEqual(
      expect.objectContaining({ kind: 'picked', why: expect.stringContaining('direct is down; main') }),
    );
  });

  it('no other door: an honest error, recorded as lost, and no more calls than retry.max_charged allows', async () => {
    const store = memoryStore();
    const main = await upstream({ firstByteMs: 5_000, edge: { silenceMs: 150 } });
    const only = `clusters: { relay: { endpoints: [{ base_url: "${main.url}", api_key: k, edge: cloudflare }] } }\n`;
    const gateway = await gatewayWith(`retry: { max: 5, max_charged: 2, base: 10ms, cap: 20ms }\n${only}`, {
      store,
    });
    const response = await post(`${gateway.url}/v1/chat/completions`, HARD);
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(await response.json()).toHaveProperty('error.message');
    expect(main.counts().started).toBe(3);
    expect(await store.ledgerList({ limit: 9 })).toMatchObject([{ delivery: 'refused', lostCalls: 3 }]);
    expect(gateway.log.events).toContainEqual(
      expect.objectContaining({ kind: 'picked', why: expect.stringContaining('edge ignored: none allows') }),
    );
  });

  it.each([
    [0, 1],
    [1, 2],
  ])('retry.max_charged %d: %d calls', async (maxCharged, calls) => {
    const main = await upstream({ firstByteMs: 5_000, edge: { silenceMs: 100 } });
    const only = `clusters: { relay: { endpoints: [{ base_url: "${main.url}", api_key: k }] } }\n`;
    const gateway = await gatewayWith(
      `retry: { max: 5, max_charged: ${maxCharged}, base: 10ms, cap: 20ms }\n${only}`,
    );
    const response = await post(`${gateway.url}/v1/chat/completions`, ORDINARY);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(main.counts().started).toBe(calls);
  });

  it('an answer without charge is retried as often as retry.max says', async () => {
    const main = await upstream({ status: 529, retryAfter: 0 });
    const only = `clusters: { relay: { endpoints: [{ base_url: "${main.url}", api_key: k }] } }\n`;
    const gateway = await gatewayWith(`retry: { max: 3, max_charged: 0, base: 10ms, cap: 20ms }\n${only}`);
    await post(`${gateway.url}/v1/chat/completions`, ORDINARY);
    expect(main.counts().started).toBe(4);
  });
});
