import { createFileTarget } from './file-target.ts';
import { forgetAtExit, keepUntilExit, type LineSink, WAITING_CHARS_MAX } from './line-sink.ts';

/** Pause after the file system refused a line. */
const RETRY_MS = 1_000;

export interface LineFileOptions {
  readonly file: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
  /** The line that tells how many were lost, and why. */
  readonly sayDropped: (count: number, cause: string) => string;
}

/**
 * Lines to a file, a batch in one write, asynchronous, rotated by size at line ends. While the file system refuses,
 * up to 1 MB waits, further lines are dropped and counted; once it works again, that is said.
 */
export function openLineFile(options: LineFileOptions): LineSink {
  const target = createFileTarget(options);
  let waiting = '';
  let dropped = 0;
  let cause = '';
  let soon: NodeJS.Immediate | undefined;
  let retry: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  function begin(): void {
    soon ??= setImmediate(() => {
      soon = undefined;
      void start();
    });
  }

  function beginLater(): void {
    retry ??= setTimeout(() => {
      retry = undefined;
      void start();
    }, RETRY_MS).unref();
  }

  /** Runs one pass; the one under way if there is one. Never rejects. */
  function start(): Promise<void> {
    running ??= writeAll().finally(() => {
      running = undefined;
      if (cause !== '') beginLater();
      else if (waiting !== '') begin();
    });
    return running;
  }

  async function writeAll(): Promise<void> {
    try {
      while (waiting !== '' || target.unwritten > 0) {
        if (target.unwritten === 0) {
          target.give(Buffer.from(waiting));
          waiting = '';
        }
        dropped += await target.writeOut();
        recovered();
      }
    } catch (error) {
      cause = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    }
  }

  function recovered(): void {
    if (dropped > 0) waiting += options.sayDropped(dropped, cause === '' ? 'file replaced' : cause);
    dropped = 0;
    cause = '';
  }

  async function flush(): Promise<void> {
    // A pass under way may have begun before the last lines came: hence at most two.
    for (
      let pass = 0;
      pass < 2 && (running !== undefined || waiting !== '' || target.unwritten > 0);
      pass += 1
    ) {
      await start();
    }
  }

  const sink: LineSink = {
    append(line) {
      if (closed) return;
      if (waiting.length + line.length > WAITING_CHARS_MAX) {
        dropped += 1;
        if (cause === '') cause = 'too many at once';
        return;
      }
      waiting += line;
      if (running === undefined && cause === '') begin();
    },
    flush,
    async close() {
      if (closed) return;
      closed = true;
      await flush();
      clearImmediate(soon);
      clearTimeout(retry);
      forgetAtExit(sink);
      await target.close();
    },
    writeAtExit() {
      target.writeAtExit(waiting);
      waiting = '';
    },
  };
  keepUntilExit(sink);
  return sink;
}
