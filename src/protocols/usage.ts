import type { Usage } from '../domain/usage.ts';
import { asCount, asObject, compact, type JsonObject } from './json-value.ts';

type Counts = { -readonly [Name in keyof Usage]: Usage[Name] };

const NAMES: readonly (keyof Usage)[] = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
];

/**
 * Counts of a stream are cumulative: a count that is said overwrites, it is never added. Relays end their streams with
 * zeros, which say nothing where more was counted before.
 */
export function overwriteUsage(before: Usage, said: Usage): Usage {
  const usage: Counts = { ...before };
  for (const name of NAMES) {
    const count = said[name];
    if (count !== undefined && (count > 0 || usage[name] === undefined)) usage[name] = count;
  }
  return usage;
}

/** Usage of the Messages protocol. `inputTokens` leaves out cached tokens, as that vendor counts. */
export function messagesUsage(value: unknown): Usage {
  const usage: JsonObject = asObject(value) ?? {};
  return compact<Usage>({
    inputTokens: asCount(usage.input_tokens),
    outputTokens: asCount(usage.output_tokens),
    cacheReadTokens: asCount(usage.cache_read_input_tokens),
    cacheWriteTokens: asCount(usage.cache_creation_input_tokens),
    reasoningTokens: asCount(asObject(usage.output_tokens_details)?.thinking_tokens),
  });
}

/** Usage of the Chat protocol; `prompt_cache_hit_tokens` is DeepSeek's name. Input includes cached tokens. */
export function chatUsage(value: unknown): Usage {
  const usage: JsonObject = asObject(value) ?? {};
  const input = asObject(usage.prompt_tokens_details);
  const output = asObject(usage.completion_tokens_details);
  return compact<Usage>({
    inputTokens: asCount(usage.prompt_tokens),
    outputTokens: asCount(usage.completion_tokens),
    cacheReadTokens: asCount(input?.cached_tokens) ?? asCount(usage.prompt_cache_hit_tokens),
    cacheWriteTokens: asCount(input?.cache_write_tokens),
    reasoningTokens: asCount(output?.reasoning_tokens),
  });
}

/** Usage of the Responses protocol. Input includes cached tokens. */
export function responsesUsage(value: unknown): Usage {
  const usage: JsonObject = asObject(value) ?? {};
  const input = asObject(usage.input_tokens_details);
  return compact<Usage>({
    inputTokens: asCount(usage.input_tokens),
    outputTokens: asCount(usage.output_tokens),
    cacheReadTokens: asCount(input?.cached_tokens),
    cacheWriteTokens: asCount(input?.cache_write_tokens),
    reasoningTokens: asCount(asObject(usage.output_tokens_details)?.reasoning_tokens),
  });
}
