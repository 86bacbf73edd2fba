/** The wire formats a client may speak. QCC never translates between them: what comes in goes out. */
export type Protocol = 'anthropic-messages' | 'openai-chat' | 'openai-responses';

export const PROTOCOLS: readonly Protocol[] = ['anthropic-messages', 'openai-chat', 'openai-responses'];

/**
 * What a request asks for. `generate` makes a model think; `count-tokens` is cheap and never shares
 * the generation limit; `pass` is every other path under a vendor's API, relayed as it is.
 */
export type Operation = 'generate' | 'count-tokens' | 'pass';
