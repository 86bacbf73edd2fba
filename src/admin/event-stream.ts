import type { ServerResponse } from 'node:http';

/** One reader of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface EventStream {
  /** Sends an event; `json` is its data, one line. Dropped, oldest first, where the reader is far behind. */
  push(event: string, json: string): void;
  /** The same for a state: one of the same name that still waits for its reader is replaced. */
  replace(event: string, json: string): void;
  /** States in a row that found the reader still busy with what came before; 0 = it keeps up. */
  readonly missed: number;
  /** Ends it, what waits is sent first. */
  end(): void;
  /** Cuts it. */
  destroy(): void;
  /** Called once, when it has ended, whoever ended it. */
  onClosed(listener: () => void): void;
}

/** Events that wait for a slow reader; about a minute of them at a hundred bytes to some KB each. */
const MOST_WAITING = 500;

interface Waiting {
  readonly event: string;
  readonly text: string;
  /** A later one of the same name takes its place. */
  readonly state: boolean;
}

/** Writes to a response whose head is out. */
export function createEventStream(response: ServerResponse): EventStream {
  const waiting: Waiting[] = [];
  let blocked = false;
  let missed = 0;
  let ending = false;
  let closed = response.closed;
  const listeners: (() => void)[] = [];

  const flush = () => {
    blocked = false;
    missed = 0;
    while (!blocked && waiting.length > 0) write(waiting.shift()!.text);
    if (ending && !blocked) response.end();
  };
  const write = (text: string) => {
    blocked = !response.write(text);
  };
  const send = (event: string, json: string, state: boolean) => {
    if (closed || ending) return;
    const text = `event: ${event}\ndata: ${json}\n\n`;
    if (!blocked) return write(text);
    if (state) missed += 1;
    const earlier = state ? waiting.findIndex((one) => one.state && one.event === event) : -1;
    if (earlier >= 0) waiting.splice(earlier, 1);
    if (waiting.length >= MOST_WAITING) waiting.shift();
    waiting.push({ event, text, state });
  };
  const onClose = () => {
    if (closed) return;
    closed = true;
    waiting.length = 0;
    for (const listener of listeners.splice(0)) listener();
  };
  response.on('drain', flush).on('close', onClose);
  response.on('error', () => {
    // The socket broke under a write; `close` follows.
  });

  return {
    push: (event, json) => send(event, json, false),
    replace: (event, json) => send(event, json, true),
    get missed() {
      return missed;
    },
    end() {
      if (ending || closed) return;
      ending = true;
      if (!blocked) response.end();
    },
    destroy: () => void response.destroy(),
    onClosed(listener) {
      if (closed) listener();
      else listeners.push(listener);
    },
  };
}
