import type { Protocol } from '../domain/protocol.ts';
import { anthropicMessages } from './anthropic-messages/anthropic-messages.ts';
import { openaiChat } from './openai-chat/openai-chat.ts';
import { openaiResponses } from './openai-responses/openai-responses.ts';
import type { WireFormat } from './wire-format.ts';

/** The one place where a protocol's name leads to its wire format. */
export const FORMATS: Readonly<Record<Protocol, WireFormat>> = {
  'anthropic-messages': anthropicMessages,
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
};
