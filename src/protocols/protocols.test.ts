import { describe, expect, it } from 'vitest';
import type { Protocol } from '../domain/protocol.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import {
  answerText,
  createStreamWatch,
  type ErrorShape,
  errorBody,
  errorEvent,
  GENERATE_PATHS,
  heartbeat,
  protocolOfPath,
  readAnswer,
  readBody,
  verificationCall,
} from './protocols.ts';

const A = 'anthropic-messages';
const C = 'openai-chat';
const R = 'openai-responses';
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('readBody', () => {
  const quiet = { stream: false, thinking: false };
  const claudeCode = '{"device_id":"d","account_uuid":"","session_id":"5f2c"}';
  it.each<[Protocol, unknown, unknown]>([
    [A, {}, quiet],
    [
      A,
      { model: 'claude-opus-4-6', stream: true, max_tokens: 8 },
      { ...quiet, model: 'claude-opus-4-6', stream: true, maxTokens: 8 },
    ],
    [A, { thinking: { type: 'enabled', budget_tokens: 1024 } }, { ...quiet, thinking: true }],
    [A, { thinking: { type: 'adaptive' } }, { ...quiet, thinking: true }],
    [A, { thinking: { type: 'disabled' } }, quiet],
    [A, { output_config: { effort: 'low' } }, { ...quiet, thinking: true, effort: 'low' }],
    [A, { output_config: { format: {} } }, quiet],
    [A, { metadata: { user_id: 'user_1_session_2' } }, { ...quiet, session: 'user_1_session_2' }],
    [A, { metadata: { user_id: claudeCode } }, { ...quiet, session: '5f2c' }],
    [A, { metadata: { user_id: '{"a":1}' } }, { ...quiet, session: '{"a":1}' }],
    [A, { metadata: { user_id: 'x'.repeat(513) } }, quiet],
    [A, { metadata: { user_id: '' } }, quiet],
    [A, { model: 7, stream: 'true', max_tokens: '8', thinking: [], metadata: 3, output_config: null }, quiet],
    [A, { max_tokens: -1 }, quiet],
    [A, { reasoning_effort: 'high', prompt_cache_key: 'k' }, quiet],
    [
      C,
      { model: 'gpt-5', stream: true, max_tokens: 8 },
      { ...quiet, model: 'gpt-5', stream: true, maxTokens: 8 },
    ],
    [C, { max_tokens: 8, max_completion_tokens: 9 }, { ...quiet, maxTokens: 9 }],
    [C, { reasoning_effort: 'high' }, { ...quiet, thinking: true, effort: 'high' }],
    [C, { reasoning_effort: 'minimal' }, { ...quiet, effort: 'minimal' }],
    [C, { reasoning_effort: 'none' }, { ...quiet, effort: 'none' }],
    [C, { prompt_cache_key: 'k' }, { ...quiet, session: 'k' }],
    [C, { reasoning_effort: 1, prompt_cache_key: {}, max_completion_tokens: null }, quiet],
    [
      R,
      { model: 'gpt-5', max_output_tokens: 64, stream: true },
      { ...quiet, model: 'gpt-5', maxTokens: 64, stream: true },
    ],
    [R, { reasoning: { effort: 'medium' } }, { ...quiet, thinking: true, effort: 'medium' }],
    [R, { reasoning: { effort: 'none' } }, { ...quiet, effort: 'none' }],
    [R, { reasoning: { summary: 'auto' } }, quiet],
    [R, { prompt_cache_key: 'k', max_tokens: 9 }, { ...quiet, session: 'k' }],
  ])('%s %j', (protocol, body, facts) => {
    expect(readBody(protocol, json(body))).toEqual({ ok: true, value: facts });
  });

  it.each(PROTOCOLS)('%s: what is no object is an error with its place', (protocol) => {
    expect(readBody(protocol, Buffer.from('{"model":"a"'))).toEqual({
      ok: false,
      error: { detail: 'a comma or a closing brace was expected at byte 12' },
    });
  });
});

