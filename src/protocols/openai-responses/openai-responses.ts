import { openaiErrorBody } from '../openai-errors.ts';
import type { ErrorShape, StreamProgress, WireFormat } from '../wire-format.ts';
import { createAggregation } from './aggregate.ts';
import { answerText, readAnswer } from './answer.ts';
import { readFacts } from './request.ts';
import { watch } from './watch.ts';

function errorEvent({ code, message }: ErrorShape, sequence: number): string {
  const data = { type: 'error', code, message, param: null, sequence_number: sequence };
  return `event: error\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Before response.created only a comment is safe; after it Codex needs an event, since it does not count comments.
 * The event repeats the last sequence number: a client that resumes after the number it saw last loses nothing.
 */
function heartbeat({ started, lastSequence }: StreamProgress): string {
  if (!started) return ': keepalive\n\n';
  const data = { type: 'keepalive', sequence_number: lastSequence ?? 0 };
  return `event: keepalive\ndata: ${JSON.stringify(data)}\n\n`;
}

/** OpenAI Responses. */
export const openaiResponses: WireFormat = {
  generatePath: '/v1/responses',
  readFacts,
  watch,
  createAggregation,
  readAnswer,
  answerText,
  errorBody: openaiErrorBody,
  errorEvent,
  heartbeat,
  verification: (model, turns, maxTokens) => ({
    model,
    max_output_tokens: maxTokens,
    input: turns,
    store: false,
    stream: false,
  }),
};
