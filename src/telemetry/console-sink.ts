import { ENOUGH_CHARS, forgetAtExit, GATHER_MS, keepUntilExit, type LineSink } from './line-sink.ts';

/** Lines to a terminal or pipe, gathered like those of the file. A reader that has gone away is no error. */
export function openConsole(stream: NodeJS.WritableStream): LineSink {
  let text = '';
  let timer: NodeJS.Timeout | undefined;
  const onError = () => {};
  stream.on('error', onError);

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
      // The error of the last write comes later: the listener stays as long as the stream.
    },
    writeAtExit: write,
  };
  keepUntilExit(sink);
  return sink;
}
