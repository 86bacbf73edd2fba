import type { Protocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import { createSseParser, DEFAULT_MAX_EVENT_BYTES, type SseEvent } from '../sse/sse.ts';
import { FORMATS } from './formats.ts';
import { createSegments } from './segments.ts';
import type { UpstreamError, WatchRules, WatchState } from './wire-format.ts';

/** Looks on while a stream passes, and changes nothing of it. */
export interface StreamWatch {
  push(chunk: Uint8Array): void;
  /** The upstream ended the stream cleanly. */
  end(): void;
  /** Any whole event was seen; comments are none. */
  readonly sawEvent: boolean;
  /** The first event with part of the answer was seen. An answer may be complete without any. */
  readonly hasContent: boolean;
  /**
   * The protocol's end mark was seen: message_stop; `[DONE]`, or a finish_reason and a clean end, for endpoints that
   * never send it; response.completed, response.incomplete, and response.failed, which sets `error` besides, since
   * it is a whole answer for the client and a reason to fail over where nothing was sent yet.
   */
  readonly complete: boolean;
  /** The first error that the stream reported, or an event too large to be read. */
  readonly error?: UpstreamError;
  /** The latest counts: cumulative, never added up. */
  readonly usage: Usage;
  readonly model?: string;
  /** The last byte seen ends an event: a heartbeat may be inserted here. */
  readonly atBoundary: boolean;
  /** Responses: response.created was seen, so that events may be inserted. Others: their first event was seen. */
  readonly started: boolean;
  /** Responses: the sequence number of the last whole event. */
  readonly lastSequence?: number;
}

/** Blank lines around the event at `index`; one that is missed only makes the slice larger. */
function eventAround(text: string, index: number, from: number, separator: string): [number, number] {
  const before = text.lastIndexOf(separator, index);
  const after = text.indexOf(separator, index);
  return [
    before === -1 ? from : Math.max(from, before + separator.length),
    after === -1 ? text.length : after + separator.length,
  ];
}

function createReader(rules: WatchRules, state: WatchState) {
  const parser = createSseParser();

  /** Content began in this very run: of the rest of it, too, only marked events matter. */
  function bearsMark({ event, data }: SseEvent): boolean {
    rules.marks.lastIndex = 0;
    return event === 'error' || rules.marks.test(data);
  }

  /** Event by event: until content begins. About 3 µs an event. */
  function read(segment: Buffer): void {
    for (const event of parser.push(segment)) {
      state.sawEvent = true;
      if (!state.hasContent || rules.skim || bearsMark(event)) rules.observe(state, event);
    }
    if (parser.error !== undefined) tooLarge(state);
  }

  /** Only the events that bear a mark: one native search over the whole run. */
  function skim(segment: Buffer): void {
    const text = segment.toString('latin1');
    const separator = text.includes('\r') ? '\n\r\n' : '\n\n';
    rules.marks.lastIndex = 0;
    for (let mark = rules.marks.exec(text), from = 0; mark !== null; mark = rules.marks.exec(text)) {
      const [start, end] = eventAround(text, mark.index, from, separator);
      read(segment.subarray(start, end));
      from = end;
      rules.marks.lastIndex = end; // Also after `bearsMark` has moved it.
    }
    rules.skim?.(state, text);
  }

  return (segment: Buffer): void => {
    if (state.hasContent) skim(segment);
    else read(segment);
  };
}

function tooLarge(state: WatchState): void {
  state.error ??= {
    type: 'event_too_large',
    message: `the stream has an event of more than ${DEFAULT_MAX_EVENT_BYTES} bytes`,
  };
}

/**
 * Watches a stream. Until content begins each event is read; after that a chunk is searched natively for the marks
 * of the few events that still matter, so a chunk of hundreds of events costs little more than a chunk of one.
 */
export function createStreamWatch(protocol: Protocol): StreamWatch {
  const segments = createSegments();
  let blind = false;
  const watch: WatchState & StreamWatch & { atBoundary: boolean } = {
    sawEvent: false,
    hasContent: false,
    complete: false,
    usage: {},
    started: false,
    finished: false,
    atBoundary: true,
    push(chunk) {
      if (blind) {
        segments.boundary.push(chunk);
        watch.atBoundary = segments.boundary.atBoundary;
        return;
      }
      const segment = segments.push(chunk);
      watch.atBoundary = segments.boundary.atBoundary;
      if (segment !== undefined) take(segment);
      if (segments.heldBytes() > DEFAULT_MAX_EVENT_BYTES) giveUp();
    },
    end() {
      if (!blind && segments.heldBytes() > 0) take(segments.takeRest());
      if (watch.finished && watch.error === undefined) watch.complete = true;
    },
  };
  const take = createReader(FORMATS[protocol].watch, watch);

  function giveUp(): void {
    blind = true;
    segments.takeRest();
    tooLarge(watch);
  }

  return watch;
}
