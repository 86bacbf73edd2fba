import type { WireFormat } from '../wire-format.ts';
import { createAggregation } from './aggregate.ts';
import { answerText, readAnswer } from './answer.ts';
import { errorBody, errorEvent } from './errors.ts';
import { readFacts } from './request.ts';
import { watch } from './watch.ts';

/** Anthropic Messages. */
export const anthropicMessages: WireFormat = {
  generatePath: '/v1/messages',
  readFacts,
  watch,
  createAggregation,
  readAnswer,
  answerText,
  errorBody,
  errorEvent,
  // Every client of this protocol takes pings at any time, also before message_start.
  heartbeat: () => 'event: ping\ndata: {"type": "ping"}\n\n',
  verification: (model, turns, maxTokens) => ({
    model,
    max_tokens: maxTokens,
    messages: turns,
    stream: false,
  }),
};
