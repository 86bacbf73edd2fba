import { describe, expect, it, vi } from 'vitest';
import type { Protocol } from '../domain/protocol.ts';
import { createStreamWatch } from './protocols.ts';

const A = 'anthropic-messages';
const C = 'openai-chat';
const R = 'openai-responses';

const event = (data: { type: string; [key: string]: unknown }) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const chunk = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const delta = (text: string) =>
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });

function watching(protocol: Protocol, ...chunks: string[]) {
  const watch = createStreamWatch(protocol);
  for (const bytes of chunks) watch.push(Buffer.from(bytes));
  return watch;
}

describe('first content', () => {
  const choice = (members: unknown) => chunk({ model: 'm', choices: [members] });
  const of = (type: string) => event({ type, sequence_number: 1 });
  it.each<[Protocol, string, boolean]>([
    [A, event({ type: 'message_start', message: {} }), false],
    [A, event({ type: 'ping' }), false],
    [A, event({ type: 'content_block_start', index: 0, content_block: { type: 'thinking' } }), true],
    [A, delta(''), true],
    [A, event({ type: 'message_delta', delta: {}, usage: {} }), false],
    [C, choice({ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }), false],
    [C, choice({ index: 0, delta: {} }), false],
    [C, choice({ index: 0, delta: { content: ' ' } }), true],
    [C, choice({ index: 0, delta: { tool_calls: [{ index: 0 }] } }), true],
    [C, choice({ index: 0, delta: { reasoning_content: 'a' } }), true],
    [C, choice({ index: 0, delta: { reasoning: 'a' } }), true],
    [C, choice({ index: 0, delta: { refusal: 'a' } }), true],
    [C, choice({ index: 0, delta: {}, finish_reason: 'stop' }), true],
    [C, chunk({ choices: [], usage: { prompt_tokens: 1 } }), false],
    [C, ': OPENROUTER PROCESSING\n\n', false],
    [R, of('response.created'), false],
    [R, of('response.in_progress'), false],
    [R, of('response.queued'), false],
    [R, of('keepalive'), false],
    [R, of('response.output_item.added'), true],
    [R, of('response.output_text.delta'), true],
    [R, of('response.reasoning_summary_text.delta'), true],
    [R, of('response.function_call_arguments.delta'), true],
    [R, of('response.web_search_call.searching'), true],
    [R, of('response.code_interpreter_call_code.delta'), true],
  ])('%s %j: %s', (protocol, bytes, hasContent) => {
    const watch = watching(protocol, bytes);
    expect(watch.hasContent).toBe(hasContent);
    expect(watch.sawEvent).toBe(!bytes.startsWith(':'));
  });
});

describe('once content began', () => {
  const marks =
    'message_stop "message_stop" event: error [DONE] "error": "finish_reason":"stop" response.completed';

  it('text that looks like a mark is none', () => {
    const anthropic = watching(A, delta('a'), delta(marks), delta('message_stop'), delta('error'));
    expect(anthropic).toMatchObject({ complete: false, usage: {} });
    expect(anthropic.error).toBeUndefined();
    const chat = watching(
      C,
      ...['a', marks, '[DONE]', 'error'].map((content) => chunk({ choices: [{ delta: { content } }] })),
    );
    chat.end();
    expect(chat.complete).toBe(false);
    expect(chat.error).toBeUndefined();
    const responses = watching(
      R,
      ...['a', marks, 'response.completed', 'error'].map((text) =>
        event({ type: 'response.output_text.delta', delta: text }),
      ),
    );
    expect(responses.complete).toBe(false);
    expect(responses.error).toBeUndefined();
  });

  it('finds the few events that matter in a burst of many, in their order', () => {
    const burst = [
      ...Array.from({ length: 500 }, () => delta('word ')),
      event({ type: 'message_delta', delta: {}, usage: { output_tokens: 5, cache_read_input_tokens: 2 } }),
      ...Array.from({ length: 500 }, () => delta('error')),
      event({
        type: 'message_delta',
        delta: {},
        usage: { output_tokens: 900, cache_read_input_tokens: null },
      }),
      event({ type: 'message_stop' }),
    ].join('');
    const watch = watching(A, delta('a'), burst);
    expect(watch).toMatchObject({ complete: true, usage: { outputTokens: 900, cacheReadTokens: 2 } });
  });

  it('null members of each chunk are not read as news', () => {
    const watch = watching(
      C,
      chunk({ choices: [{ delta: { content: 'a' }, finish_reason: null }], usage: null, error: null }),
    );
    watch.push(
      Buffer.from(
        chunk({ choices: [{ delta: { content: 'b' }, finish_reason: null }], usage: null, error: null }),
      ),
    );
    watch.end();
    expect(watch.complete).toBe(false);
    expect(watch.error).toBeUndefined();
  });

  it('usage in every chunk is overwritten, not added', () => {
    const watch = createStreamWatch(C);
    for (let i = 1; i <= 5; i += 1) {
      watch.push(
        Buffer.from(
          chunk({
            choices: [{ delta: { content: 'a' } }],
            usage: { prompt_tokens: 9, completion_tokens: i },
          }),
        ),
      );
    }
    expect(watch.usage).toEqual({ inputTokens: 9, outputTokens: 5 });
  });

  it('knows the last sequence number of a burst', () => {
    const at = (sequence_number: number) =>
      event({ type: 'response.output_text.delta', sequence_number, delta: '"sequence_number":99' });
    const watch = watching(R, at(3), at(4) + at(5) + at(6) + at(7).slice(0, -1));
    expect(watch.lastSequence).toBe(6);
    watch.push(Buffer.from('\n'));
    expect(watch.lastSequence).toBe(7);
  });

  it('says after each chunk whether a heartbeat may follow', () => {
    const watch = createStreamWatch(A);
    const bytes = delta('hello');
    const seen = [bytes, bytes.slice(0, 20), bytes.slice(20), bytes + bytes.slice(0, -1), '\n'].map(
      (part) => {
        watch.push(Buffer.from(part));
        return watch.atBoundary;
      },
    );
    expect(seen).toEqual([true, false, true, false, true]);
  });
});

