import { type PredictKey, type PredictSample, sizeClassOf } from '../cluster/cluster.ts';
import type { FailureCause, Outcome } from '../domain/outcome.ts';
import type { IdentifiedRequest } from '../domain/request.ts';

/** The kind of call a request makes at an endpoint, for what calls of that kind are like. */
export function predictKey(request: IdentifiedRequest, endpointId: string, streamed: boolean): PredictKey {
  return {
    endpointId,
    model: request.model ?? '',
    effort: request.effort ?? (request.thinking ? 'thinking' : ''),
    stream: streamed,
    sizeClass: sizeClassOf(request.body.length, request.maxTokens),
  };
}

/** The kind of call a request makes at an endpoint, streamed or not. */
export function quickKey(request: IdentifiedRequest, endpointId: string): Omit<PredictKey, 'stream'> {
  return predictKey(request, endpointId, true);
}

/** Failures that tell how long a call takes at least. The others end before the model had its time. */
const CUT_SHORT: ReadonlySet<FailureCause> = new Set([
  'timeout',
  'edge-timeout',
  'reset',
  'truncated',
  'cancelled',
]);

/** What an attempt tells of the calls like it; undefined: nothing. */
export function sampleOf(outcome: Outcome): PredictSample | undefined {
  const { firstEventMs, longestSilenceMs, totalMs } = outcome.times;
  const censored = outcome.kind === 'failed';
  if (outcome.kind === 'rejected') return undefined;
  if (censored && (!CUT_SHORT.has(outcome.cause) || outcome.times.sentMs === undefined)) return undefined;
  return { firstEventMs, longestSilenceMs, totalMs, censored };
}
