import { forgetAtExit, keepUntilExit, type LineSink } from './line-sink.ts';

/** Streams whose errors are minded. For good: the error of a last write comes after the close. */
const minded = new WeakSet<NodeJS.WritableStream>();

/** Lines to a terminal or pipe, a batch in one write, like those of the file. A reader that has gone away is no error. */
export function openConsole(stream: NodeJS.WritableStream): LineSink {
  let text = '';
  let soon: NodeJS.Immediate | undefined;
  if (!minded.has(stream)) stream.on('error', () => {});
  minded.add(stream);

  function write(): void {
    clearImmediate(soon);
    soon = undefined;
    if (text === '') return;
    const lines = text;
    text = '';
    stream.write(lines);
  }

  const sink: LineSink = {
    append(line) {
      text += line;
      soon ??= setImmediate(write);
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
