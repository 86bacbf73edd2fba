import { type PredictKey, type PredictSample, sizeClassOf } from '../cluster/cluster.ts';
import { FAILURES } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { IdentifiedRequest } from '../domain/request.ts';

/** The kind of call a request makes at an endpoint, for what calls of that kind are like. */
export function predictKey(request: IdentifiedRequest, endpointId: string, streamed: boolean): PredictKey {
  return {
    endpointId,
    model: request.model ?? '',
    effort: request.effort ?? (request.thinking ? 'thinking' : ''),
    stream: streamed,
    sizeClass: sizeClassOf(request.body.bytes, request.maxTokens),
  };
}

/** The kind of call a request makes at an endpoint, streamed or not. */
export function quickKey(request: IdentifiedRequest, endpointId: string): Omit<PredictKey, 'stream'> {
  return predictKey(request, endpointId, true);
}

/** What an attempt tells of the calls like it; undefined: nothing. */
export function sampleOf(outcome: Outcome): PredictSample | undefined {
  const { firstEventMs, longestSilenceMs, totalMs } = outcome.times;
  if (outcome.kind === 'rejected') return undefined;
  const censored = outcome.kind === 'failed';
  if (censored && (!FAILURES[outcome.cause].predictor || outcome.times.sentMs === undefined))
    return undefined;
  return { firstEventMs, longestSilenceMs, totalMs, censored };
}
