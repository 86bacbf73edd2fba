import type { ChargeState } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Operation, Protocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import type { Price } from './price.ts';

/**
 * What a call cost, in whole micro-USD, rounded. Undefined where input or output tokens are unknown. Messages counts
 * what it read from or wrote to its cache beside `inputTokens`; the OpenAI protocols count it within them.
 * Reasoning is part of the output in all of them. Cache writes are priced as those kept for five minutes.
 */
export function costMicroUsd(usage: Usage, price: Price, protocol: Protocol): number | undefined {
  const { inputTokens, outputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const input = price.inputMicroUsdPerMTok;
  const plain =
    protocol === 'anthropic-messages'
      ? inputTokens
      : Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens);
  const total =
    plain * input +
    cacheReadTokens * (price.cacheReadMicroUsdPerMTok ?? input) +
    cacheWriteTokens * (price.cacheWriteMicroUsdPerMTok ?? input) +
    outputTokens * price.outputMicroUsdPerMTok;
  return Math.round(total / 1_000_000);
}

/** Some tokens were counted; a count of 0 alone proves no charge. */
export function hasTokens({ inputTokens = 0, outputTokens = 0 }: Usage): boolean {
  return inputTokens > 0 || outputTokens > 0;
}

/**
 * Whether a call was paid for. `usage` is what is known of its tokens: the upstream's own counts, which stand in the
 * outcome too, or else an estimate. Counting tokens is free; a call that is only passed on costs what it says.
 */
export function chargeOf(
  outcome: Outcome,
  usage: Usage = outcome.usage,
  operation: Operation = 'generate',
): ChargeState {
  if (outcome.kind === 'rejected' || operation === 'count-tokens') return 'not-charged';
  if (outcome.kind === 'failed' && outcome.chargeRisk === 'none') return 'not-charged';
  if (hasTokens(outcome.usage)) return 'charged';
  if (outcome.kind === 'failed' && outcome.chargeRisk === 'certain') return 'estimated';
  if (outcome.kind === 'answered' && hasTokens(usage)) return 'estimated';
  return 'unknown';
}
