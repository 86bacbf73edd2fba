import type { Protocol } from '../domain/protocol.ts';
import type { Language } from '../errors/catalogue.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { Clock } from '../platform/clock.ts';

/** When a silent client gets a sign of life. */
export interface Beat {
  /** Silence before the first one. */
  readonly afterMs: number;
  /** Longest pause from then on. */
  readonly everyMs: number;
}

export interface FollowOptions {
  readonly protocol: Protocol;
  readonly requestId: string;
  /** The client asked for a stream. */
  readonly stream: boolean;
  /** A Chat client that did not ask for usage does not get the chunk that carries it. */
  readonly hideUsage: boolean;
  readonly language: Language;
  readonly clock: Clock;
  readonly receivedAt: number;
  /** When this client gets a sign of life. Absent = never. */
  readonly beat: Beat | undefined;
  /** The edge in front of this client cuts then, whatever flows; it is sent away before, and comes back. */
  readonly cutAt: number | undefined;
  /** This client gives up then if it has seen nothing; it is sent away before with this error, and comes back. */
  readonly patience: { readonly endsAt: number; readonly error: GatewayError } | undefined;
  /** A client that takes nothing for so long, though there is something for it, is given up. */
  readonly stallMs: number;
  /** Bytes of the stream that this client has already. */
  readonly skipBytes: number;
  /** Headers of this client's own, on top of the answer's: flat. */
  readonly headers: readonly string[];
}

/** How following ended, for this client. */
export type Followed =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused'; readonly error: GatewayError }
  /** The client got part of the answer, and knows that it is not all. */
  | { readonly kind: 'broken'; readonly error: GatewayError }
  /** Blanks had committed a 200, so that the error could not be told: the connection was broken instead. */
  | { readonly kind: 'untold'; readonly error: GatewayError }
  /** It was told to ask again, before its edge or its own patience would have cut it off. The exchange runs on. */
  | { readonly kind: 'sent-away'; readonly error: GatewayError }
  /** The client closed its connection, or took nothing for too long. */
  | { readonly kind: 'left'; readonly silentMs: number };
