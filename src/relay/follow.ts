import type { Downstream } from '../domain/downstream.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Language } from '../errors/catalogue.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import { errorEvent } from '../protocols/protocols.ts';
import type { Journal, JournalEnd } from './journal.ts';
import { refuse, shapeOf } from './refuse.ts';

export interface FollowOptions {
  readonly protocol: Protocol;
  readonly requestId: string;
  readonly language: Language;
}

/** How following ended, for this client. */
export type Followed =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused'; readonly error: GatewayError }
  /** The client got part of the answer, and knows that it is not all. */
  | { readonly kind: 'broken'; readonly error: GatewayError }
  /** The client closed its connection. */
  | { readonly kind: 'left' };

/** Gives the journal's answer to one client as it comes, at the client's pace. */
export function follow(journal: Journal, downstream: Downstream, options: FollowOptions): Promise<Followed> {
  return new Promise((resolve) => {
    let blocked = false;
    let done = false;

    const settle = (followed: Followed) => {
      done = true;
      reader.leave();
      resolve(followed);
    };
    /** Writes what there is; false: the client can't take more now. */
    const writeOn = (): boolean => {
      if (journal.head && !downstream.headSent) downstream.head(journal.head.status, journal.head.headers);
      for (let chunk = reader.next(); chunk !== undefined; chunk = reader.next()) {
        if (!downstream.write(chunk)) return false;
      }
      return true;
    };
    const advance = () => {
      if (done || blocked) return;
      blocked = !writeOn();
      if (!blocked && reader.atEnd && journal.end) settle(conclude(journal.end, downstream, options));
    };

    const reader = journal.read(advance);
    downstream.onDrain(() => {
      blocked = false;
      advance();
    });
    downstream.onGone(() => {
      if (!done) settle({ kind: 'left' });
    });
    advance();
  });
}

function conclude(end: JournalEnd, downstream: Downstream, options: FollowOptions): Followed {
  switch (end.kind) {
    case 'complete':
      downstream.end();
      return { kind: 'delivered' };
    case 'refused':
      refuse(downstream, end.error, options);
      return { kind: 'refused', error: end.error };
    case 'broken':
      // A clean end would be taken for a whole answer by half of the clients.
      if (end.tellable) {
        downstream.write(
          errorEvent(options.protocol, shapeOf(end.error, options.requestId, options.language)),
        );
      }
      downstream.breakOff();
      return { kind: 'broken', error: end.error };
  }
}
