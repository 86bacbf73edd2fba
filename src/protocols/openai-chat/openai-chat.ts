import { openaiErrorBody } from '../openai-errors.ts';
import type { WireFormat } from '../wire-format.ts';
import { createAggregation } from './aggregate.ts';
import { answerText, readAnswer } from './answer.ts';
import { readFacts } from './request.ts';
import { watch } from './watch.ts';

/** OpenAI Chat Completions. */
export const openaiChat: WireFormat = {
  generatePath: '/v1/chat/completions',
  readFacts,
  watch,
  createAggregation,
  readAnswer,
  answerText,
  errorBody: openaiErrorBody,
  errorEvent: (error) => `data: ${JSON.stringify(openaiErrorBody(error))}\n\n`,
  // A comment: an event that is no chunk breaks most clients of this protocol.
  heartbeat: () => ': keepalive\n\n',
  verification: (model, turns, maxTokens) => ({
    model,
    max_tokens: maxTokens,
    messages: turns,
    stream: false,
  }),
};
