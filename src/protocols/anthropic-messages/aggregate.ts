import type { SseEvent } from '../../sse/sse.ts';
import { asArray, asObject, asString, type JsonObject, parseObject } from '../json-value.ts';
import { readError } from '../upstream-error.ts';
import type { Aggregate, Aggregation, UpstreamError } from '../wire-format.ts';
import { typeOf } from './watch.ts';

interface Block {
  readonly content: JsonObject;
  /** Pieces of `input_json_delta`, parsed when the block is whole. */
  inputJson?: string;
}

/**
 * The vendor's documents ask that broken tool input (cut by max_tokens, fine-grained tool streaming) be handed on
 * in this wrapping, so that it stays a valid object and nothing is lost.
 */
function toolInput(json: string): unknown {
  if (json.trim() === '') return {};
  try {
    return JSON.parse(json);
  } catch {
    return { INVALID_JSON: json };
  }
}

function applyDelta(block: Block, delta: JsonObject): void {
  const { content } = block;
  const { type, ...members } = delta;
  switch (type) {
    case 'text_delta':
      content.text = `${asString(content.text) ?? ''}${asString(delta.text) ?? ''}`;
      break;
    case 'thinking_delta':
      content.thinking = `${asString(content.thinking) ?? ''}${asString(delta.thinking) ?? ''}`;
      break;
    case 'citations_delta':
      content.citations = [...asArray(content.citations), delta.citation];
      break;
    case 'input_json_delta':
      block.inputJson = `${block.inputJson ?? ''}${asString(delta.partial_json) ?? ''}`;
      break;
    default:
      // signature_delta and every delta not known yet: it carries final values of the block's members.
      Object.assign(content, members);
  }
}

function overwriteSaid(target: JsonObject, said: JsonObject): void {
  for (const [key, value] of Object.entries(said)) {
    if (value !== null || !(key in target)) target[key] = value;
  }
}

function applyMessageDelta(message: JsonObject, data: JsonObject): void {
  const { type: _type, delta, usage, ...members } = data;
  const { container, ...stops } = asObject(delta) ?? {};
  Object.assign(message, stops);
  overwriteSaid(message, members);
  if (container !== null && container !== undefined) message.container = container;
  const counts = asObject(message.usage) ?? {};
  overwriteSaid(counts, asObject(usage) ?? {});
  message.usage = counts;
}

function finish(message: JsonObject, blocks: ReadonlyMap<number, Block>): JsonObject {
  const content = [...blocks].sort(([a], [b]) => a - b).map(([, block]) => block);
  for (const block of content) {
    if (block.inputJson !== undefined) block.content.input = toolInput(block.inputJson);
  }
  return { ...message, content: content.map((block) => block.content) };
}

/**
 * Folds the events into a Message as the vendor's documents on streaming say: blocks start with their members and
 * grow by deltas, usage counts are cumulative, unknown events are skipped, unknown blocks and members kept.
 */
export function createAggregation(): Aggregation {
  let message: JsonObject | undefined;
  let error: UpstreamError | undefined;
  let stopped = false;
  const blocks = new Map<number, Block>();

  function startBlock(data: JsonObject): void {
    const content = { ...asObject(data.content_block) };
    blocks.set(Number(data.index), { content });
    // A server-side switch of model is announced by a block; the non-streamed answer names the last model.
    const model = content.type === 'fallback' ? asString(asObject(content.to)?.model) : undefined;
    if (model !== undefined && message !== undefined) message.model = model;
  }

  function start(data: JsonObject): void {
    message = { ...asObject(data.message) };
    asArray(message.content).forEach((content, index) => {
      blocks.set(index, { content: { ...asObject(content) } });
    });
  }

  function add(event: SseEvent): void {
    const data = parseObject(event.data) ?? {};
    switch (typeOf(event, data)) {
      case 'message_start':
        start(data);
        break;
      case 'content_block_start':
        startBlock(data);
        break;
      case 'content_block_delta': {
        const block = blocks.get(Number(data.index));
        if (block !== undefined) applyDelta(block, asObject(data.delta) ?? {});
        break;
      }
      case 'message_delta':
        if (message !== undefined) applyMessageDelta(message, data);
        break;
      case 'message_stop':
        stopped = true;
        break;
      case 'error':
        error ??= readError(data.error ?? event.data);
        break;
    }
  }

  function result(): Aggregate {
    if (error !== undefined) return { kind: 'error', ...error };
    if (message === undefined) return { kind: 'incomplete', detail: 'no message_start' };
    if (!stopped) return { kind: 'incomplete', detail: 'no message_stop' };
    return { kind: 'complete', body: finish(message, blocks) };
  }

  return { add, result };
}
