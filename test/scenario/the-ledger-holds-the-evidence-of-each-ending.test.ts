import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/domain/ledger.ts';
import { memoryStore } from '../../src/storage/storage.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  type RunningGateway,
  until,
  upstream,
} from '../harness/gateway.ts';
import { MESSAGE, openMessage, ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

const ONCE = 'retry: { max: 0 }\n';
const STREAM = { ...ANTHROPIC_REQUEST, stream: true };

async function gatewayFor(yaml: string) {
  const store = memoryStore();
  const gateway = await gatewayWith(yaml, { store });
  return { store, gateway };
}

/** The newest exchange, once it is over. */
async function entryIn(store: ReturnType<typeof memoryStore>): Promise<LedgerEntry> {
  await until(async () => (await store.ledgerList({ limit: 1 }))[0]?.failed !== undefined);
  const [row] = await store.ledgerList({ limit: 1 });
  const entry = await store.ledgerExchange(row?.id ?? '');
  if (!entry) throw new Error('no such exchange');
  return entry;
}

async function entryAfter(yaml: string, body: unknown = ANTHROPIC_REQUEST): Promise<LedgerEntry> {
  const { gateway, store } = await gatewayFor(yaml);
  await post(`${gateway.url}/v1/messages`, body).then(
    (response) => response.text().catch(() => ''),
    () => '',
  );
  return entryIn(store);
}

/** A port that nobody listens on. */
async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const LIMITED = {
  'retry-after': '7',
  'anthropic-ratelimit-requests-remaining': '0',
  'anthropic-ratelimit-tokens-limit': '80000',
  'set-cookie': 'session=abc',
  'x-auth-token': 'abcdefgh',
  'content-type': 'application/json',
};

describe('the ledger holds the evidence of each ending', () => {
  it('refused: the part of the connection that failed, and no words of anybody', async () => {
    const { exchange, attempts } = await entryAfter(ONCE + cluster([{ url: await closedPort() }]));
    expect(attempts[0]).toMatchObject({
      result: 'connect-failed',
      phase: 'connect',
      tcpMs: expect.any(Number),
    });
    for (const name of ['dnsMs', 'tlsMs', 'headers', 'said', 'timer', 'firstByteMs'] as const)
      expect(attempts[0]?.[name]).toBeUndefined();
    expect(exchange).toMatchObject({
      failed: true,
      cause: 'connect-failed',
      attemptCount: 1,
      endpointId: attempts[0]?.endpointId,
      throughEdge: false,
      queuedMs: 0,
      backoffMs: 0,
      heartbeats: 0,
      headers: { 'content-type': 'application/json', 'x-api-key': '***' },
    });
  });

  it('a name that does not resolve: DNS is what failed', async () => {
    const { attempts } = await entryAfter(ONCE + cluster([{ url: 'http://qcc-test.invalid:81' }]));
    expect(attempts[0]).toMatchObject({ result: 'connect-failed', phase: 'dns', dnsMs: expect.any(Number) });
    expect(attempts[0]?.tcpMs).toBeUndefined();
  });

  it('a reset while waiting', async () => {
    const model = await upstream({ reset: 'before-head' });
    const { exchange, attempts } = await entryAfter(ONCE + cluster([model]));
    expect(attempts[0]).toMatchObject({ result: 'reset', phase: 'wait', streamed: true });
    expect(exchange.cause).toBe('reset');
  });

  it('our timer: which one, how long, whose setting', async () => {
    const model = await upstream({ hang: 'before-head' });
    const { attempts } = await entryAfter(`${ONCE}timeouts: { first_byte: 60ms }\n${cluster([model])}`);
    expect(attempts[0]).toMatchObject({
      result: 'timeout',
      timer: { name: 'first_byte', ms: 60, setBy: 'timeouts' },
    });
  });

  it.each([
    ['cloudflare', 'json', /524/],
    ['cloudflare', 'html', /524/],
    ['nginx', 'html', /^504 Gateway Time-out$/],
  ] as const)('an edge that cuts, %s with %s: its page', async (kind, body, words) => {
    const model = await upstream({ firstByteMs: 2_000, body, edge: { silenceMs: 60, kind } });
    const { exchange, attempts } = await entryAfter(ONCE + cluster([model]));
    expect(attempts[0]).toMatchObject({
      result: 'edge-timeout',
      endedBy: 'edge',
      said: expect.stringMatching(words),
      headers: { server: expect.stringContaining(kind) },
    });
    expect(exchange).toMatchObject({ cause: 'edge-timeout', throughEdge: true });
  });

  it('a 429: its limit headers, without cookies and tokens', async () => {
    const error = {
      type: 'error',
      error: { type: 'rate_limit_error', message: 'Slow down, key-0 of yours' },
    };
    const own = await ownUpstream((_, response) =>
      response.writeHead(429, LIMITED).end(JSON.stringify(error)),
    );
    const { attempts } = await entryAfter(ONCE + cluster([own]));
    expect(attempts[0]?.headers).toMatchObject({
      'retry-after': '7',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-tokens-limit': '80000',
    });
    expect(Object.keys(attempts[0]?.headers ?? {})).not.toContain('set-cookie');
    expect(Object.keys(attempts[0]?.headers ?? {})).not.toContain('x-auth-token');
    expect(attempts[0]).toMatchObject({
      result: 'rate-limited',
      said: 'rate_limit_error: Slow down, *** of yours',
    });
  });

  it.each([
    [401, 'bad-key'],
    [500, 'upstream-error'],
    [529, 'overloaded'],
  ] as const)('a %d: what it said', async (status, cause) => {
    const model = await upstream({ status });
    const { exchange, attempts } = await entryAfter(ONCE + cluster([model]));
    expect(attempts[0]).toMatchObject({ result: cause, status, said: expect.stringMatching(/\w+_error: ./) });
    expect(exchange).toMatchObject({ failed: true, cause });
  });

  it('a 400, passed on as it came: failed, with its words', async () => {
    const model = await upstream({ status: 400 });
    const { exchange, attempts } = await entryAfter(cluster([model]));
    expect(attempts[0]).toMatchObject({
      result: 'rejected',
      said: expect.stringContaining('invalid_request_error'),
    });
    expect(attempts[0]?.headers?.['content-type']).toContain('json');
    expect(exchange).toMatchObject({ delivery: 'delivered', failed: true, cause: 'rejected' });
  });

  it('a page of HTML under 200: its title', async () => {
    const page = '<html><head><title>Please log in</title></head><body>x</body></html>';
    const own = await ownUpstream((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(page),
    );
    const { attempts } = await entryAfter(ONCE + cluster([own]));
    expect(attempts[0]).toMatchObject({
      result: 'not-api',
      said: 'Please log in',
      headers: { 'content-type': 'text/html' },
    });
  });

  it('an error inside a stream: its words, without keys', async () => {
    const own = await ownUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const error = { type: 'overloaded_error', message: 'no room for sk-ant-api03-abcdefghijkl' };
      response.end(`event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`);
    });
    const { attempts } = await entryAfter(ONCE + cluster([own]), STREAM);
    expect(attempts[0]).toMatchObject({ result: 'overloaded', said: 'overloaded_error: no room for sk-***' });
    expect(JSON.stringify(attempts)).not.toContain('api03');
  });

  it('an answer of the second endpoint: when its first event came, and the pause is told apart from the queue', async () => {
    const flaky = await upstream();
    flaky.enqueue({ status: 500 });
    const { exchange, attempts } = await entryAfter(`retry: { base: 40ms, cap: 40ms }\n${cluster([flaky])}`);
    expect(attempts).toHaveLength(2);
    expect(exchange).toMatchObject({ failed: false, cause: 'upstream-error', queuedMs: 0, attemptCount: 2 });
    expect(exchange.backoffMs).toBe(attempts[1]?.backoffMs ?? 0);
    expect(exchange.firstEventMs).toBeGreaterThan(attempts[1]?.firstEventMs ?? Number.POSITIVE_INFINITY);
    expect(exchange.headers).toBeUndefined();
    expect(attempts[1]?.headers).toBeUndefined();
  });
});

