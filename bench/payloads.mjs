import { SERIAL_MARK, Template } from './template.mjs';

/** Events in one chunk of a burst. */
export const BURST_EVENTS_PER_CHUNK = 50;

const WORDS = 'the gateway keeps every hop awake while the model is thinking and nobody pays twice '.split(
  ' ',
);

/** Plausible prose of about `length` bytes, the same on every run. */
function prose(length, seed) {
  let text = '';
  for (let at = seed; text.length < length; at += 7) text += `${WORDS[at % WORDS.length]} `;
  return text.slice(0, length);
}

function smallRequest(model, stream) {
  return JSON.stringify({
    model,
    max_tokens: 1024,
    ...(stream ? { stream: true } : {}),
    messages: [
      { role: 'user', content: `In one sentence: what does ticket ${SERIAL_MARK} say about timers?` },
    ],
  });
}

/** A long coding session: system prompt, tools, and turns of tool calls with their results. */
function largeRequest(bytes) {
  const tools = Array.from({ length: 12 }, (_, at) => ({
    name: `tool_${at}`,
    description: prose(900, at),
    input_schema: {
      type: 'object',
      properties: { path: { type: 'string', description: prose(80, at) }, limit: { type: 'integer' } },
      required: ['path'],
    },
  }));
  const messages = [
    { role: 'user', content: [{ type: 'text', text: `Ticket ${SERIAL_MARK}: ${prose(400, 3)}` }] },
  ];
  const request = {
    model: 'claude-sonnet-4-5',
    max_tokens: 4096,
    system: [{ type: 'text', text: prose(12_000, 1), cache_control: { type: 'ephemeral' } }],
    tools,
    metadata: { user_id: 'user_bench' },
    messages,
  };
  let size = JSON.stringify(request).length;
  for (let turn = 0; size < bytes; turn++) {
    const id = `toolu_${String(turn).padStart(6, '0')}`;
    const pair = [
      {
        role: 'assistant',
        content: [
          { type: 'text', text: prose(160, turn) },
          {
            type: 'tool_use',
            id,
            name: `tool_${turn % 12}`,
            input: { path: `/src/file-${turn}.ts`, limit: 200 },
          },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: id,
            content: `${prose(2600, turn)}\n\t"quoted" – naïve 漢字\n`,
          },
        ],
      },
    ];
    messages.push(...pair);
    size += Buffer.byteLength(JSON.stringify(pair));
  }
  return JSON.stringify(request);
}

function event(data) {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

const ANSWER_WORDS = prose(180, 5).match(/.{1,18}/g);
const ANSWER_TOKENS = 42;

const answerMessage = {
  id: `msg_${SERIAL_MARK}`,
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: ANSWER_WORDS.join('') }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: {
    input_tokens: 31,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: ANSWER_TOKENS,
  },
};

const OPENING =
  event({
    type: 'message_start',
    message: {
      ...answerMessage,
      content: [],
      stop_reason: null,
      usage: { ...answerMessage.usage, output_tokens: 1 },
    },
  }) + event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });

const delta = (text) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });

/** One streamed event: all of them are the same, so bytes count events. */
export const DELTA = delta(' while it thinks');

const CLOSING =
  event({ type: 'content_block_stop', index: 0 }) +
  event({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: ANSWER_TOKENS },
  }) +
  event({ type: 'message_stop' });

/** The whole answer, and the same as a stream, for a gateway that asks for a stream where its client did not. */
const WHOLE = {
  how: 'whole',
  stream: false,
  answer: new Template(JSON.stringify(answerMessage)),
  asStream: new Template(OPENING + ANSWER_WORDS.map(delta).join('') + CLOSING),
};

function streamed(how, model, deltas) {
  return {
    how,
    stream: true,
    request: new Template(smallRequest(model, true)),
    answer: new Template(OPENING + DELTA.repeat(deltas) + CLOSING),
    opening: new Template(OPENING),
    deltas,
    closing: Buffer.from(CLOSING),
  };
}

/**
 * What is asked and answered, for each way of measuring. Load generator and upstream build the same.
 * `how` is the way in which the upstream sends the answer. Request lengths differ: the upstream tells them by it.
 *
 * @param {{ pacedEvents: number, burstChunks: number }} sizes
 */
export function makePayloads({ pacedEvents, burstChunks }) {
  const payloads = {
    small: { ...WHOLE, request: new Template(smallRequest('claude-sonnet-4-5', false)) },
    large: { ...WHOLE, request: new Template(largeRequest(300_000)) },
    short: streamed('at-once', 'claude-sonnet-4-5-short', 10),
    paced: streamed('paced', 'claude-sonnet-4-5-paced-1', pacedEvents),
    burst: streamed('burst', 'claude-sonnet-4-5-burst-01', burstChunks * BURST_EVENTS_PER_CHUNK),
    quiet: streamed('quiet', 'claude-sonnet-4-5-quiet-001', 1),
  };
  const lengths = new Set(Object.values(payloads).map((payload) => payload.request.length));
  if (lengths.size !== Object.keys(payloads).length)
    throw new Error('two kinds of request have the same length');
  return payloads;
}
