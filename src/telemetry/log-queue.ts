import { forgetAtExit, GATHER_MS, keepUntilExit } from './line-sink.ts';
import type { LogEvent } from './log-event.ts';

/** As many are worth a batch at the loop's next turn. */
const ENOUGH_EVENTS = 256;
/** As many may wait, with as many characters of long texts: some 1.5 MB. Beyond, what waits is formatted at once. */
const MOST_EVENTS = 1_024;
const MOST_CHARS = 512 * 1024;
/** A text longer than this is cut before it waits: no line shows as much. */
const TEXT_MAX_CHARS = 4_000;

export interface LogQueuePorts {
  /** Takes an event out of the queue. Never throws. */
  onEvent(event: LogEvent, at: number): void;
  /** The beginning of a text that is too long to wait, without secrets. */
  cut(text: string, chars: number): string;
}

/**
 * Where events wait for their batch, in their order: they are made into lines after the answer has left, at most
 * 100 ms later. An event waits as it was given: it must not be changed any more.
 */
export interface LogQueue {
  push(event: LogEvent, at: number): void;
  /** Hands out all that waits. */
  drain(): void;
  close(): void;
}

export function createLogQueue({ onEvent, cut }: LogQueuePorts): LogQueue {
  const events: (LogEvent | undefined)[] = new Array(MOST_EVENTS).fill(undefined);
  const instants = new Float64Array(MOST_EVENTS);
  let next = 0;
  let count = 0;
  let chars = 0;
  let timer: NodeJS.Timeout | undefined;

  function drain(): void {
    while (next < count) {
      const at = instants[next]!;
      const event = events[next]!;
      events[next] = undefined;
      next += 1;
      onEvent(event, at);
    }
    next = 0;
    count = 0;
    chars = 0;
  }

  function wake(): void {
    if (count === ENOUGH_EVENTS) setImmediate(drain);
    if (count !== 1) return;
    timer = timer === undefined ? setTimeout(drain, GATHER_MS).unref() : timer.refresh();
  }

  const atExit = { writeAtExit: drain };
  keepUntilExit(atExit);
  return {
    push(event, at) {
      if (count === MOST_EVENTS || chars > MOST_CHARS) drain();
      const length = longTextChars(event);
      const kept = length > TEXT_MAX_CHARS ? withoutLongTexts(event, cut) : event;
      chars += Math.min(length, LONG_FIELDS.length * TEXT_MAX_CHARS);
      events[count] = kept;
      instants[count] = at;
      count += 1;
      wake();
    },
    drain,
    close() {
      clearTimeout(timer);
      timer = undefined;
      drain();
      forgetAtExit(atExit);
    },
  };
}

/** Fields whose text comes from clients, upstreams or errors; all others are ids and words of ours. */
const LONG_FIELDS = ['detail', 'path', 'model'] as const;
type LongTexts = { readonly [K in (typeof LONG_FIELDS)[number]]?: string };

function longTextChars(event: LogEvent): number {
  const { detail, path, model } = event as LongTexts;
  return (detail?.length ?? 0) + (path?.length ?? 0) + (model?.length ?? 0);
}

function withoutLongTexts(event: LogEvent, cut: LogQueuePorts['cut']): LogEvent {
  const kept: Record<string, unknown> = { ...event };
  for (const name of LONG_FIELDS) {
    const text = kept[name];
    if (typeof text !== 'string' || text.length <= TEXT_MAX_CHARS) continue;
    // A copy: a part of a text would keep the whole of it in memory.
    kept[name] = Buffer.from(cut(text, TEXT_MAX_CHARS)).toString();
  }
  return kept as unknown as LogEvent;
}
