import type { Protocol } from '../domain/protocol.ts';
import { createSseParser } from '../sse/sse.ts';
import { FORMATS } from './formats.ts';
import { END_OF_EVENT } from './segments.ts';
import type { Aggregate } from './wire-format.ts';

/**
 * Turns a stream into the object that the vendor sends to clients that do not stream. Costs a JSON.parse for each
 * event, so it is for those clients only. A stream that ended early is never `complete`.
 */
export function createAggregator(protocol: Protocol): { push(chunk: Uint8Array): void; result(): Aggregate } {
  const parser = createSseParser();
  const aggregation = FORMATS[protocol].createAggregation();
  function push(chunk: Uint8Array): void {
    for (const event of parser.push(chunk)) aggregation.add(event);
  }
  return {
    push,
    result() {
      push(END_OF_EVENT);
      return parser.error === undefined
        ? aggregation.result()
        : { kind: 'incomplete', detail: parser.error.detail };
    },
  };
}