describe('readAnswer', () => {
  const message = {
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    usage: { input_tokens: 3, output_tokens: 0 },
  };
  const completion = {
    object: 'chat.completion',
    model: 'm',
    choices: [{}],
    usage: { prompt_tokens: 3, completion_tokens: 1 },
  };
  const response = {
    object: 'response',
    model: 'm',
    status: 'completed',
    error: null,
    output: [],
    usage: { input_tokens: 3, output_tokens: 1 },
  };
  const counted = { inputTokens: 3, outputTokens: 1 };
  const apiError = { error: { type: 'server_error', code: 'oops', message: 'Broken.' } };

  it.each<[Protocol, unknown, unknown]>([
    [A, message, { kind: 'answer', model: 'm', usage: { inputTokens: 3, outputTokens: 0 } }],
    [
      A,
      { role: 'assistant', content: [{ type: 'text', text: 'x'.repeat(100_000) }] },
      { kind: 'answer', usage: {} },
    ],
    [A, { type: 'error', ...apiError }, { kind: 'error', type: 'server_error', message: 'Broken.' }],
    [A, { type: 'error' }, { kind: 'error', type: 'error', message: 'no message' }],
    [A, { error: 'text' }, { kind: 'error', type: 'error', message: 'text' }],
    [A, { content: [] }, { kind: 'not-api', detail: 'JSON, but neither a message nor an error' }],
    [A, completion, { kind: 'not-api', detail: 'JSON, but neither a message nor an error' }],
    [
      A,
      { status: 524, cloudflare_error: true },
      { kind: 'not-api', detail: 'JSON, but neither a message nor an error' },
    ],
    [C, completion, { kind: 'answer', model: 'm', usage: counted }],
    [C, { choices: [] }, { kind: 'empty' }],
    [C, { ...completion, error: null }, { kind: 'answer', model: 'm', usage: counted }],
    [C, apiError, { kind: 'error', type: 'server_error', message: 'Broken.' }],
    [C, { error: { code: 429 } }, { kind: 'error', type: '429', message: '{"code":429}' }],
    [C, { choices: null }, { kind: 'not-api', detail: 'JSON, but neither a completion nor an error' }],
    [C, message, { kind: 'not-api', detail: 'JSON, but neither a completion nor an error' }],
    [R, response, { kind: 'answer', model: 'm', usage: counted }],
    [R, { ...response, status: 'incomplete' }, { kind: 'answer', model: 'm', usage: counted }],
    [R, { ...response, status: 'failed', ...apiError }, { kind: 'error', type: 'oops', message: 'Broken.' }],
    [R, { ...response, status: 'failed' }, { kind: 'error', type: 'error', message: 'the response failed' }],
    [R, apiError, { kind: 'error', type: 'oops', message: 'Broken.' }],
    [R, completion, { kind: 'not-api', detail: 'JSON, but neither a response nor an error' }],
  ])('%s %j', (protocol, body, expected) => {
    expect(readAnswer(protocol, json(body))).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ['', { kind: 'empty' }],
    [' \r\n\t ', { kind: 'empty' }],
    ['<!DOCTYPE html><title>504</title>', { kind: 'not-api', detail: 'an HTML page' }],
    ['\ufeff\n <html>', { kind: 'not-api', detail: 'an HTML page' }],
    [
      'event: message_start\ndata: {}\n\n',
      { kind: 'not-api', detail: 'an event stream, though none was asked for' },
    ],
    [': hi\n\n', { kind: 'not-api', detail: 'an event stream, though none was asked for' }],
    ['ok', { kind: 'not-api', detail: 'not a JSON object: an object was expected at byte 0' }],
    ['[]', { kind: 'not-api', detail: 'not a JSON object: an object was expected at byte 0' }],
    [
      '{"type":"message"',
      { kind: 'not-api', detail: 'not a JSON object: a comma or a closing brace was expected at byte 17' },
    ],
  ])('%j, whatever the protocol', (body, expected) => {
    for (const protocol of PROTOCOLS) expect(readAnswer(protocol, Buffer.from(body))).toEqual(expected);
  });

  it('reads an answer behind the blanks that kept its connection open', () => {
    expect(readAnswer(A, Buffer.from(`\n\n \n${JSON.stringify(message)}\n`)).kind).toBe('answer');
  });

  it('cuts an error text that is a page long', () => {
    const answer = readAnswer(C, json({ error: { message: 'x'.repeat(5000) } }));
    expect(answer.kind === 'error' && answer.message.length).toBe(1000);
  });
});

