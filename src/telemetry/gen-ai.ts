import type { Operation, Protocol } from '../domain/protocol.ts';

/** `gen_ai.provider.name`, as well as the protocol tells: who made the format, not who runs the endpoint. */
export const providerOf = (protocol: Protocol): string =>
  protocol === 'anthropic-messages' ? 'anthropic' : 'openai';

/** `gen_ai.operation.name`; what is no generation has no name in the conventions, and keeps ours. */
export const operationOf = (operation: Operation): string => (operation === 'generate' ? 'chat' : operation);
