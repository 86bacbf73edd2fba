import type { Protocol } from '../domain/protocol.ts';
import { GENERATE_PATHS } from '../protocols/protocols.ts';

export interface LongCall {
  readonly maxTokens: number;
  /** The number counted to: about four tokens each where it is written in words. */
  readonly upTo: number;
  readonly stream: boolean;
}

/** A request that keeps a model writing: to count, one number a line. */
export function longCall(
  protocol: Protocol,
  model: string,
  { maxTokens, upTo, stream }: LongCall,
): { readonly path: string; readonly body: Buffer } {
  const content =
    `Write the numbers from 1 to ${upTo} in English words, one per line. ` +
    'Write every one of them, leave none out, do not abbreviate, and write nothing else.';
  const request =
    protocol === 'openai-responses'
      ? { model, max_output_tokens: maxTokens, input: content, store: false, stream }
      : { model, max_tokens: maxTokens, messages: [{ role: 'user', content }], stream };
  return { path: GENERATE_PATHS[protocol], body: Buffer.from(JSON.stringify(request)) };
}
