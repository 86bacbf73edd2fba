import {
  type Composition,
  type Frames,
  THOUGHTS,
  TOOL_INPUT,
  type TokenCounts,
  type WireFormat,
} from './frames.ts';
import { CREATED_HOLE, ID_HOLE } from './template.ts';

const COMMENT = ': keep-alive\n\n';
const DONE = 'data: [DONE]\n\n';
const OVERLOADED = `data: ${JSON.stringify({
  error: { message: 'The server is overloaded', type: 'overloaded_error', param: null, code: 'overloaded' },
})}\n\n`;

const usage = (tokens: TokenCounts) => ({
  prompt_tokens: tokens.prompt,
  completion_tokens: tokens.output,
  total_tokens: tokens.prompt + tokens.output,
  prompt_tokens_details: { cached_tokens: tokens.cacheRead, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: tokens.reasoning,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

const finishReason = (composition: Composition): string =>
  composition.tool === undefined ? 'stop' : 'tool_calls';

/** The fields every chunk of one answer begins with. */
const chunkHead = (model: string) => ({
  id: `chatcmpl-${ID_HOLE}`,
  object: 'chat.completion.chunk',
  created: CREATED_HOLE,
  model,
  service_tier: 'default',
  system_fingerprint: 'fp_simulator',
});

type Chunk = (choices: unknown[], usageOfAll?: unknown) => string;

/** With `include_usage`, every chunk but the last carries `usage: null`. */
function chunkWriter(composition: Composition): Chunk {
  const head = chunkHead(composition.model);
  return (choices, usageOfAll = null) => {
    const data = composition.includeUsage ? { ...head, choices, usage: usageOfAll } : { ...head, choices };
    return `data: ${JSON.stringify(data)}\n\n`;
  };
}

const choice = (delta: unknown, reason: string | null = null) => [
  { index: 0, delta, logprobs: null, finish_reason: reason },
];

function toolStep(chunk: Chunk, name: string): string {
  const input = JSON.stringify(TOOL_INPUT);
  const call = { index: 0, id: `call_${ID_HOLE}`, type: 'function', function: { name, arguments: '' } };
  const first = chunk(choice({ tool_calls: [call] }));
  const parts = [input.slice(0, 8), input.slice(8)].map((part) =>
    chunk(choice({ tool_calls: [{ index: 0, function: { arguments: part } }] })),
  );
  return first + parts.join('');
}

function stream(composition: Composition): Frames {
  const chunk = chunkWriter(composition);
  const steps = composition.pieces.map((content) => chunk(choice({ content })));
  if (composition.thinking) {
    steps.unshift(THOUGHTS.map((thought) => chunk(choice({ reasoning_content: thought }))).join(''));
  }
  if (composition.tool !== undefined) steps.push(toolStep(chunk, composition.tool));
  const usageChunk = composition.includeUsage ? chunk([], usage(composition.tokens)) : '';
  return {
    opening: chunk(choice({ role: 'assistant', content: '', refusal: null })),
    pings: Array.from({ length: composition.pings }, () => COMMENT),
    steps,
    closing: chunk(choice({}, finishReason(composition))) + usageChunk + (composition.done ? DONE : ''),
    errorAfter: () => OVERLOADED,
  };
}

function message(composition: Composition) {
  const text = composition.pieces.join('');
  const call = {
    id: `call_${ID_HOLE}`,
    type: 'function',
    function: { name: composition.tool, arguments: JSON.stringify(TOOL_INPUT) },
  };
  return {
    role: 'assistant',
    content: text === '' && composition.tool !== undefined ? null : text,
    refusal: null,
    annotations: [],
    ...(composition.thinking ? { reasoning_content: THOUGHTS.join('') } : {}),
    ...(composition.tool === undefined ? {} : { tool_calls: [call] }),
  };
}

function json(composition: Composition): string {
  return JSON.stringify({
    id: `chatcmpl-${ID_HOLE}`,
    object: 'chat.completion',
    created: CREATED_HOLE,
    model: composition.model,
    choices: [
      { index: 0, message: message(composition), logprobs: null, finish_reason: finishReason(composition) },
    ],
    usage: usage(composition.tokens),
    service_tier: 'default',
    system_fingerprint: 'fp_simulator',
  });
}

/** OpenAI Chat Completions; thinking comes as `reasoning_content`, the field its relays use. */
export const openaiChat: WireFormat = { stream, json };
