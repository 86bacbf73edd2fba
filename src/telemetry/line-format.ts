import type { Language } from '../errors/catalogue.ts';
import { LEVEL_OF, type LogEvent, type LogLevel } from './log-event.ts';
import { logLine } from './log-line.ts';
import { type Masker, maskedStart } from './redact.ts';
import { createStamp, createUtcStamp } from './stamp.ts';

/** Makes the whole line of an event, its line end included. The masker has the last word on what may be seen. */
export type LineFormat = (event: LogEvent, at: number, masker: Masker) => string;

/** With what stands around them: each joint of a text is an object. */
const SHOUTED: Readonly<Record<LogLevel, string>> = {
  debug: ' DEBUG ',
  info: ' INFO ',
  warn: ' WARN ',
  error: ' ERROR ',
};

/** `YYYY-MM-DD HH:mm:ss.SSS LEVEL …`, local time, for people. */
export function textFormat(language: Language): LineFormat {
  const stamp = createStamp();
  return (event, at, masker) =>
    `${stamp(at)}${SHOUTED[LEVEL_OF[event.kind]]}${logLine(event, language, masker.mask)}\n`;
}

/** One JSON object a line: level, time (UTC), the event's own fields, and the text line as `msg`. */
export function jsonFormat(language: Language): LineFormat {
  const stamp = createUtcStamp();
  return (event, at, masker) => {
    const words = JSON.stringify(logLine(event, language, masker.mask));
    // Masked before it is JSON: a mask laid over escaped text could cut an escape in two.
    const fields = mayBeShown(event, masker) ? event : masked(event, masker);
    // Put together as text: an object of level, time, the fields and the words costs more than all of its JSON.
    const own = JSON.stringify(fields).slice(1, -1);
    return `{"level":"${LEVEL_OF[event.kind]}","time":"${stamp(at)}",${own},"msg":${words}}\n`;
  };
}

/** Longest field: a detail made from an upstream's page may be long. */
const FIELD_MAX_CHARS = 2_000;

/** Nothing in it must be masked or cut: most events are given out as they are. */
function mayBeShown(fields: object, masker: Masker): boolean {
  for (const name in fields) {
    const value: unknown = fields[name as keyof typeof fields];
    if (typeof value === 'string' && (value.length > FIELD_MAX_CHARS || masker.mayHold(value))) return false;
    if (typeof value === 'object' && value !== null && !mayBeShown(value, masker)) return false;
  }
  return true;
}

function masked(fields: object, masker: Masker): object {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') shown[name] = maskedStart(value, FIELD_MAX_CHARS, masker.mask);
    else shown[name] = typeof value === 'object' && value !== null ? masked(value, masker) : value;
  }
  return shown;
}
