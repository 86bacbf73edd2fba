import type { Protocol } from '../domain/protocol.ts';
import { FORMATS } from './formats.ts';
import type { ErrorShape, StreamProgress } from './wire-format.ts';

/** An error of the gateway's own as the protocol's JSON body. */
export function errorBody(protocol: Protocol, error: ErrorShape): Buffer {
  return Buffer.from(JSON.stringify(FORMATS[protocol].errorBody(error)));
}

/**
 * An error of the gateway's own as the protocol's in-stream event. To be written at an event boundary, and followed
 * by a reset: several clients take a clean end for success.
 *
 * @param sequence Responses only: the event's sequence number
 */
export function errorEvent(protocol: Protocol, error: ErrorShape, sequence = 0): Buffer {
  return Buffer.from(FORMATS[protocol].errorEvent(error, sequence));
}

/** Bytes that show a client that the stream lives and change nothing else. Only at an event boundary. */
export function heartbeat(protocol: Protocol, progress: StreamProgress): Buffer {
  return Buffer.from(FORMATS[protocol].heartbeat(progress));
}
