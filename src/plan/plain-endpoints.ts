import type { Endpoint } from '../domain/endpoint.ts';
import type { IdentifiedRequest } from '../domain/request.ts';

/** Endpoints that answered a streaming call with plain JSON. They are asked anew after a day. */
export interface PlainEndpoints {
  note(endpointId: string, now: number): void;
  has(endpointId: string, now: number): boolean;
}

const REMEMBERED_MS = 24 * 3_600_000;

export function createPlainEndpoints(): PlainEndpoints {
  const learnedAt = new Map<string, number>();
  return {
    note: (endpointId, now) => void learnedAt.set(endpointId, now),
    has: (endpointId, now) => now - (learnedAt.get(endpointId) ?? Number.NEGATIVE_INFINITY) < REMEMBERED_MS,
  };
}

/**
 * Is a call streamed upstream? Generation calls are, whatever the client asked for, since a stream shows signs of
 * life; unless the endpoint can't, or the vendor is to make the answer in the background.
 */
export function streamsUpstream(
  request: IdentifiedRequest,
  endpoint: Endpoint,
  plain: PlainEndpoints,
  now: number,
): boolean {
  if (request.operation !== 'generate') return false;
  if (request.stream) return true;
  return !request.background && endpoint.streamUpstream !== 'never' && !plain.has(endpoint.id, now);
}
