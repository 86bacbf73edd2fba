/**
 * One upstream call, from its headers to its outcome: the door of this folder. It is made of three layers, from the
 * wire outwards; each knows only those before it.
 *
 * 1. **The call** (`call.ts`, over `transport.ts` and `connector.ts`): what goes over the wire, undici's handler, sockets,
 *    and sending anew on stale ones. Innermost, since a call that went out twice on two sockets is one call to all others.
 * 2. **Its timers** (`deadlines.ts`): around the call, since silence is counted from what the call shows, and a timer
 *    must run while the call shows nothing. They know no status and no bytes.
 * 3. **The judgement of its end** (`judgement.ts`, with `status.ts`, `refusals.ts`, `network-error.ts`): outermost, since it needs
 *    what the other two saw. It makes the outcome, and does nothing else: no clock, no I/O.
 *
 * `running.ts` holds what was seen between them, and is the one place where the sink is called: a throw there, in the
 * transport or in a hook becomes an outcome, so that an attempt that began always ends, once.
 */
export type { AttemptCall, AttemptHooks, RunningAttempt } from './attempt-call.ts';
export { callFor } from './call-for.ts';
export { createConnector } from './connector.ts';
export { networkFailure } from './network-error.ts';
export { startAttempt, startAttemptAt } from './running.ts';
export { causeOfStatus, causeOfStreamError, statusVerdict } from './status.ts';
export { createTransport, type Transport } from './transport.ts';
export { upstreamHeaders } from './upstream-headers.ts';
