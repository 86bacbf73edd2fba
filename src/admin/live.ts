import type { ExchangeRecord } from '../domain/ledger.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { EventStream } from './event-stream.ts';
import type { AdminPorts } from './ports.ts';

/** Who watches the gateway. One timer and one message serve all of them; without readers nothing runs. */
export interface Live {
  readonly full: boolean;
  /** Tells a reader how things are: at once, and every second until it goes. */
  join(reader: EventStream): void;
  /** Ends all streams. Whoever joins later is sent away. */
  close(): void;
}

const MOST_READERS = 32;
const EVERY_MS = 1_000;
/** Of a second's rows. More than a person can read, and some 50 KB. */
const MOST_ROWS_A_SECOND = 50;
/** A reader that took nothing for so many seconds is stuck: its place is wanted. */
const MOST_MISSED = 60;

export function createLive(ports: Pick<AdminPorts, 'liveView' | 'onExchange'>, clock: Clock): Live {
  const readers = new Set<EventStream>();
  let timer: Timer | undefined;
  let leaveRows: (() => void) | undefined;
  let rowsSent = 0;
  /** Told with the view, so that whoever wants every row knows to look on the ledger. */
  let rowsLeftOut = 0;
  let reading: Promise<string | undefined> | undefined;
  let closed = false;

  /** One reading for all who ask meanwhile; undefined where it failed, which the next second may mend. */
  const viewJson = () => {
    reading ??= ports
      .liveView()
      .then((view) => JSON.stringify(rowsLeftOut > 0 ? { ...view, rowsLeftOut } : view))
      .catch(() => undefined)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  const onRow = (record: ExchangeRecord) => {
    rowsSent += 1;
    if (rowsSent > MOST_ROWS_A_SECOND) {
      rowsLeftOut += 1;
      return;
    }
    const json = JSON.stringify(record);
    for (const reader of readers) reader.push('exchange', json);
  };

  const tick = async () => {
    timer = undefined;
    rowsSent = 0;
    const json = await viewJson();
    for (const reader of [...readers]) {
      if (json !== undefined) reader.replace('live', json);
      if (reader.missed > MOST_MISSED) reader.destroy();
    }
    if (readers.size > 0 && !closed) schedule();
  };

  const schedule = () => {
    timer ??= clock.timer(EVERY_MS, () => void tick());
  };

  const begin = () => {
    leaveRows = ports.onExchange(onRow);
    schedule();
  };

  const rest = () => {
    leaveRows?.();
    leaveRows = undefined;
    timer?.cancel();
    timer = undefined;
  };

  return {
    get full() {
      return readers.size >= MOST_READERS;
    },
    join(reader) {
      if (closed) return reader.end();
      readers.add(reader);
      reader.onClosed(() => {
        readers.delete(reader);
        if (readers.size === 0) rest();
      });
      if (readers.size === 1) begin();
      void viewJson().then((json) => {
        if (json !== undefined) reader.replace('live', json);
      });
    },
    close() {
      closed = true;
      rest();
      for (const reader of readers) reader.end();
    },
  };
}