describe('what was waited for', () => {
  const LIMIT = () => ', limits: { concurrency: 1 }';
  const post2 = (gateway: RunningGateway, name: string) =>
    post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, name }).then((response) => response.status);

  it('a slot: the time in the queue', async () => {
    const model = await upstream({ firstByteMs: 200 });
    const { gateway, store } = await gatewayFor(cluster([model], LIMIT));
    await Promise.all([post2(gateway, 'a'), post2(gateway, 'b')]);
    const rows = await store.ledgerList({ limit: 5 });
    const queued = rows.map((row) => row.queuedMs ?? 0).sort((a, b) => a - b);
    expect(queued[0]).toBe(0);
    expect(queued[1]).toBeGreaterThan(0);
    const entry = await store.ledgerExchange(rows.find((row) => (row.queuedMs ?? 0) > 0)?.id ?? '');
    expect(entry?.attempts[0]?.queuedMs).toBe(queued[1]);
  });

  it('a queue that is full: on the ledger, though no call was made', async () => {
    const model = await upstream({ hang: 'before-head' });
    const { gateway, store } = await gatewayFor(`queue: { max: 0 }\n${cluster([model], LIMIT)}`);
    void post2(gateway, 'a').catch(() => 0);
    await until(() => model.counts().started === 1);
    expect(await post2(gateway, 'b')).toBe(429);
    const row = (await store.ledgerList({ limit: 5 })).find(({ failed }) => failed);
    expect(row).toMatchObject({ cause: 'queue_full', attemptCount: 0, queuedMs: 0, delivery: 'refused' });
  });

  it('a deadline that ends in the queue: how long it stood there', async () => {
    const model = await upstream({ hang: 'before-head' });
    const { gateway, store } = await gatewayFor(cluster([model], LIMIT));
    void post2(gateway, 'a').catch(() => 0);
    await until(() => model.counts().started === 1);
    const deadline = { 'x-qcc-timeout': '200ms' };
    expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, deadline)).status).toBe(429);
    const given = async () =>
      (await store.ledgerList({ limit: 5 })).find(({ attemptCount }) => attemptCount === 0);
    await until(async () => (await given()) !== undefined);
    const row = await given();
    expect(row?.cause).toBe(row?.error);
    expect(row?.queuedMs).toBeGreaterThan(0);
  });
});

