import type { LogSettings } from '../domain/settings.ts';
import type { Language } from '../errors/catalogue.ts';
import { openConsole } from './console-sink.ts';
import { openLineFile } from './line-file.ts';
import { jsonFormat, textFormat } from './line-format.ts';
import { LEVEL_OF, LEVEL_RANK, type LogEvent, type LogLevel } from './log-event.ts';
import { maskKeys, redactor } from './redact.ts';

/** Where events go to be read by people. `write` never throws and never waits. */
export interface Log {
  readonly level: LogLevel;
  write(event: LogEvent): void;
  setLevel(level: LogLevel): void;
  /** Strings masked wherever they stand in a line, besides what looks like a key. Replaces the earlier ones. */
  setSecrets(secrets: readonly string[]): void;
  /** Resolves once everything written so far is with the system, or has been refused by it. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface LogOptions extends LogSettings {
  /** Absent: no file. Its folder must be there; while it is not, lines are dropped and counted. */
  readonly file?: string;
  /** Also to stderr. */
  readonly stderr?: boolean;
  readonly language: Language;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Opens the log. Never fails: a file that can't be written is tried again, and what was lost is said then. */
export function openLog(options: LogOptions): Log {
  const { file, language, now } = options;
  const format = options.format === 'json' ? jsonFormat(language) : textFormat(language);
  let level = options.level;
  let redactSecrets = redactor([]);
  const mask = (text: string) => maskKeys(redactSecrets(text));
  const lineOf = (event: LogEvent) => format(event, now(), mask);

  const sinks = [
    ...(options.stderr === true ? [openConsole(process.stderr)] : []),
    ...(file === undefined ? [] : [openLineFile({ ...options, file, sayDropped })]),
  ];

  function sayDropped(count: number, cause: string): string {
    return lineOf({ kind: 'note', detail: DROPPED[language](count, cause) });
  }

  return {
    get level() {
      return level;
    },
    write(event) {
      if (LEVEL_RANK[LEVEL_OF[event.kind]] < LEVEL_RANK[level]) return;
      const line = lineOf(event);
      for (const sink of sinks) sink.append(line);
    },
    setLevel(wanted) {
      level = wanted;
    },
    setSecrets(secrets) {
      redactSecrets = redactor(secrets);
    },
    flush: async () => void (await Promise.all(sinks.map((sink) => sink.flush()))),
    close: async () => void (await Promise.all(sinks.map((sink) => sink.close()))),
  };
}

const DROPPED: Readonly<Record<Language, (count: number, cause: string) => string>> = {
  en: (count, cause) => `log: ${count} line${count === 1 ? ' was' : 's were'} lost (${cause}); writing again`,
  zh: (count, cause) => `日志: 丢失 ${count} 行 (${cause})，现已恢复写入`,
};

/** Says nothing. */
export const silentLog: Log = {
  level: 'error',
  write: () => {},
  setLevel: () => {},
  setSecrets: () => {},
  flush: async () => {},
  close: async () => {},
};

/** Keeps every event, whatever its level: for tests. */
export function collectingLog(): Log & { readonly events: LogEvent[] } {
  const events: LogEvent[] = [];
  return { ...silentLog, level: 'debug', events, write: (event) => void events.push(event) };
}
