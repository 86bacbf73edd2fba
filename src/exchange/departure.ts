import type { Edge } from '../domain/endpoint.ts';
import type { DisconnectSettings } from '../domain/settings.ts';
import type { Exchange } from './life.ts';

/** What is known of a client as its connection closes. */
export interface Departure {
  /** Nothing had been sent to it for this long. */
  readonly silentMs: number;
  /** Since its request came. */
  readonly elapsedMs: number;
  /** Its own announced patience, ms. */
  readonly patienceMs?: number;
  /** The edge in front of its listener. */
  readonly edge?: Edge;
  /** It was told to ask again. */
  readonly sentAway: boolean;
}

/** Node's fetch gives up after 300 s of silence, whatever its SDK says. */
const NODE_PATIENCE_MS = 300_000;
/** An edge's clock and ours do not agree to the second. */
const NEARLY = 0.95;
const OF_EDGE_SILENCE = 0.8;

/**
 * Was a client cut off, or did it leave? An edge and a client's patience cut what was silent or took long; somebody
 * who presses Esc closes the connection at any moment.
 */
function wasCut(departure: Departure, cutSilenceMs: number): boolean {
  const { silentMs, elapsedMs, patienceMs, edge, sentAway } = departure;
  return (
    sentAway ||
    silentMs >= cutSilenceMs ||
    (edge?.silenceMs !== undefined && silentMs >= OF_EDGE_SILENCE * edge.silenceMs) ||
    (edge?.totalMs !== undefined && elapsedMs >= NEARLY * edge.totalMs) ||
    (patienceMs !== undefined && elapsedMs >= NEARLY * patienceMs) ||
    silentMs >= NEARLY * NODE_PATIENCE_MS
  );
}

/** What becomes of an exchange that nobody follows any more. */
export type Fate =
  | { readonly kind: 'run-on'; readonly why: 'cut' | 'kept' | 'billed-anyway' }
  | { readonly kind: 'grace'; readonly ms: number }
  | { readonly kind: 'cancel' };

export function fateOf(
  { onDisconnect, request, ticket }: Pick<Exchange, 'onDisconnect' | 'request' | 'ticket'>,
  departure: Departure,
  settings: DisconnectSettings,
  cancelStopsBilling: boolean,
): Fate {
  if (ticket || request.idempotencyKey !== undefined) return { kind: 'run-on', why: 'kept' };
  if (onDisconnect === 'keep') return { kind: 'run-on', why: 'kept' };
  if (onDisconnect === 'cancel' || request.operation !== 'generate') return { kind: 'cancel' };
  // A client that will not come back to this exchange gains nothing by its going on.
  if (!request.resumable)
    return cancelStopsBilling ? { kind: 'cancel' } : { kind: 'run-on', why: 'billed-anyway' };
  if (wasCut(departure, settings.cutSilenceMs)) return { kind: 'run-on', why: 'cut' };
  return cancelStopsBilling
    ? { kind: 'grace', ms: settings.graceMs }
    : { kind: 'run-on', why: 'billed-anyway' };
}
