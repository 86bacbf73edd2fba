import { SERIAL_MARK, Template } from './template.mjs';

/** Events in one chunk of a burst. */
export const BURST_EVENTS_PER_CHUNK = 50;

/** Deltas of the answer that the upstream sends in one write. */
const ANSWER_EVENTS = 200;

/** Ends of the names of two models: a gateway's routes send the one where it streams upstream, the other where not. */
export const UPGRADED = 'upgraded-01';
export const PLAIN = 'not-upgraded';

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

/** The same answer, where it was put together from a stream: its id says so. */
const rebuiltMessage = { ...answerMessage, id: `msg_streamed_${SERIAL_MARK}` };

const opening = (message) =>
  event({
    type: 'message_start',
    message: {
      ...message,
      content: [],
      stop_reason: null,
      usage: { ...message.usage, output_tokens: 1 },
    },
  }) + event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });

const OPENING = opening(answerMessage);

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

/**
 * The whole answer, and the same as a stream, for a gateway that asks for a stream where its client did not; and what
 * that gateway's client must then get.
 */
const WHOLE = {
  how: 'whole',
  stream: false,
  answer: new Template(JSON.stringify(answerMessage)),
  asStream: new Template(opening(rebuiltMessage) + ANSWER_WORDS.map(delta).join('') + CLOSING),
  rebuilt: new Template(JSON.stringify(rebuiltMessage)),
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

/** What a body grows by where a gateway adds a stream field to it. */
const STREAM_FIELD_BYTES = ',"stream":true'.length;

/**
 * Lengths under which the upstream sees a kind of request: a gateway may have added the stream field to it.
 */
const lengthsOf = ({ request, asStream }) =>
  asStream ? [request.length, request.length + STREAM_FIELD_BYTES] : [request.length];

/**
 * What is asked and answered, for each way of measuring. Load generator and upstream build the same.
 * `how` is the way in which the upstream sends the answer. Request lengths differ: the upstream tells them by it.
 *
 * @param {{ pacedEvents: number, burstChunks: number }} sizes
 */
export function makePayloads({ pacedEvents, burstChunks }) {
  const payloads = {
    small: { ...WHOLE, request: new Template(smallRequest('claude-sonnet-4-5', false)) },
    plain: { ...WHOLE, request: new Template(smallRequest(`claude-sonnet-4-5-${PLAIN}`, false)) },
    upgraded: { ...WHOLE, request: new Template(smallRequest(`claude-sonnet-4-5-${UPGRADED}`, false)) },
    large: { ...WHOLE, request: new Template(largeRequest(300_000)) },
    answer: streamed('at-once', 'claude-sonnet-4-5-one-write-200', ANSWER_EVENTS),
    short: streamed('at-once', 'claude-sonnet-4-5-short', 10),
    paced: streamed('paced', 'claude-sonnet-4-5-paced-1', pacedEvents),
    burst: streamed('burst', 'claude-sonnet-4-5-burst-01', burstChunks * BURST_EVENTS_PER_CHUNK),
    quiet: streamed('quiet', 'claude-sonnet-4-5-quiet-001', 1),
  };
  const lengths = Object.values(payloads).flatMap(lengthsOf);
  if (new Set(lengths).size !== lengths.length) throw new Error('two kinds of request have the same length');
  return payloads;
}
