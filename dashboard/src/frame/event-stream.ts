/** One message of a `text/event-stream`. */
export interface StreamMessage {
  readonly event: string;
  readonly data: string;
}

/** More than this without an end of line is no stream of ours; the reader gives up rather than fill the memory. */
const MAX_LINE_CHARS = 16_000_000;

/**
 * Takes a stream's text piece by piece, cut anywhere, and gives out whole messages (HTML standard, section
 * 9.2.6; `id` and `retry` are not used here). Throws RangeError on a line without an end.
 */
export function messageReader(give: (message: StreamMessage) => void): (text: string) => void {
  let rest = '';
  let event = '';
  let data: string[] = [];
  const line = (text: string): void => {
    if (text === '') {
      if (data.length > 0) give({ event: event || 'message', data: data.join('\n') });
      event = '';
      data = [];
      return;
    }
    const [, name, value = ''] = /^([^:]*)(?::\s?(.*))?$/s.exec(text) ?? [];
    if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
  };
  return (text) => {
    rest += text;
    // A CR at the end may be half of a CRLF: it waits for what follows.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const one of lines) line(one);
    if (rest.length > MAX_LINE_CHARS) throw new RangeError('a line without an end');
  };
}
