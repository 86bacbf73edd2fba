/** Event-stream framing: the door of this folder. */
export { type BoundaryTracker, createBoundaryTracker } from './boundary.ts';
export { createSseParser, DEFAULT_MAX_EVENT_BYTES, type SseEvent, type SseParser } from './parser.ts';
