import { afterEach, describe, expect, it } from 'vitest';
import { expectedText, type SimulatorScript } from '../../src/simulator/simulator.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

const TIMERS =
  'timeouts: { connect: 1s, first_byte: 300ms, idle: 300ms }\nretry: { base: 10ms, cap: 50ms }\n';

/** Every way an endpoint can fail before any of its answer has been given out. */
const FAILURES: readonly [string, SimulatorScript][] = [
  ['HTTP 500', { status: 500 }],
  ['HTTP 408', { status: 408 }],
  ['HTTP 502, an HTML page', { status: 502, body: 'html' }],
  ['HTTP 503', { status: 503 }],
  ['HTTP 504, an HTML page', { status: 504, body: 'html' }],
  ['HTTP 520', { status: 520, body: 'cloudflare-json' }],
  ['HTTP 524, an HTML page', { status: 524, body: 'html' }],
  ['HTTP 524, JSON', { status: 524, body: 'cloudflare-json' }],
  ['HTTP 529', { status: 529 }],
  ['HTTP 429', { status: 429, retryAfter: 1 }],
  ['HTTP 401: its key is bad', { status: 401 }],
  ['HTTP 402', { status: 402 }],
  ['HTTP 403', { status: 403 }],
  ['a reset before the head', { reset: 'before-head' }],
  ['a reset after the head', { reset: 'after-head' }],
  ['silence before the head', { hang: 'before-head' }],
  ['silence after the head', { hang: 'after-head' }],
  ['an empty 200', { status: 200, body: 'empty' }],
  ['an HTML 200', { status: 200, body: 'html' }],
  ['an edge that cuts while the model is silent', { firstByteMs: 1_000, edge: { silenceMs: 80 } }],
];

const STREAM_ONLY: readonly [string, SimulatorScript][] = [
  ['an error event before any content', { errorEvent: 'before-content' }],
  ['a clean end before any content', { truncate: 0 }],
  ['a reset before any content', { reset: 0 }],
];

const NON_STREAM_ONLY: readonly [string, SimulatorScript][] = [
  ['half an answer and a clean end', { truncate: 1 }],
  ['half an answer and a reset', { reset: 1 }],
];

describe('one endpoint fails before it answers, the other one answers', () => {
  it.each([...FAILURES, ...STREAM_ONLY])('stream: %s', async (_, script) => {
    const [bad, good] = [await upstream(script), await upstream({ text: 'the good one' })];
    const gateway = await gatewayWith(TIMERS + cluster([bad, good]));
    const response = await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toContain('event: message_stop');
    expect(text.match(/event: message_start/g)).toHaveLength(1);
    expect(response.headers.get('x-qcc-attempts')).toBe('2');
    expect(good.counts().finished).toBe(1);
  });

  it.each([...FAILURES, ...NON_STREAM_ONLY])('non-streaming: %s', async (_, script) => {
    const [bad, good] = [await upstream(script), await upstream({ text: 'the good one' })];
    const endpointTimeout = () => ', timeout: 300ms';
    const gateway = await gatewayWith(TIMERS + cluster([bad, good], endpointTimeout));
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(response.status).toBe(200);
    const message = (await response.json()) as { content: { text: string }[] };
    expect(message.content[0]?.text).toBe(expectedText({ text: 'the good one' }));
    expect(response.headers.get('x-qcc-attempts')).toBe('2');
  });

  it('a refused connection', async () => {
    const gone = await upstream();
    await gone.close();
    const good = await upstream();
    const gateway = await gatewayWith(TIMERS + cluster([gone, good]));
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(response.status).toBe(200);
    expect(gateway.log.events.find((event) => event.kind === 'attempt-failed')).toMatchObject({
      cause: 'connect-failed',
      phase: 'connect',
      chargeRisk: 'none',
    });
  });
});
