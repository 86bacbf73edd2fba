import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnswerSink } from '../domain/answer.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Outcome } from '../domain/outcome.ts';
import { systemClock } from '../platform/clock.ts';
import {
  type AttemptCall,
  type AttemptHooks,
  createTransport,
  startAttempt,
  startAttemptAt,
} from './attempt.ts';

let server: Server;
let endpoint: Endpoint;
const bodies: string[] = [];
const transport = createTransport();

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      response.writeHead(request.url === '/403' ? 403 : 200, {
        'X-Twice': ['a', 'b'],
        'request-id': 'req_up',
      });
      response.end('an answer');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  endpoint = {
    id: 'e',
    apiKey: 'k',
    baseUrl: `http://127.0.0.1:${port}`,
    headers: {},
    models: {},
  } as Endpoint;
});
afterAll(async () => {
  await transport.destroy();
  server.closeAllConnections();
  server.close();
});

const limit = { ms: 8_000, setBy: 'timeouts' };
const call = (more: Partial<AttemptCall> = {}): AttemptCall => ({
  endpoint,
  method: 'POST',
  path: '/v1/messages',
  headers: ['content-type', 'application/json'],
  body: Buffer.from('{}'),
  timers: { connect: limit, idle: limit, total: limit },
  ...more,
});
const boom = (): never => {
  throw new TypeError('boom');
};
const sink = (more: Partial<AnswerSink> = {}): AnswerSink => ({
  head: () => undefined,
  data: () => undefined,
  end: () => ({ kind: 'whole' }),
  sawEvent: true,
  sawTokens: false,
  committed: false,
  usage: {},
  ...more,
});

interface Ran {
  readonly outcomes: readonly Outcome[];
  readonly defects: readonly unknown[];
}

/** Every outcome that came until a while after the first, and whatever was told of as a defect. */
async function run(one: AttemptCall | (() => AttemptCall), hooks: Partial<AttemptHooks> = {}): Promise<Ran> {
  const outcomes: Outcome[] = [];
  const defects: unknown[] = [];
  await new Promise<void>((resolve) => {
    const all: AttemptHooks = {
      transport,
      clock: systemClock,
      sink: sink(),
      onOutcome(outcome) {
        outcomes.push(outcome);
        resolve();
        hooks.onOutcome?.(outcome);
      },
      onDefect: (thrown) => void defects.push(thrown),
      ...Object.fromEntries(Object.entries(hooks).filter(([name]) => name !== 'onOutcome')),
    };
    if (typeof one === 'function') startAttemptAt(endpoint, one, all);
    else startAttempt(one, all);
    expect(outcomes).toEqual([]);
  });
  await systemClock.sleep(20);
  return { outcomes, defects };
}

const throwing = (name: keyof AnswerSink, more: Partial<AnswerSink> = {}): AnswerSink =>
  Object.defineProperty(sink(more), name, { get: boom });

describe('what throws while a call is under way ends it in one outcome', () => {
  it.each([
    ['the sink, at the head', { sink: sink({ head: boom }) }],
    ['the sink, at a chunk', { sink: sink({ data: boom }) }],
    ['the sink, at the end', { sink: sink({ end: boom }) }],
    ['the sink, asked for usage', { sink: throwing('usage') }],
    ['the sink, asked for tokens', { sink: throwing('sawTokens', { end: boom }) }],
    ['the transport', { transport: { ...transport, line: boom } }],
    [
      'a pool',
      {
        transport: {
          ...transport,
          line: () => ({
            pool: { dispatch: boom },
            prefix: '',
            newestOpening: () => undefined,
            connectPhase: () => 'connect',
          }),
        },
      },
    ],
  ] as unknown as readonly [string, Partial<AttemptHooks>][])('%s', async (name, hooks) => {
    const { outcomes, defects } = await run(call(), hooks);
    expect(outcomes).toHaveLength(1);
    const [outcome] = outcomes;
    expect(outcome).toMatchObject({ kind: 'failed', endpointId: 'e' });
    if (name === 'a pool') return;
    expect(outcome).toMatchObject({ cause: 'internal', endedBy: 'gateway' });
    expect((outcome as { detail: string }).detail).toMatch(/^TypeError: boom at src\//);
    expect(defects).toHaveLength(1);
  });

  it('the making of the call', async () => {
    const { outcomes } = await run(boom);
    expect(outcomes).toMatchObject([{ cause: 'internal', chargeRisk: 'none', phase: 'connect' }]);
  });

  it('nothing may follow a sink that can’t say what it gave out', async () => {
    const { outcomes } = await run(call(), { sink: throwing('committed') });
    expect(outcomes).toMatchObject([{ kind: 'answered' }]);
    const broken = await run(call(), { sink: throwing('committed', { end: boom }) });
    expect(broken.outcomes).toMatchObject([{ cause: 'internal', committed: true }]);
  });

  it('hooks: the outcome has been told, and nothing else breaks', async () => {
    const { outcomes, defects } = await run(call(), { onOutcome: boom });
    expect(outcomes).toMatchObject([{ kind: 'answered' }]);
    expect(defects).toHaveLength(1);
    expect((await run(call(), { onOutcome: boom, onDefect: boom })).outcomes).toHaveLength(1);
  });

  it('a header that can’t be sent is held against nobody', async () => {
    const { outcomes } = await run(call({ headers: ['x-bad', 'a\nb'] }));
    expect(outcomes).toMatchObject([{ cause: 'internal', chargeRisk: 'none', endedBy: 'gateway' }]);
  });
});

describe('an outcome', () => {
  it('says what the sink saw of the answer', async () => {
    const seen = sink({ model: 'claude-x', outputBytes: 12, usage: { outputTokens: 3 } });
    const { outcomes } = await run(call(), { sink: seen });
    expect(outcomes).toMatchObject([
      {
        kind: 'answered',
        model: 'claude-x',
        outputBytes: 12,
        answerBytes: 9,
        usage: { outputTokens: 3 },
        upstreamRequestId: 'req_up',
      },
    ]);
  });

  it('has the same fields, whichever way the attempt went', async () => {
    const failed = (await run(call(), { sink: sink({ end: boom }) })).outcomes[0]!;
    const refused = (await run(call({ path: '/403' }))).outcomes[0]!;
    expect(Object.keys(failed)).toEqual(Object.keys(refused));
    expect(refused).toMatchObject({ cause: 'bad-key', status: 403, said: 'an answer' });
  });
});

it.each([
  [[], ''],
  [['{}'], '{}'],
  [['{"a":', '1}'], '{"a":1}'],
  [['x'.repeat(200_000), '', 'y'.repeat(200_000)], `${'x'.repeat(200_000)}${'y'.repeat(200_000)}`],
])('a body of %# pieces arrives as one', async (pieces, whole) => {
  bodies.length = 0;
  const { outcomes } = await run(call({ body: pieces.map((piece) => Buffer.from(piece)) }));
  expect(outcomes).toMatchObject([{ kind: 'answered' }]);
  expect(bodies).toEqual([whole]);
});
