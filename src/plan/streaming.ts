import type { Endpoint } from '../domain/endpoint.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import { quickKey } from './expecting.ts';
import type { Streamless } from './streamless.ts';

/** What is known that decides whether a call is streamed upstream. */
export interface StreamingKnown {
  readonly streamless: Pick<Streamless, 'has'>;
  readonly fleet: { behindEdge(endpointId: string, now: number): boolean };
  readonly predictor: { isQuick(key: ReturnType<typeof quickKey>, withinMs: number, now: number): boolean };
}

/** Calls whose p95 is within this gain nothing by being streamed, and cost more. */
export const QUICK_MS = 5_000;

/**
 * Is a call streamed upstream? One whose client wants a stream is. For a client that wants none, a stream is what
 * shows signs of life where silence could be cut, and costs more:
 *
 * - `stream_upstream` has the first word; then endpoints that give no streams of this model are not asked for one;
 * - it is streamed where an edge stands in front of the endpoint, known or learned, or of the client;
 * - and where such calls there take longer than 5 s, or nobody knows yet how long they take.
 *
 * What the vendor is to make in the background is never streamed.
 */
export function streamsUpstream(
  request: IdentifiedRequest,
  endpoint: Endpoint,
  clientBehindEdge: boolean,
  { streamless, fleet, predictor }: StreamingKnown,
  now: number,
): boolean {
  if (request.operation !== 'generate') return false;
  if (request.stream) return true;
  if (request.background || endpoint.streamUpstream === 'never') return false;
  if (endpoint.streamUpstream === 'always') return true;
  if (streamless.has(endpoint.id, request.model ?? '', now)) return false;
  if (clientBehindEdge || fleet.behindEdge(endpoint.id, now)) return true;
  return !predictor.isQuick(quickKey(request, endpoint.id), QUICK_MS, now);
}
