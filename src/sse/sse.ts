/** Event-stream framing: the door of this folder. */
export { type BoundaryTracker, createBoundaryTracker } from './boundary.ts';
export { EventCursor } from './event-cursor.ts';
export { createHeldBytes } from './held-bytes.ts';
export { createSseParser, DEFAULT_MAX_EVENT_BYTES, type SseEvent } from './parser.ts';
