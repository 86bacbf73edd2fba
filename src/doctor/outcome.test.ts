import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Heard } from './heard.ts';
import { type Broke, outcomeOf } from './outcome.ts';

const endpoint = { id: 'e1', apiKey: 'secret-key-1', models: {} } as unknown as Endpoint;
const OF = { protocol: 'anthropic-messages', model: 'm', endpoint, startedAt: 5, sentMs: 1 } as const;
const heard = (status: number | undefined, body: string, headers = {}): Heard => ({
  ...(status === undefined ? {} : { status }),
  headers,
  body: Buffer.from(body),
  totalMs: 90,
  longestSilenceMs: 80,
});

const MESSAGE = JSON.stringify({
  type: 'message',
  model: 'm-1',
  content: [{ type: 'text', text: 'K7Q2ZD' }],
  usage: { input_tokens: 12, output_tokens: 3 },
});
const event = (data: { readonly type: string; readonly [name: string]: unknown }) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const STREAM = [
  event({ type: 'message_start', message: { model: 'm-1', usage: { input_tokens: 12, output_tokens: 1 } } }),
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'one' } }),
  event({ type: 'message_delta', delta: {}, usage: { output_tokens: 9 } }),
  event({ type: 'message_stop' }),
].join('');
const EVENTS = { 'content-type': 'text/event-stream' };

const whole = (given: Heard) => outcomeOf({ ...OF, streamed: false }, given, undefined);
const streamed = (given: Heard, broke?: Broke) => outcomeOf({ ...OF, streamed: true }, given, broke);

describe('what a question to a model came to', () => {
  it('an answer: what it used, and which model gave it', () => {
    expect(whole(heard(200, MESSAGE, { 'request-id': 'up-1' }))).toMatchObject({
      kind: 'answered',
      status: 200,
      usage: { inputTokens: 12, outputTokens: 3 },
      model: 'm-1',
      upstreamRequestId: 'up-1',
      times: { sentMs: 1, totalMs: 90, longestSilenceMs: 80 },
    });
  });

  it('a stream: what it used', () => {
    expect(streamed(heard(200, STREAM, EVENTS))).toMatchObject({
      kind: 'answered',
      usage: { inputTokens: 12, outputTokens: 9 },
      model: 'm-1',
    });
  });

  it('a stream that was cut had tokens in it, which are paid for', () => {
    const cut = STREAM.slice(0, STREAM.indexOf('event: message_delta'));
    const truncated = { kind: 'failed', cause: 'truncated', chargeRisk: 'certain' };
    expect(streamed(heard(200, cut, EVENTS))).toMatchObject(truncated);
    const reset: Broke = { cause: 'reset', phase: 'stream', endedBy: 'network', detail: 'it broke' };
    const broken = streamed(heard(200, cut, EVENTS), reset);
    expect(broken).toMatchObject({ ...truncated, cause: 'reset', detail: 'it broke' });
    expect(broken.outputBytes).toBeGreaterThan(0);
  });

  it.each([
    ['a refusal', 400, '{"error":{"message":"no messages"}}', { kind: 'rejected', said: 'no messages' }],
    ['a bad key', 401, '{"error":{"message":"bad"}}', { cause: 'bad-key', chargeRisk: 'none' }],
    ['524', 524, '<html>', { cause: 'edge-timeout', endedBy: 'edge', chargeRisk: 'likely' }],
    ['a page under 200', 200, '<html>', { cause: 'not-api', chargeRisk: 'possible' }],
    ['nothing under 200', 200, ' ', { cause: 'empty' }],
    [
      'an error under 200',
      200,
      '{"type":"error","error":{"type":"overloaded_error","message":"busy"}}',
      { cause: 'overloaded' },
    ],
  ])('%s', (_name, status, body, expected) => {
    expect(whole(heard(status, body))).toMatchObject(expected);
  });

  it.each([
    ['while the model works', 'wait', 'likely'],
    ['before it was sent', 'connect', 'none'],
  ] as const)('time that ran out %s', (_name, phase, chargeRisk) => {
    const detail = 'no whole answer after 90 ms';
    const broke: Broke = { cause: 'timeout', phase, endedBy: 'gateway-timer', detail, timeoutMs: 90 };
    expect(outcomeOf({ ...OF, streamed: false }, heard(undefined, ''), broke)).toMatchObject({
      kind: 'failed',
      chargeRisk,
      timer: { name: 'total', ms: 90, setBy: 'doctor' },
      status: undefined,
    });
  });

  it('what it said is without the key', () => {
    const said = whole(heard(400, '{"error":{"message":"your key secret-key-1 is odd"}}')).said ?? '';
    expect(said).toContain('is odd');
    expect(said).not.toContain('secret-key-1');
  });
});
