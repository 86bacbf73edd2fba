import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { PROTOCOLS, type Protocol } from '../domain/protocol.ts';
import { createStreamReader } from './protocols.ts';

const A = 'anthropic-messages';
const C = 'openai-chat';
const R = 'openai-responses';

function read(protocol: Protocol, chunks: readonly Uint8Array[]) {
  const reader = createStreamReader(protocol, { aggregate: true });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  const { sawEvent, hasContent, complete, error, usage, model, started, lastSequence, atBoundary } = reader;
  const said = error && { ...error, message: error.message.trim() };
  const state = {
    sawEvent,
    hasContent,
    complete,
    error: said,
    usage,
    model,
    started,
    lastSequence,
    atBoundary,
  };
  const aggregate = reader.aggregate();
  if (aggregate?.kind === 'error')
    return { state, aggregate: { ...aggregate, message: aggregate.message.trim() } };
  return { state, aggregate };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const ends = [...at.map((end) => end % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

/** The same events in a form that no vendor writes: one blank more, so that each is read the ordinary way. */
const spacedOut = (stream: string) => stream.replaceAll(/^data: [^\r\n]*/gm, '$& ');

const anthropic = (data: { type: string; [key: string]: unknown }) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** What may stand between the quotes of a JSON string, and some of what may not. */
const raw = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => JSON.stringify(text).slice(1, -1)),
      fc.constantFrom(' word', '世界', '\\n', '\\"', '\\\\', '\\u4e16', '\\ud83d', '\\/', '', 'é', '🌍'),
      fc.constantFrom(' word', ' word', '\\x', '\t', '\u2028', '"', '}}', '\\'),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''));
const index = fc.constantFrom('0', '1', '0', '01', '7', '-1', '1e2');
const pad = fc.constantFrom('', '', ' ', '      ');

const messageDelta = fc
  .tuple(
    fc.constantFrom('text_delta","text', 'thinking_delta","thinking', 'input_json_delta","partial_json'),
    index,
    raw,
    pad,
    fc.boolean(),
  )
  .map(
    ([kind, at, text, blanks, named]) =>
      `${named ? 'event: content_block_delta\n' : ''}data: {"type":"content_block_delta","index":${at},"delta":{"type":"${kind}":"${text}"}${blanks}}\n\n`,
  );
const messageEvent = fc.oneof(
  { weight: 8, arbitrary: messageDelta },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      anthropic({ type: 'content_block_start', index: 1, content_block: { type: 'text', text: '>' } }),
      anthropic({ type: 'content_block_start', index: 0, content_block: { type: 'tool_use', input: {} } }),
      anthropic({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'later_delta', text: 'set', thinking: 'set' },
      }),
      anthropic({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } }),
      anthropic({ type: 'ping' }),
      ': comment\n\n',
    ),
  },
);

const chunkHead = (id: string, created: number) =>
  `data: {"id":"${id}","object":"chat.completion.chunk","created":${created},"model":"m","choices":[`;
const completionChunk = fc
  .tuple(
    fc.constantFrom('a', 'a', 'a', 'b'),
    fc.constantFrom(1, 1, 1, 2),
    fc.constantFrom('0', '0', '0', '1'),
    fc.constantFrom(
      '"content":"TEXT"',
      '"content":"TEXT"',
      '"role":"assistant","content":"TEXT"',
      '"reasoning_content":"TEXT","content":null',
      '"content":"TEXT","refusal":"TEXT"',
      '"content":"TEXT","notes":["n"]',
      '"content": "TEXT"',
      '"tool_calls":[{"index":0,"function":{"arguments":"TEXT"}}]',
    ),
    raw,
    fc.constantFrom(
      ',"logprobs":null,"finish_reason":null}]}',
      ',"logprobs":null,"finish_reason":null}]}',
      ',"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"PAD"}',
      ',"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"PAD"}',
      ',"logprobs":{"content":[{"token":"a"}]},"finish_reason":null}]}',
      ',"x":{"obfuscation":"PAD"},"finish_reason":null}]}',
      ',"finish_reason":"stop"}]}',
      ',"finish_reason":null}],"usage":{"completion_tokens":3}}',
      '}],"x":{"delta":{"content":"TEXT"}}}',
    ),
    fc.constantFrom('', 'x', 'xyz', '\\n'),
  )
  .map(([id, created, at, delta, text, tail, padding]) =>
    `${chunkHead(id, created)}{"index":${at},"delta":{${delta}}${tail}\n\n`
      .replaceAll('TEXT', () => text)
      .replaceAll('PAD', () => padding),
  );
