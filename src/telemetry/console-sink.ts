import { ENOUGH_CHARS, forgetAtExit, GATHER_MS, keepUntilExit, type LineSink } from './line-sink.ts';

/** Streams whose errors are minded. For good: the error of a last write comes after the close. */
const minded = new WeakSet<NodeJS.WritableStream>();

/** Lines to a terminal or pipe, gathered like those of the file. A reader that has gone away is no error. */
export function openConsole(stream: NodeJS.WritableStream): LineSink {
  let text = '';
  let timer: NodeJS.Timeout | undefined;
  if (!minded.has(stream)) stream.on('error', () => {});
  minded.add(stream);

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    if (text === '') return;
    const lines = text;
    text = '';
    stream.write(lines);
  }

  const sink: LineSink = {
    append(line) {
      text += line;
      if (text.length >= ENOUGH_CHARS) write();
      else timer ??= setTimeout(write, GATHER_MS).unref();
    },
    flush: async () => write(),
    async close() {
      write();
      forgetAtExit(sink);
    },
    writeAtExit: write,
  };
  keepUntilExit(sink);
  return sink;
}
