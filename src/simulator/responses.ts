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
import { CREATED_HOLE, ID_HOLE } from './template.ts';

const usage = (tokens: TokenCounts) => ({
  input_tokens: tokens.prompt,
  input_tokens_details: { cached_tokens: tokens.cacheRead, cache_write_tokens: tokens.cacheWrite },
  output_tokens: tokens.output,
  output_tokens_details: { reasoning_tokens: tokens.reasoning },
  total_tokens: tokens.prompt + tokens.output,
});

const outputText = (text: string) => ({ type: 'output_text', annotations: [], logprobs: [], text });
const summaryText = (text: string) => ({ type: 'summary_text', text });

const messageItem = (status: string, content: unknown[]) => ({
  id: `msg_${ID_HOLE}`,
  type: 'message',
  status,
  role: 'assistant',
  content,
});
const reasoningItem = (status: string, summary: unknown[]) => ({
  id: `rs_${ID_HOLE}`,
  type: 'reasoning',
  status,
  summary,
  encrypted_content: SIGNATURE,
});
const callItem = (status: string, name: string, input: string) => ({
  id: `fc_${ID_HOLE}`,
  type: 'function_call',
  status,
  call_id: `call_${ID_HOLE}`,
  name,
  arguments: input,
});

function output(composition: Composition): unknown[] {
  const items: unknown[] = [];
  if (composition.thinking) items.push(reasoningItem('completed', [summaryText(THOUGHTS.join(''))]));
  if (composition.pieces.length > 0) {
    items.push(messageItem('completed', [outputText(composition.pieces.join(''))]));
  }
  if (composition.tool !== undefined) {
    items.push(callItem('completed', composition.tool, JSON.stringify(TOOL_INPUT)));
  }
  return items;
}

function response(composition: Composition, status: 'in_progress' | 'completed') {
  const completed = status === 'completed';
  return {
    id: `resp_${ID_HOLE}`,
    object: 'response',
    created_at: CREATED_HOLE,
    status,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: composition.model,
    output: completed ? output(composition) : [],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: completed ? usage(composition.tokens) : null,
    user: null,
    metadata: {},
  };
}

/** Writes events one after the other, numbering them. */
class EventWriter {
  #sequence = 0;

  get next(): number {
    return this.#sequence;
  }

  write(type: string, fields: Readonly<Record<string, unknown>>): string {
    const event = namedEvent({ type, ...fields, sequence_number: this.#sequence });
    this.#sequence += 1;
    return event;
  }
}

const itemEvent = (events: EventWriter, end: 'added' | 'done', index: number, item: unknown): string =>
  events.write(`response.output_item.${end}`, { output_index: index, item });

function reasoningStep(events: EventWriter, index: number): string {
  const text = THOUGHTS.join('');
  const place = { item_id: `rs_${ID_HOLE}`, output_index: index, summary_index: 0 };
  const name = 'response.reasoning_summary';
  return [
    itemEvent(events, 'added', index, reasoningItem('in_progress', [])),
    events.write(`${name}_part.added`, { ...place, part: summaryText('') }),
    ...THOUGHTS.map((delta) => events.write(`${name}_text.delta`, { ...place, delta })),
    events.write(`${name}_text.done`, { ...place, text }),
    events.write(`${name}_part.done`, { ...place, part: summaryText(text) }),
    itemEvent(events, 'done', index, reasoningItem('completed', [summaryText(text)])),
  ].join('');
}

function toolStep(events: EventWriter, index: number, name: string): string {
  const input = JSON.stringify(TOOL_INPUT);
  const place = { item_id: `fc_${ID_HOLE}`, output_index: index };
  const event = 'response.function_call_arguments';
  return [
    itemEvent(events, 'added', index, callItem('in_progress', name, '')),
    ...[input.slice(0, 8), input.slice(8)].map((delta) =>
      events.write(`${event}.delta`, { ...place, delta }),
    ),
    events.write(`${event}.done`, { ...place, name, arguments: input }),
    itemEvent(events, 'done', index, callItem('completed', name, input)),
  ].join('');
}

/** Calls `take` with each text event; the first brings the item's start along, the last its end. */
function writeText(
  events: EventWriter,
  index: number,
  pieces: readonly string[],
  take: (step: string) => void,
): void {
  const place = { item_id: `msg_${ID_HOLE}`, output_index: index, content_index: 0 };
  const text = pieces.join('');
  for (const [i, delta] of pieces.entries()) {
    let step = '';
    if (i === 0) {
      step += itemEvent(events, 'added', index, messageItem('in_progress', []));
      step += events.write('response.content_part.added', { ...place, part: outputText('') });
    }
    step += events.write('response.output_text.delta', { ...place, delta, logprobs: [] });
    if (i === pieces.length - 1) {
      step += events.write('response.output_text.done', { ...place, text, logprobs: [] });
      step += events.write('response.content_part.done', { ...place, part: outputText(text) });
      step += itemEvent(events, 'done', index, messageItem('completed', [outputText(text)]));
    }
    take(step);
  }
}

function stream(composition: Composition): Frames {
  const events = new EventWriter();
  const starting = { response: response(composition, 'in_progress') };
  const opening = events.write('response.created', starting) + events.write('response.in_progress', starting);
  const pings = Array.from({ length: composition.pings }, () => events.write('keepalive', {}));
  const steps: string[] = [];
  const numberAfter: number[] = [events.next];
  const take = (step: string): void => {
    steps.push(step);
    numberAfter.push(events.next);
  };
  let index = 0;
  if (composition.thinking) take(reasoningStep(events, index++));
  if (composition.pieces.length > 0) writeText(events, index++, composition.pieces, take);
  if (composition.tool !== undefined) take(toolStep(events, index, composition.tool));
  const closing = events.write('response.completed', { response: response(composition, 'completed') });
  return { opening, pings, steps, closing, errorAfter: (produced) => errorEvent(numberAfter[produced]) };
}

const errorEvent = (sequenceNumber = 0): string =>
  namedEvent({
    type: 'error',
    code: 'server_is_overloaded',
    message: 'The server is overloaded',
    param: null,
    sequence_number: sequenceNumber,
  });

/** OpenAI Responses. */
export const openaiResponses: WireFormat = {
  stream,
  json: (composition) => JSON.stringify(response(composition, 'completed')),
};
