import type { Protocol } from '../domain/protocol.ts';
import { createStreamReader } from './stream-reader.ts';
import type { Aggregate } from './wire-format.ts';

const NOTHING: Aggregate = { kind: 'incomplete', detail: 'no event' };

/**
 * Turns a stream into the object that the vendor sends to clients that do not stream, for a reader that comes late and
 * has but the stream's bytes. A stream that ended early is never `complete`.
 */
export function createAggregator(protocol: Protocol): { push(chunk: Uint8Array): void; result(): Aggregate } {
  const reader = createStreamReader(protocol, { aggregate: true });
  return {
    push: (chunk) => reader.push(chunk),
    result() {
      reader.end();
      return reader.aggregate() ?? NOTHING;
    },
  };
}
