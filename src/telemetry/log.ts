import type { LogSettings } from '../domain/settings.ts';
import type { Language } from '../errors/catalogue.ts';
import { openConsole } from './console-sink.ts';
import { openLineFile } from './line-file.ts';
import { jsonFormat, textFormat } from './line-format.ts';
import { LEVEL_OF, LEVEL_RANK, type LogEvent, type LogLevel } from './log-event.ts';
import { createLogQueue } from './log-queue.ts';
import { createMasker, maskedStart } from './redact.ts';

/** Where events go to be read by people. */
export interface Log {
  readonly level: LogLevel;
  /**
   * Never throws and never waits: the event is kept, and made into a line within 100 ms. It must not be changed any more,
   * and should hold on to nothing large.
   */
  write(event: LogEvent): void;
  setLevel(level: LogLevel): void;
  /**
   * Strings masked wherever they stand in a line, besides what looks like a key. Replaces the earlier ones; what was
   * written before and waits is masked by both.
   */
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
  let secrets: readonly string[] = [];
  let masker = createMasker(secrets);

  function lineOf(event: LogEvent, at: number): string {
    try {
      return format(event, at, masker);
    } catch (error) {
      // A mistake in one event costs this event its words, and no other its line.
      const detail = `a line of the log (${event.kind}) could not be made: ${String(error)}`;
      return format({ kind: 'internal', detail }, at, masker);
    }
  }

  const queue = createLogQueue({
    onEvent(event, at) {
      const line = lineOf(event, at);
      for (const sink of sinks) sink.append(line);
    },
    cut: (text, chars) => maskedStart(text, chars, masker.mask),
  });
  // After the queue, which hands them its lines at the end of the process.
  const sinks = [
    ...(options.stderr === true ? [openConsole(process.stderr)] : []),
    ...(file === undefined ? [] : [openLineFile({ ...options, file, sayDropped })]),
  ];

  function sayDropped(count: number, cause: string): string {
    return lineOf({ kind: 'note', detail: DROPPED[language](count, cause) }, now());
  }

  return {
    get level() {
      return level;
    },
    write(event) {
      if (LEVEL_RANK[LEVEL_OF[event.kind]] >= LEVEL_RANK[level]) queue.push(event, now());
    },
    setLevel(wanted) {
      level = wanted;
    },
    setSecrets(wanted) {
      masker = createMasker([...secrets, ...wanted]);
      queue.drain();
      secrets = wanted;
      masker = createMasker(wanted);
    },
    async flush() {
      queue.drain();
      await Promise.all(sinks.map((sink) => sink.flush()));
    },
    async close() {
      queue.close();
      await Promise.all(sinks.map((sink) => sink.close()));
    },
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
