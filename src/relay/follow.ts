import type { Downstream } from '../domain/downstream.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Language } from '../errors/catalogue.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { Clock } from '../platform/clock.ts';
import { createAnswerForm } from './answer-form.ts';
import { type Beat, startHeartbeat } from './beat.ts';
import type { Journal } from './journal.ts';

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
  readonly beat?: Beat;
  /** The edge in front of this client cuts then, whatever flows; it is told to come back before. */
  readonly cutAt?: number;
  /** Bytes of the stream that this client has already. */
  readonly skipBytes?: number;
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
  /** The client closed its connection, or was told to come back before its edge would cut. */
  | { readonly kind: 'left'; readonly silentMs: number; readonly edgeTotal: boolean };

/** Gives the journal's answer to one client as it comes, at the client's pace. */
export function follow(journal: Journal, downstream: Downstream, options: FollowOptions): Promise<Followed> {
  return new Promise((resolve) => {
    const { clock } = options;
    let blocked = false;
    let done = false;
    let lastSentAt = options.receivedAt;
    let toSkip = options.skipBytes ?? 0;
    const form = createAnswerForm(journal, downstream, options);

    const settle = (followed: Followed) => {
      if (done) return;
      done = true;
      heartbeat?.stop();
      edgeTimer?.cancel();
      reader.leave();
      resolve(followed);
    };
    /** Writes what there is; false: the client can't take more now. */
    const writeOn = (): boolean => {
      for (let chunk = reader.next(); chunk !== undefined; chunk = reader.next()) {
        const wanted = toSkip === 0 ? chunk : chunk.subarray(toSkip);
        toSkip -= chunk.length - wanted.length;
        if (!form.take(wanted)) return false;
      }
      return true;
    };
    const advance = () => {
      if (done || blocked) return;
      const before = downstream.sentBytes;
      if (journal.head) form.head();
      blocked = !writeOn();
      if (downstream.sentBytes !== before) {
        lastSentAt = clock.now();
        heartbeat?.sent();
      }
      if (!blocked && reader.atEnd && journal.end) settle(form.end(journal.end));
    };
    const left = (edgeTotal: boolean) =>
      settle({ kind: 'left', silentMs: clock.now() - lastSentAt, edgeTotal });

    const reader = journal.read({ onNews: advance, onReset: form.reset, givesOut: () => form.givesOut });
    const heartbeat =
      options.beat &&
      startHeartbeat(options.beat, clock, () => {
        if (blocked || !form.beat()) return;
        lastSentAt = clock.now();
      });
    const edgeTimer =
      options.cutAt === undefined
        ? undefined
        : clock.timer(options.cutAt - clock.now(), () => {
            form.comeBack();
            left(true);
          });
    downstream.onDrain(() => {
      blocked = false;
      advance();
    });
    downstream.onGone(() => left(false));
    advance();
  });
}
