export { collectingLog, type Log, type LogOptions, openLog, silentLog } from './log.ts';
export { LEVEL_OF, type LogEvent, type LogKind, type LogLevel } from './log-event.ts';
export { followLog } from './log-follower.ts';
export { logLine } from './log-line.ts';
export { type LineFilter, lineFilter, readLogTail, type TailOptions } from './log-reader.ts';
export { maskKeys, redact } from './redact.ts';
export { shownHeaders } from './shown-headers.ts';
