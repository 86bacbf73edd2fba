import { pino } from 'pino';
import type { Language } from '../errors/catalogue.ts';
import { LEVEL_OF, type LogEvent } from './log-event.ts';
import { logLine } from './log-line.ts';
import { createStamp } from './stamp.ts';

/** Makes the whole line of an event, its line end included. `mask` has the last word on what may be seen. */
export type LineFormat = (event: LogEvent, at: number, mask: (text: string) => string) => string;

/** `YYYY-MM-DD HH:mm:ss.SSS LEVEL …`, local time, for people. */
export function textFormat(language: Language): LineFormat {
  const stamp = createStamp();
  return (event, at, mask) =>
    `${stamp(at)} ${LEVEL_OF[event.kind].toUpperCase()} ${mask(logLine(event, language))}\n`;
}

/** One JSON object a line: level, time (UTC), the event's own fields, and the text line as `msg`. */
export function jsonFormat(language: Language): LineFormat {
  let made = '';
  let time = '';
  const logger = pino(
    {
      base: null,
      level: 'debug',
      timestamp: () => `,"time":"${time}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write(line: string) {
        made = line;
      },
    },
  );
  return (event, at, mask) => {
    time = new Date(at).toISOString();
    logger[LEVEL_OF[event.kind]](maskFields(event, mask), mask(logLine(event, language)));
    return made;
  };
}

/** Longest field: a detail made from an upstream's page may be long. */
const FIELD_MAX_CHARS = 2_000;

/** Masked before it is JSON: a mask laid over escaped text could cut an escape in two. */
function maskFields(fields: object, mask: (text: string) => string): object {
  const masked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') masked[name] = mask(value.slice(0, FIELD_MAX_CHARS));
    else masked[name] = typeof value === 'object' && value !== null ? maskFields(value, mask) : value;
  }
  return masked;
}
