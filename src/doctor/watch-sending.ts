import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Clock } from '../platform/clock.ts';

/** How far a call has come on its way out: undici does not show it, but publishes it. */
export interface Sending {
  /** Its first byte goes out on a connection. */
  begun: boolean;
  /** When all of it was out. */
  sentAt: number | undefined;
  /** Nothing is looked for any more. */
  stop(): void;
}

const [CREATED, HEADERS, BODY] = [
  'undici:request:create',
  'undici:client:sendHeaders',
  'undici:request:bodySent',
] as const;

/**
 * Watches the call that is made next, in this turn. What is published costs every call a little, so it is subscribed to
 * for as long as one is watched, and no longer.
 */
export function watchSending(clock: Clock): Sending {
  let watched: unknown;
  const of = (message: unknown): unknown => (message as { readonly request: unknown }).request;
  const onCreated = (message: unknown): void => {
    unsubscribe(CREATED, onCreated);
    watched = of(message);
  };
  const onHeaders = (message: unknown): void => {
    if (of(message) === watched) sending.begun = true;
  };
  const onBody = (message: unknown): void => {
    if (of(message) === watched) sending.sentAt ??= clock.now();
  };
  const sending: Sending = {
    begun: false,
    sentAt: undefined,
    stop() {
      unsubscribe(CREATED, onCreated);
      unsubscribe(HEADERS, onHeaders);
      unsubscribe(BODY, onBody);
    },
  };
  subscribe(CREATED, onCreated);
  subscribe(HEADERS, onHeaders);
  subscribe(BODY, onBody);
  return sending;
}
