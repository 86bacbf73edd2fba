import type { IncomingMessage } from 'node:http';

export interface ReadEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Reads an event stream, for the tests of this folder. */
export function readEvents(answer: IncomingMessage): {
  readonly seen: readonly ReadEvent[];
  /** Whether the other side has ended it. */
  readonly ended: boolean;
} {
  const seen: ReadEvent[] = [];
  const state = { seen, ended: false };
  let rest = '';
  answer.setEncoding('utf8').on('data', (part: string) => {
    rest += part;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [event = '', data = ''] = block.split('\n').map((line) => line.replace(/^\w+: /, ''));
      seen.push({ event, data: JSON.parse(data) });
    }
  });
  answer.on('end', () => {
    state.ended = true;
  });
  answer.on('error', () => {
    // Cut by the test itself, or by the server; `ended` stays false.
  });
  return state;
}
