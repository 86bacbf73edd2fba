import {
  type Composition,
  type Frames,
  namedEvent,
  SIGNATURE,
  THOUGHTS,
  TOOL_INPUT,
  type TokenCounts,
  type WireFormat,
} from './frames.ts';
import { ID_HOLE } from './template.ts';

const PING = namedEvent({ type: 'ping' });
const OVERLOADED = namedEvent({
  type: 'error',
  error: { type: 'overloaded_error', message: 'Overloaded' },
});

const stopReason = (composition: Composition): string =>
  composition.tool === undefined ? 'end_turn' : 'tool_use';

function usage(tokens: TokenCounts, outputTokens: number) {
  return {
    input_tokens: tokens.prompt - tokens.cacheRead - tokens.cacheWrite,
    cache_creation_input_tokens: tokens.cacheWrite,
    cache_read_input_tokens: tokens.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: tokens.cacheWrite, ephemeral_1h_input_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: outputTokens === tokens.output ? outputDetails(tokens) : null,
    service_tier: 'standard',
  };
}

const outputDetails = (tokens: TokenCounts) => ({ thinking_tokens: tokens.reasoning });

const message = (composition: Composition, content: unknown[], outputTokens: number) => ({
  id: `msg_${ID_HOLE}`,
  type: 'message',
  role: 'assistant',
  model: composition.model,
  content,
  stop_reason: null as string | null,
  stop_sequence: null,
  container: null,
  usage: usage(composition.tokens, outputTokens),
});

const blockStart = (index: number, block: unknown): string =>
  namedEvent({ type: 'content_block_start', index, content_block: block });
const blockDelta = (index: number, delta: unknown): string =>
  namedEvent({ type: 'content_block_delta', index, delta });
const blockStop = (index: number): string => namedEvent({ type: 'content_block_stop', index });

function thinkingStep(index: number): string {
  const deltas = THOUGHTS.map((thinking) => blockDelta(index, { type: 'thinking_delta', thinking }));
  const signed = blockDelta(index, { type: 'signature_delta', signature: SIGNATURE });
  const start = blockStart(index, { type: 'thinking', thinking: '', signature: '' });
  return start + deltas.join('') + signed + blockStop(index);
}

function textSteps(index: number, pieces: readonly string[]): string[] {
  const steps = pieces.map((text) => blockDelta(index, { type: 'text_delta', text }));
  if (steps.length === 0) return steps;
  steps[0] = blockStart(index, { type: 'text', text: '' }) + steps[0];
  steps[steps.length - 1] += blockStop(index);
  return steps;
}

function toolStep(index: number, name: string): string {
  const input = JSON.stringify(TOOL_INPUT);
  const parts = ['', input.slice(0, 8), input.slice(8)];
  const deltas = parts.map((part) => blockDelta(index, { type: 'input_json_delta', partial_json: part }));
  const start = blockStart(index, { type: 'tool_use', id: `toolu_${ID_HOLE}`, name, input: {} });
  return start + deltas.join('') + blockStop(index);
}

function steps(composition: Composition): string[] {
  const all: string[] = [];
  let index = 0;
  if (composition.thinking) all.push(thinkingStep(index++));
  if (composition.pieces.length > 0) {
    // One by one: a spread of a million steps would overflow the stack.
    for (const step of textSteps(index, composition.pieces)) all.push(step);
    index += 1;
  }
  if (composition.tool !== undefined) all.push(toolStep(index, composition.tool));
  return all;
}

function stream(composition: Composition): Frames {
  const { tokens } = composition;
  const start = { type: 'message_start', message: message(composition, [], 1) };
  const delta = {
    type: 'message_delta',
    delta: { stop_reason: stopReason(composition), stop_sequence: null },
    usage: {
      input_tokens: tokens.prompt - tokens.cacheRead - tokens.cacheWrite,
      cache_creation_input_tokens: tokens.cacheWrite,
      cache_read_input_tokens: tokens.cacheRead,
      output_tokens: tokens.output,
      output_tokens_details: outputDetails(tokens),
    },
  };
  return {
    opening: namedEvent(start) + PING,
    pings: Array.from({ length: composition.pings }, () => PING),
    steps: steps(composition),
    closing: namedEvent(delta) + namedEvent({ type: 'message_stop' }),
    errorAfter: () => OVERLOADED,
  };
}

function content(composition: Composition): unknown[] {
  const blocks: unknown[] = [];
  if (composition.thinking) {
    blocks.push({ type: 'thinking', thinking: THOUGHTS.join(''), signature: SIGNATURE });
  }
  if (composition.pieces.length > 0) blocks.push({ type: 'text', text: composition.pieces.join('') });
  if (composition.tool !== undefined) {
    blocks.push({ type: 'tool_use', id: `toolu_${ID_HOLE}`, name: composition.tool, input: TOOL_INPUT });
  }
  return blocks;
}

function json(composition: Composition): string {
  const whole = message(composition, content(composition), composition.tokens.output);
  whole.stop_reason = stopReason(composition);
  return JSON.stringify(whole);
}

/** Anthropic Messages. */
export const anthropicMessages: WireFormat = { stream, json };