describe('a client that leaves', () => {
  const CUT = 'disconnect: { cut_silence: 100ms, grace: 50ms }\n';
  const leaveAfter = (url: string, ms: number, body: unknown) =>
    fetch(`${url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'x-api-key': 'k', 'x-stainless-timeout': '600' },
      signal: AbortSignal.timeout(ms),
    })
      .then((response) => response.text())
      .catch(() => 'left');

  it('after a silence: when, how long nothing had been sent to it, and that its exchange ran on', async () => {
    const model = await upstream({ firstByteMs: 1_200 });
    const { gateway, store } = await gatewayFor(CUT + cluster([model]));
    expect(await leaveAfter(gateway.url, 500, ANTHROPIC_REQUEST)).toBe('left');
    const { exchange } = await entryIn(store);
    expect(exchange).toMatchObject({
      leftFate: 'run-on',
      delivery: 'undelivered',
      cause: 'client-left',
      failed: true,
      clientPatienceMs: 600_000,
    });
    expect(exchange.leftMs).toBeGreaterThan(0);
    expect(exchange.leftMs).toBeLessThan(
      exchange.endedAt === undefined ? 0 : exchange.endedAt - exchange.startedAt,
    );
    expect(exchange.leftSilentMs).toBeLessThanOrEqual(exchange.leftMs ?? 0);
    expect(exchange.leftSilentMs).toBeGreaterThan(0);

    // It comes back: the answer is there, and the exchange ended when it ended.
    const again = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { 'x-api-key': 'k' });
    expect(again.headers.get('x-qcc-joined')).toBe('replay');
    await again.text();
    await until(async () => (await store.ledgerList({ limit: 1 }))[0]?.delivery === 'delivered');
    const [row] = await store.ledgerList({ limit: 1 });
    expect(row).toMatchObject({ endedAt: exchange.endedAt, failed: false, joined: 1, savedCalls: 1 });
    expect(row?.leftMs).toBe(exchange.leftMs);
  });

  it('in mid-stream: it left, and after its grace the call was cancelled', async () => {
    const own = await ownUpstream((_, response) => openMessage(response));
    const { gateway, store } = await gatewayFor(
      `disconnect: { cut_silence: 10s, grace: 20ms }\n${cluster([own])}`,
    );
    await leaveAfter(gateway.url, 200, STREAM);
    const { exchange, attempts } = await entryIn(store);
    expect(exchange).toMatchObject({ leftFate: 'grace', delivery: 'left', cause: 'client-left' });
    expect(attempts[0]).toMatchObject({ result: 'cancelled', endedBy: 'client' });
    expect(attempts[0]?.headers).toBeUndefined();
  });

  it('had signs of life until then: they are counted', async () => {
    const model = await upstream({ firstByteMs: 600 });
    const beat = 'heartbeat: { after: 100ms, every: 100ms }\n';
    const { gateway, store } = await gatewayFor(CUT + beat + cluster([model]));
    const text = await post(`${gateway.url}/v1/messages`, STREAM).then((response) => response.text());
    const { exchange } = await entryIn(store);
    const seen = text.slice(0, text.indexOf('message_start')).match(/event: ping/g)?.length ?? 0;
    expect(seen).toBeGreaterThan(0);
    expect(exchange.heartbeats).toBe(seen);
  });
});

describe('an edge on the way', () => {
  it.each([
    ['in front of the client', 'listen: [{ host: 127.0.0.1, port: 0, edge: { silence: 100s } }]\n', '', true],
    ['in front of the endpoint', '', ', edge: { silence: 100s }', true],
    ['none', '', '', false],
  ])('%s', async (_name, listen, edge, through) => {
    const own = await ownUpstream((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(MESSAGE)),
    );
    const { exchange } = await entryAfter(listen + cluster([own], () => edge));
    expect(exchange).toMatchObject({ throughEdge: through, failed: false });
  });

  it('a route has a name, and the ledger has it', async () => {
    const model = await upstream();
    const routes = 'routes: [{ name: all-of-it, match: { model: "claude-*" }, cluster: main }]\n';
    expect((await entryAfter(routes + cluster([model]))).exchange.route).toBe('all-of-it');
  });
});