describe('answerText', () => {
  it.each<[Protocol, unknown, string | undefined]>([
    [
      A,
      {
        content: [
          { type: 'thinking', thinking: 'no' },
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      'ab',
    ],
    [A, { content: [] }, ''],
    [C, { choices: [{ message: { content: 'a' } }, { message: { content: 'b' } }] }, 'a'],
    [
      C,
      {
        choices: [
          {
            message: {
              content: [
                { type: 'text', text: 'a' },
                { type: 'text', text: 'b' },
              ],
            },
          },
        ],
      },
      'ab',
    ],
    [C, { choices: [{ message: { content: null } }] }, ''],
    [
      R,
      {
        output: [
          { type: 'reasoning', summary: [] },
          {
            content: [
              { type: 'output_text', text: 'a' },
              { type: 'refusal', refusal: 'no' },
            ],
          },
        ],
      },
      'a',
    ],
    [R, {}, ''],
    [R, [], undefined],
  ])('%s %j', (protocol, answer, text) => {
    expect(answerText(protocol, json(answer))).toBe(text);
  });

  it.each(PROTOCOLS)('%s: none where there is no JSON, or too much', (protocol) => {
    expect(answerText(protocol, Buffer.from('<html>'))).toBeUndefined();
    expect(answerText(protocol, json({ a: 'x'.repeat(1024 * 1024) }))).toBeUndefined();
  });
});

describe('errors of our own', () => {
  const error: ErrorShape = {
    status: 504,
    code: 'idle_timeout',
    message: 'It "fell"\nsilent.',
    requestId: 'req-1',
  };
  const { message, code } = error;

  it('have each protocol’s shape', () => {
    expect(JSON.parse(errorBody(A, error).toString())).toEqual({
      type: 'error',
      error: { type: 'timeout_error', message, code },
      request_id: 'req-1',
    });
    const openai = { error: { message, type: 'timeout_error', param: null, code } };
    expect(JSON.parse(errorBody(C, error).toString())).toEqual(openai);
    expect(JSON.parse(errorBody(R, error).toString())).toEqual(openai);
  });

  it.each<[number, string, string]>([
    [400, 'invalid_request_error', 'invalid_request_error'],
    [401, 'authentication_error', 'authentication_error'],
    [402, 'billing_error', 'invalid_request_error'],
    [403, 'permission_error', 'permission_error'],
    [404, 'not_found_error', 'not_found_error'],
    [408, 'timeout_error', 'timeout_error'],
    [409, 'conflict_error', 'invalid_request_error'],
    [413, 'request_too_large', 'invalid_request_error'],
    [422, 'invalid_request_error', 'invalid_request_error'],
    [429, 'rate_limit_error', 'rate_limit_error'],
    [500, 'api_error', 'server_error'],
    [502, 'api_error', 'server_error'],
    [503, 'api_error', 'server_error'],
    [504, 'timeout_error', 'timeout_error'],
    [529, 'overloaded_error', 'server_error'],
  ])('status %i is %s, %s', (status, anthropic, openai) => {
    const typeIn = (protocol: Protocol) =>
      JSON.parse(errorBody(protocol, { ...error, status }).toString()).error.type;
    expect([typeIn(A), typeIn(C), typeIn(R)]).toEqual([anthropic, openai, openai]);
  });

  it.each<[Protocol, string]>([
    [A, 'timeout_error'],
    [C, 'timeout_error'],
    [R, 'idle_timeout'],
  ])('%s: the event is one whole event that a watch takes for an error', (protocol, type) => {
    const watch = createStreamWatch(protocol);
    watch.push(errorEvent(protocol, error));
    expect(watch.error).toEqual({ type, message });
    expect(watch).toMatchObject({ atBoundary: true, complete: false, hasContent: false });
  });

  it('carries the sequence number in Responses', () => {
    const data = errorEvent(R, error, 7).toString().split('data: ')[1]!;
    expect(JSON.parse(data)).toEqual({ type: 'error', code, message, param: null, sequence_number: 7 });
  });
});

describe('heartbeat', () => {
  it.each<[Protocol, Parameters<typeof heartbeat>[1], string]>([
    [A, { started: false }, 'event: ping\ndata: {"type": "ping"}\n\n'],
    [C, { started: true }, ': keepalive\n\n'],
    [R, { started: false }, ': keepalive\n\n'],
    [
      R,
      { started: true, lastSequence: 4 },
      'event: keepalive\ndata: {"type":"keepalive","sequence_number":4}\n\n',
    ],
  ])('%s %j', (protocol, progress, bytes) => {
    expect(heartbeat(protocol, progress).toString()).toBe(bytes);
  });

  it.each(PROTOCOLS)('%s: changes nothing that a watch sees of an answer', (protocol) => {
    const watch = createStreamWatch(protocol);
    watch.push(heartbeat(protocol, watch));
    watch.push(heartbeat(protocol, { started: true, lastSequence: 0 }));
    expect(watch).toMatchObject({ atBoundary: true, hasContent: false, complete: false, usage: {} });
    expect(watch.error).toBeUndefined();
  });
});

describe('paths', () => {
  it.each<[string, unknown]>([
    ['/v1/messages', { protocol: A, operation: 'generate' }],
    ['/messages', { protocol: A, operation: 'generate' }],
    ['/v1/messages/', { protocol: A, operation: 'generate' }],
    ['/v1/messages/count_tokens', { protocol: A, operation: 'count-tokens' }],
    ['/v1/messages/batches', { protocol: A, operation: 'pass' }],
    ['/v1/messages/count_tokens/x', { protocol: A, operation: 'pass' }],
    ['/v1/chat/completions', { protocol: C, operation: 'generate' }],
    ['/chat/completions', { protocol: C, operation: 'generate' }],
    ['/v1/chat/completions/chatcmpl-1', { protocol: C, operation: 'pass' }],
    ['/v1/responses', { protocol: R, operation: 'generate' }],
    ['/responses', { protocol: R, operation: 'generate' }],
    ['/v1/responses/resp_1', { protocol: R, operation: 'pass' }],
    ['/v1/responses/resp_1/cancel', { protocol: R, operation: 'pass' }],
    ['/v1/models', undefined],
    ['/v1/messagesx', undefined],
    ['/v1/v1/messages', undefined],
    ['/v1', undefined],
    ['/', undefined],
    ['', undefined],
  ])('%s', (path, expected) => {
    expect(protocolOfPath(path)).toEqual(expected);
  });

  it.each(PROTOCOLS)('%s: its own path leads back to it', (protocol) => {
    expect(protocolOfPath(GENERATE_PATHS[protocol])).toEqual({ protocol, operation: 'generate' });
  });
});

describe('verificationCall', () => {
  it.each<[Protocol, string, string]>([
    [A, 'max_tokens', 'messages'],
    [C, 'max_tokens', 'messages'],
    [R, 'max_output_tokens', 'input'],
  ])('%s asks for the code in a short conversation, not streamed', (protocol, limit, turns) => {
    const call = verificationCall(protocol, 'cheap', 'K7Q2ZD');
    expect(call.path).toBe(GENERATE_PATHS[protocol]);
    const body = JSON.parse(call.body.toString());
    expect(body).toMatchObject({ model: 'cheap', stream: false, [limit]: 20 });
    expect(body[turns].map((turn: { role: string }) => turn.role)).toEqual(['user', 'assistant', 'user']);
    expect(body[turns].at(-1).content).toContain('K7Q2ZD');
    expect(readBody(protocol, call.body)).toMatchObject({
      ok: true,
      value: { maxTokens: 20, thinking: false },
    });
  });
});