/** Streams go on as they began: the same chunk several times, with other texts. */
const completionEvents = fc.tuple(completionChunk, fc.array(raw, { maxLength: 4 })).map(([chunk, texts]) => {
  const again = texts.map((text) =>
    chunk.replace(/("(?:content|reasoning_content)":")((?:[^"\\]|\\.)*)"/, (_all, key) => `${key}${text}"`),
  );
  return [chunk, ...again].join('');
});

const responseEvent = fc
  .tuple(
    fc.boolean(),
    fc.constantFrom('4', '5', '900719925474099199', '07'),
    fc.constantFrom('msg_1', 'msg\\n', 'msg\\x'),
    raw,
    fc.constantFrom(
      '',
      ',"logprobs":[]',
      ',"logprobs":[],"obfuscation":"xyz"',
      ',"obfuscation":"x\\y"',
      ',"type":"error"',
    ),
  )
  .map(
    ([named, sequence, item, text, tail]) =>
      `${named ? 'event: response.output_text.delta\n' : ''}data: {"type":"response.output_text.delta","sequence_number":${sequence},"item_id":"${item}","output_index":0,"content_index":0,"delta":"${text}"${tail}}\n\n`,
  );

const opening = {
  [A]:
    anthropic({ type: 'message_start', message: { id: 'x', usage: { input_tokens: 3, output_tokens: 1 } } }) +
    anthropic({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  [C]: `${chunkHead('a', 1)}{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n`,
  [R]: '',
};
const closing = {
  [A]: anthropic({ type: 'message_stop' }),
  [C]: `${chunkHead('a', 1)}{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n${chunkHead('a', 1)}{"index":1,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
  [R]: 'data: {"type":"response.completed","response":{"output":[]}}\n\n',
};
const events: Record<Protocol, fc.Arbitrary<string>> = {
  [A]: messageEvent,
  [C]: completionEvents,
  [R]: responseEvent,
};

describe.each(PROTOCOLS)('%s: what is recognised means the same as what is parsed', (protocol) => {
  it('for any events, however they are cut', () => {
    const stream = fc.array(events[protocol], { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(5_000), { maxLength: 6 }), (body, at) => {
        const text = `${opening[protocol]}${body}${closing[protocol]}`;
        const parsed = read(protocol, [Buffer.from(spacedOut(text))]);
        const recognised = read(protocol, cut(Buffer.from(text), at));
        expect(recognised.state).toEqual(parsed.state);
        expect(recognised.aggregate).toEqual(parsed.aggregate);
      }),
      { numRuns: 400 },
    );
  });

  const ROOT = new URL(`../../test/fixtures/${protocol}/`, import.meta.url);
  it.each(readdirSync(ROOT).filter((file) => file.endsWith('.sse')))('for %s', (file) => {
    const bytes = readFileSync(new URL(file, ROOT));
    const parsed = read(protocol, [Buffer.from(spacedOut(bytes.toString('latin1')), 'latin1')]);
    const recognised = read(protocol, [bytes]);
    expect(recognised.state).toEqual(parsed.state);
    expect(recognised.aggregate).toEqual(parsed.aggregate);
  });
});

const texts: [Protocol, (text: string, at: number) => string][] = [
  [A, (text) => anthropic({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })],
  [
    C,
    (content) =>
      `data: ${JSON.stringify({ id: 'a', choices: [{ index: 0, delta: { content }, finish_reason: null }], obfuscation: 'x' })}\n\n`,
  ],
  [
    R,
    (delta, at) =>
      `event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":${at},"item_id":"m","output_index":0,"content_index":0,"delta":${JSON.stringify(delta)}}\n\n`,
  ],
];

describe.each(texts)('%s', (protocol, eventOf) => {
  const deltas = Array.from({ length: 200 }, (_, at) => eventOf(' "word" 世界\n', at));
  const textBytes = Buffer.byteLength(JSON.stringify(' "word" 世界\n')) - 2;

  it('deltas are recognised, not parsed', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const reader = createStreamReader(protocol, { aggregate: true });
    reader.push(Buffer.from(deltas.join('').replaceAll('\\"', '').replaceAll('\\n', '')));
    const parsed = parse.mock.calls.length;
    parse.mockRestore();
    expect(parsed).toBeLessThanOrEqual(1);
    expect(reader).toMatchObject({ sawEvent: true, hasContent: true });
  });

  it.each([
    ['one by one', deltas],
    ['in one write', [deltas.join('')]],
  ])('counts the bytes of the text, %s', (_name, chunks) => {
    for (const aggregate of [true, false]) {
      const reader = createStreamReader(protocol, { aggregate });
      for (const chunk of chunks) reader.push(Buffer.from(chunk));
      expect(Math.abs(reader.outputBytes / (200 * textBytes) - 1)).toBeLessThan(0.05);
    }
  });
});

describe('counts of tokens', () => {
  const start = anthropic({
    type: 'message_start',
    message: { usage: { input_tokens: 3, output_tokens: 1 } },
  });
  const delta = anthropic({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: 'a' },
  });
  const said = (output_tokens: number) =>
    anthropic({ type: 'message_delta', delta: {}, usage: { input_tokens: 0, output_tokens } });
  it.each<[string, string, unknown]>([
    ['what a Message says at its start is no count of output', start + delta, { inputTokens: 3 }],
    ['a later count is', start + delta + said(15), { inputTokens: 3, outputTokens: 15 }],
    [
      'zeros at the end say nothing',
      start + delta + said(15) + said(0),
      { inputTokens: 3, outputTokens: 15 },
    ],
    ['nothing may have been written', start + said(0), { inputTokens: 3, outputTokens: 0 }],
  ])('%s', (_name, stream, usage) => {
    for (const aggregate of [true, false]) {
      const reader = createStreamReader(A, { aggregate });
      reader.push(Buffer.from(stream));
      expect(reader.usage).toEqual(usage);
    }
  });
});