describe('errors and ends after content, as relays spell them', () => {
  const chat = chunk({ choices: [{ index: 0, delta: { content: 'a' } }] });
  const created = event({ type: 'response.output_text.delta', delta: 'a' });
  it.each<[Protocol, string, unknown]>([
    [
      A,
      'data: {"type":"error","error":{"type":"api_error","message":"x"}}\n\n',
      { type: 'api_error', message: 'x' },
    ],
    [A, 'data: {"error" : {"type":"api_error","message":"x"}}\n\n', { type: 'api_error', message: 'x' }],
    [A, 'event:error\ndata: gone\n\n', { type: 'error', message: 'gone' }],
    [C, 'data: { "error" : { "message" : "x", "code" : 502 } }\n\n', { type: '502', message: 'x' }],
    [C, 'data: {"error": "x"}\n\n', { type: 'error', message: 'x' }],
    [C, 'event: error\ndata: gone\n\n', { type: 'error', message: 'gone' }],
    [C, 'event: error\ndata: {"message":"gone"}\n\n', { type: 'error', message: 'gone' }],
    [R, 'data: {"type": "error", "code": "c", "message": "x"}\n\n', { type: 'c', message: 'x' }],
    [R, 'event: error\ndata: gone\n\n', { type: 'error', message: 'gone' }],
  ])('%s %j', (protocol, bytes, error) => {
    const first = { [A]: delta('a'), [C]: chat, [R]: created }[protocol];
    const watch = watching(protocol, first, bytes);
    watch.end();
    expect(watch.error).toEqual(error);
    expect(watch.complete).toBe(false);
  });

  it('JSON with blanks', () => {
    const watch = watching(
      C,
      chat,
      'data: { "choices" : [ { "delta" : {}, "finish_reason" : "stop" } ] }\n\n',
      'data: { "choices" : [], "usage" : { "completion_tokens" : 3 } }\n\n',
    );
    watch.end();
    expect(watch).toMatchObject({ complete: true, usage: { outputTokens: 3 } });
  });
});

it.each<[Protocol, string]>([
  [A, delta('a "quoted" word')],
  [C, chunk({ choices: [{ delta: { content: 'a' }, finish_reason: null }], usage: null })],
  [R, event({ type: 'response.output_text.delta', sequence_number: 1, delta: 'a' })],
])('%s: a burst is not read event by event', (protocol, bytes) => {
  const watch = watching(protocol, bytes);
  const parse = vi.spyOn(JSON, 'parse');
  watch.push(Buffer.from(bytes.repeat(1000)));
  const parsed = parse.mock.calls.length;
  parse.mockRestore();
  expect(parsed).toBe(0);
});

describe('an event without end', () => {
  it('is an error after 16 MiB, and no longer kept', () => {
    const watch = watching(A, delta('a'), 'data: ');
    const part = Buffer.alloc(1024 * 1024, 0x61);
    for (let i = 0; i < 17; i += 1) watch.push(part);
    expect(watch.error).toEqual({
      type: 'event_too_large',
      message: 'the stream has an event of more than 16777216 bytes',
    });
    watch.push(Buffer.from('\n\n'));
    watch.push(Buffer.from(event({ type: 'message_stop' })));
    watch.end();
    expect(watch).toMatchObject({ atBoundary: true, complete: false });
  });
});
