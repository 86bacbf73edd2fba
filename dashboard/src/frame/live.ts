import { signal } from '@preact/signals';
import type { ExchangeRecord, LiveView } from '../../../src/admin/admin.ts';
import { stream, tokenTurn } from './api.ts';

export type Connection = 'connecting' | 'open' | 'reconnecting';

/** What the gateway last said of itself; undefined until it did. */
export const live = signal<LiveView | undefined>(undefined);
export const connection = signal<Connection>('connecting');

/** The gateway speaks every second; after this long a connection is taken for dead, whatever the socket thinks. */
const SILENCE_MS = 6_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** A page nobody looks at gives its connection back: a browser has only six for one host. */
const HIDDEN_MS = 5_000;

const listeners = new Set<(record: ExchangeRecord) => void>();

/** Tells of each exchange whose row is written, as it happens. Returns what ends it. */
export function onExchange(listener: (record: ExchangeRecord) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Time by the gateway's clock, as of its last word; the browser's before that. */
export function gatewayNow(): number {
  return live.value?.at ?? Date.now();
}

/** Pause before attempt `n` (from 1) to connect again: doubles to 10 s, with jitter, so that pages spread out. */
export function pauseMs(n: number, random: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (n - 1)) * (0.5 + random / 2);
}

/** Call once: connects, and connects again for as long as the page is open and looked at. */
export function followGateway(): void {
  let wake = (): void => undefined;
  let hidden: number | undefined;
  let current: AbortController | undefined;
  document.addEventListener('visibilitychange', () => {
    window.clearTimeout(hidden);
    if (document.hidden) hidden = window.setTimeout(() => current?.abort(), HIDDEN_MS);
    else wake();
  });
  tokenTurn.subscribe(() => wake());
  const pause = (ms: number): Promise<void> =>
    new Promise((done) => {
      const timer = document.hidden ? undefined : window.setTimeout(done, ms);
      wake = () => {
        window.clearTimeout(timer);
        done();
      };
    });
  void (async () => {
    for (let failures = 0; ; ) {
      current = new AbortController();
      const heard = await listen(current);
      failures = heard ? 1 : failures + 1;
      connection.value = live.value ? 'reconnecting' : 'connecting';
      await pause(pauseMs(failures, Math.random()));
    }
  })();
}

/** Reads one connection to its end; whether anything came. */
async function listen(controller: AbortController): Promise<boolean> {
  let heard = false;
  let watchdog = window.setTimeout(() => controller.abort(), SILENCE_MS);
  await stream(
    'GET',
    'live',
    undefined,
    ({ event, data }) => {
      window.clearTimeout(watchdog);
      watchdog = window.setTimeout(() => controller.abort(), SILENCE_MS);
      heard = take(event, data) || heard;
    },
    controller.signal,
  );
  window.clearTimeout(watchdog);
  return heard;
}

function take(event: string, data: string): boolean {
  try {
    if (event === 'live') {
      live.value = JSON.parse(data) as LiveView;
      connection.value = 'open';
    } else if (event === 'exchange') {
      const record = JSON.parse(data) as ExchangeRecord;
      for (const listener of listeners) listener(record);
    }
    return true;
  } catch {
    // A message that cannot be read is as good as none; the next one comes within a second.
    return false;
  }
}
