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
 * What the upstream counted. A zero for what was seen to be written is no count: relays send zeros at the end of a stream.
 */
export function countedUsage({ usage, outputBytes = 0 }: Outcome): Usage {
  if (usage.outputTokens !== 0 || outputBytes === 0) return usage;
  const { outputTokens: _, ...rest } = usage;
  return rest;
}

/** Input and output were counted: nothing has to be estimated. */
const isCounted = ({ inputTokens, outputTokens }: Usage): boolean =>
  inputTokens !== undefined && outputTokens !== undefined;

/** A call that may have been paid for, and whose tokens the upstream did not say, or not all of them. */
export function needsEstimate(outcome: Outcome, operation: Operation): boolean {
  if (operation !== 'generate' || outcome.kind === 'rejected' || isCounted(countedUsage(outcome)))
    return false;
  return outcome.kind === 'answered' || outcome.chargeRisk === 'certain';
}

/**
 * Whether a call was paid for. `usage` is what is known of its tokens: the upstream's own counts, and an estimate of those
 * it did not say. Counting tokens is free, and so is reading a list (`isFree`); a call that is only passed on costs what it
 * says.
 */
export function chargeOf(
  outcome: Outcome,
  usage: Usage = outcome.usage,
  operation: Operation = 'generate',
  isFree = false,
): ChargeState {
  if (outcome.kind === 'rejected' || operation === 'count-tokens' || isFree) return 'not-charged';
  if (outcome.kind === 'failed' && outcome.chargeRisk === 'none') return 'not-charged';
  const counted = countedUsage(outcome);
  if (hasTokens(counted) && (isCounted(counted) || operation !== 'generate')) return 'charged';
  // That it said what went in proves no charge: a stream may end before its first word.
  if (outcome.kind === 'failed') return outcome.chargeRisk === 'certain' ? 'estimated' : 'unknown';
  if (hasTokens(usage)) return 'estimated';
  return 'unknown';
}
