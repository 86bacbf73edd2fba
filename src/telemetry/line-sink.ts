/** What must not be lost at the end of the process. */
export interface KeptUntilExit {
  /** Writes what waits, where nothing asynchronous comes back any more. */
  writeAtExit(): void;
}

/** Takes whole lines and writes them at the loop's next turn. */
export interface LineSink extends KeptUntilExit {
  /** `line` ends with its line end. Never throws, never waits. */
  append(line: string): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Longest time a line waits for others. */
export const GATHER_MS = 100;
/** Characters that may wait for a sink that takes none; beyond, lines are dropped and counted. */
export const WAITING_CHARS_MAX = 1024 * 1024;

const openSinks = new Set<KeptUntilExit>();

function writeAllAtExit(): void {
  for (const sink of openSinks) sink.writeAtExit();
}

/**
 * Has `sink` written out at the end of the process, after those that were told of before it. One listener for all:
 * Node warns of more than ten.
 */
export function keepUntilExit(sink: KeptUntilExit): void {
  if (openSinks.size === 0) process.on('exit', writeAllAtExit);
  openSinks.add(sink);
}

/** The sink is closed: nothing is left to be written at the end. */
export function forgetAtExit(sink: KeptUntilExit): void {
  openSinks.delete(sink);
  if (openSinks.size === 0) process.off('exit', writeAllAtExit);
}
