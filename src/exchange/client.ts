import type { Fleet } from '../cluster/cluster.ts';
import type { Downstream } from '../domain/downstream.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Settings } from '../domain/settings.ts';
import { type Followed, type FollowOptions, follow } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import type { Recorder } from '../record/record.ts';
import { fateOf } from './departure.ts';
import type { Exchanges } from './exchanges.ts';
import { edgeOf } from './follow-options.ts';
import { deliveryUnfollowed, type Exchange } from './life.ts';

export interface ClientPorts {
  readonly exchanges: Exchanges;
  readonly recorder: Recorder;
  readonly fleet: Fleet;
  readonly clock: Clock;
}

/** Who follows which exchange, and how it came to it. */
export interface Attendance {
  readonly exchange: Exchange;
  /** Of this client; a ticket's has none of its own. */
  readonly request: IdentifiedRequest;
  /** It joined an exchange that was there. */
  readonly joined: boolean;
  /** Undefined: whatever becomes of it decides nothing about the exchange, as for one that fetches by ticket. */
  readonly settings: Settings | undefined;
}

/** Has a client follow an exchange that it has taken its place at (`exchanges.follow`). */
export function attend(
  attendance: Attendance,
  downstream: Downstream,
  options: FollowOptions,
  ports: ClientPorts,
): void {
  const client = new Client(attendance, downstream, options.receivedAt, ports);
  follow(attendance.exchange.journal, downstream, options, client);
}

/** One client at an exchange, and what becomes of that as it goes. */
class Client {
  readonly #attendance: Attendance;
  readonly #downstream: Downstream;
  readonly #receivedAt: number;
  readonly #ports: ClientPorts;

  constructor(attendance: Attendance, downstream: Downstream, receivedAt: number, ports: ClientPorts) {
    this.#attendance = attendance;
    this.#downstream = downstream;
    this.#receivedAt = receivedAt;
    this.#ports = ports;
  }

  onBeat(): void {
    const { exchange, joined } = this.#attendance;
    this.#ports.recorder.beat(exchange.note, joined);
  }

  onFollowed(followed: Followed): void {
    const { exchange, joined, request } = this.#attendance;
    const { exchanges, recorder, clock } = this.#ports;
    const isAway = followed.kind === 'left' || followed.kind === 'sent-away';
    if (!isAway && followed.kind !== 'untold') exchange.delivered = true;
    if (followed.kind === 'delivered') this.#downstream.onTaken(exchanges.settles(exchange));
    const isLast = exchange.followers === 1;
    recorder.followed(exchange.note, {
      requestId: request.id,
      followed,
      joined,
      durationMs: clock.now() - this.#receivedAt,
      sentBytes: this.#downstream.sentBytes,
      exchangeEnded: exchange.ended && isLast ? deliveryUnfollowed(exchange) : undefined,
    });
    exchanges.unfollow(exchange);
    if (isAway && isLast && !exchange.ended) this.#decideFate(followed);
  }

  /** Nobody follows any more: does it run on? */
  #decideFate(followed: Followed & { kind: 'left' | 'sent-away' }): void {
    const { exchange, request, settings } = this.#attendance;
    if (settings === undefined) return;
    const { exchanges, recorder, clock, fleet } = this.#ports;
    const edge = edgeOf(request, settings);
    const departure = {
      silentMs: followed.kind === 'left' ? followed.silentMs : 0,
      sentAway: followed.kind === 'sent-away',
      elapsedMs: clock.now() - this.#receivedAt,
      ...(request.clientPatienceMs === undefined ? {} : { patienceMs: request.clientPatienceMs }),
      ...(edge ? { edge } : {}),
    };
    const stopsBilling = fleet.endpoint(exchange.note.endpointId ?? '')?.cancelStopsBilling ?? true;
    const fate = fateOf(exchange, departure, settings.disconnect, stopsBilling);
    recorder.detached(exchange.note, fate);
    if (fate.kind === 'cancel') exchange.cancel();
    if (fate.kind === 'grace') exchanges.after(exchange, fate.ms, () => exchange.cancel());
  }
}
