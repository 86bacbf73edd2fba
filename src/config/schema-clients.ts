import { DEFAULTS } from './defaults.ts';
import { GIB, onDisconnect, type Parts } from './schema-parts.ts';

/** `disconnect`: what becomes of an exchange whose client goes. */
export function disconnect(parts: Parts) {
  const { policy, grace, cutSilence, stalled } = DEFAULTS.disconnect;
  return parts.mapping({
    policy: onDisconnect(parts)
      .meta({
        description:
          '`keep`: the answer is made to its end; `cancel`: the call is ended; `auto`: kept if the client was cut off, ended if it left.',
      })
      .prefault(policy),
    grace: parts
      .duration(0)
      .meta({ description: 'How long an exchange whose client left goes on, in case it is a reconnect.' })
      .prefault(grace),
    cut_silence: parts
      .duration()
      .meta({ description: 'A client to which nothing had been sent for this long was cut off.' })
      .prefault(cutSilence),
    stalled: parts
      .duration()
      .meta({
        description:
          'A client that takes nothing of its answer for this long is given up; its connection is closed, and the answer kept for it as for one that was cut off.',
      })
      .prefault(stalled),
  });
}

/** `replay`: answers kept for clients that come back. */
export function replay({ mapping, duration, size }: Parts) {
  const { ttl, keyTtl, maxBytes, totalBytes } = DEFAULTS.replay;
  return mapping({
    ttl: duration().meta({ description: 'How long an undelivered answer is kept.' }).prefault(ttl),
    key_ttl: duration()
      .meta({ description: 'How long the answer to a request with an idempotency key is kept.' })
      .prefault(keyTtl),
    max_bytes: size({ min: 1024, max: GIB })
      .meta({ description: 'Most that is kept of one exchange.' })
      .prefault(maxBytes),
    total_bytes: size({ min: 1024, max: 64 * GIB })
      .meta({ description: 'Most that is kept in all.' })
      .prefault(totalBytes),
  });
}
