import { type Body, unwrapped } from '../domain/body.ts';
import type { Edge } from '../domain/endpoint.ts';
import type { ClientRequest, IdentifiedRequest } from '../domain/request.ts';
import type { HeartbeatSettings, Settings } from '../domain/settings.ts';
import type { Limit } from '../domain/timeouts.ts';
import type { Language } from '../errors/catalogue.ts';
import { gatewayError } from '../errors/gateway-error.ts';
import type { Beat, FollowOptions } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { fieldValue, scanObject } from '../protocols/protocols.ts';
import type { Exchange } from './life.ts';
import type { Seat } from './seat.ts';

/** Shares of what an edge allows at which the gateway acts, so that it acts in time. */
const EDGE_TOTAL_SHARE = 0.95;
const EDGE_SILENCE_SHARE = 0.4;

/** What stands between a client and the listener it came through. */
export const edgeOf = ({ listener }: ClientRequest, { listen }: Settings): Edge | undefined =>
  listen.find(({ name }) => name === listener)?.edge;

/** How one client follows its exchange: when it gets a sign of life, and when it is sent away. */
export function followOptions(
  request: IdentifiedRequest,
  seat: Seat & { readonly exchange: Exchange },
  { patience }: { readonly patience?: Limit | undefined },
  settings: Settings,
  clock: Clock,
  language: Language,
): FollowOptions {
  const { protocol, stream, receivedAt } = request;
  const edge = edgeOf(request, settings);
  const joined = seat.kind === 'joined';
  return {
    protocol,
    stream,
    receivedAt,
    clock,
    language,
    requestId: seat.exchange.id,
    hideUsage: joined && protocol === 'openai-chat' && !asksForUsage(request.body),
    headers: joined ? ['x-qcc-joined', seat.how] : NO_HEADERS,
    beat: beatFor(request, edge, settings.heartbeat),
    cutAt: edge?.totalMs === undefined ? undefined : receivedAt + EDGE_TOTAL_SHARE * edge.totalMs,
    patience: patience && patienceOf(receivedAt, patience),
    stallMs: settings.disconnect.stalledMs,
    skipBytes: 0,
  };
}

const NO_HEADERS: readonly string[] = [];

/** Whoever opened the exchange may have asked for it; for one that was not streaming, the gateway did. */
function asksForUsage(body: Body): boolean {
  const read = unwrapped(body);
  const fields = scanObject(read);
  const options = fields.ok ? fieldValue(read, fields.value, 'stream_options') : undefined;
  return (options as { include_usage?: unknown } | null | undefined)?.include_usage === true;
}

function patienceOf(receivedAt: number, { ms, setBy }: Limit): FollowOptions['patience'] & object {
  const words = { ms: Math.round(ms), setBy };
  return { endsAt: receivedAt + ms, error: gatewayError('still_working', words, { retryAfterMs: 1_000 }) };
}

/**
 * Behind an edge, a sign of life well before it cuts. Without one, JSON clients get none, so that an error can still
 * be told by its status, and streams only before clients' own patience ends.
 */
function beatFor(
  { operation, stream }: IdentifiedRequest,
  edge: Edge | undefined,
  { afterMs, everyMs }: HeartbeatSettings,
): Beat | undefined {
  if (operation !== 'generate') return undefined;
  if (edge?.silenceMs !== undefined) {
    const edgeMs = EDGE_SILENCE_SHARE * edge.silenceMs;
    return { afterMs: edgeMs, everyMs: Math.min(everyMs, edgeMs) };
  }
  return stream ? { afterMs, everyMs } : undefined;
}
