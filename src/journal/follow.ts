import type { Downstream } from '../domain/downstream.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';
import { createAnswerForm } from './answer-form.ts';
import { startHeartbeat } from './beat.ts';
import type { Journal } from './chunks.ts';
import type { Followed, FollowOptions } from './followed.ts';

/** Gives the journal's answer to one client as it comes, at the client's pace. */
export function follow(journal: Journal, downstream: Downstream, options: FollowOptions): Promise<Followed> {
  return new Promise((resolve) => {
    const { clock } = options;
    let blocked = false;
    let writing = false;
    let done = false;
    let lastSentAt = options.receivedAt;
    let toSkip = options.skipBytes ?? 0;
    const form = createAnswerForm(journal, downstream, options);

    const settle = (followed: Followed) => {
      if (done) return;
      done = true;
      heartbeat?.stop();
      edgeTimer?.cancel();
      patienceTimer?.cancel();
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
      // Reading lets the upstream go on, which may append within the call: what comes then waits for what was read.
      if (done || blocked || writing) return;
      const before = downstream.sentBytes;
      if (journal.head) form.head();
      writing = true;
      blocked = !writeOn();
      writing = false;
      if (downstream.sentBytes !== before) {
        lastSentAt = clock.now();
        heartbeat?.sent();
      }
      if (!blocked && reader.atEnd && journal.end) settle(form.end(journal.end));
    };
    const sendAway = (error: GatewayError) => {
      form.sendAway(error);
      settle({ kind: 'sent-away', error });
    };

    const reader = journal.read({ onNews: advance, onReset: form.reset, givesOut: () => form.givesOut });
    const heartbeat =
      options.beat &&
      startHeartbeat(options.beat, clock, () => {
        if (blocked || !form.beat()) return;
        lastSentAt = clock.now();
        options.onBeat?.();
      });
    const { cutAt, patience } = options;
    const edgeTimer =
      cutAt === undefined
        ? undefined
        : clock.timer(cutAt - clock.now(), () => sendAway(gatewayError('come_back')));
    // Clients time the wait for an answer's head, not the reading of it.
    const patienceTimer =
      patience &&
      clock.timer(patience.endsAt - clock.now(), () => downstream.headSent || sendAway(patience.error));
    downstream.onDrain(() => {
      blocked = false;
      advance();
    });
    downstream.onGone(() => settle({ kind: 'left', silentMs: clock.now() - lastSentAt }));
    advance();
  });
}
