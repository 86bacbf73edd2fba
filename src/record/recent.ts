import type { ExchangeRecord, LedgerSummary, RecordObserver } from '../domain/ledger.ts';
import type { Percentiles, RecentView } from '../domain/view.ts';

/** How the last minutes went: counted as it happens, put together only when somebody looks. */
export interface Recent extends RecordObserver {
  view(now: number, today: LedgerSummary): RecentView;
}

const WINDOW_MS = 5 * 60_000;
const SECONDS = WINDOW_MS / 1_000;
/** What `perSecond` shows. */
const SHOWN_SECONDS = 120;
/** Durations kept; of more than 33 requests a second the latest. Some 300 KB at most. */
const MOST_SAMPLES = 10_000;
/** Causes are a few dozen; this only bounds a mistake. */
const MOST_CAUSES = 200;

/** One second's counts. */
interface Second {
  at: number;
  requests: number;
  failed: number;
  readonly causes: Map<string, number>;
}

interface Sample {
  readonly endedAt: number;
  readonly durationMs: number;
  readonly firstEventMs: number | undefined;
}

/**
 * Remembers the last five minutes. `now` is the clock of the records. A request counts in the second in which it
 * ended; one that was turned away before it became an exchange counts as failed. Memory: at most some 300 KB.
 */
export function createRecent(now: () => number): Recent {
  const seconds: Second[] = Array.from({ length: SECONDS }, () => ({
    at: -1,
    requests: 0,
    failed: 0,
    causes: new Map(),
  }));
  const samples: Sample[] = [];
  let next = 0;

  function secondOf(instant: number): Second {
    const at = Math.floor(instant / 1_000);
    const second = seconds[at % SECONDS]!;
    if (second.at !== at) {
      second.at = at;
      second.requests = 0;
      second.failed = 0;
      second.causes.clear();
    }
    return second;
  }

  function count(failed: boolean, cause: string | undefined): void {
    const second = secondOf(now());
    second.requests += 1;
    if (failed) second.failed += 1;
    if (cause !== undefined) countCause(second, cause);
  }

  return {
    attemptEnded({ result }) {
      if (result !== 'answered' && result !== 'rejected') countCause(secondOf(now()), result);
    },
    exchangeEnded(record, _attempts, _about, earlier) {
      if (earlier !== undefined || record.endedAt === undefined) return;
      count(record.failed === true, record.error);
      samples[next] = sampleOf(record, record.endedAt);
      next = (next + 1) % MOST_SAMPLES;
    },
    turnedAway: (code) => count(true, code),
    view: (at, today) => {
      const recent = seconds.filter((second) => second.at * 1_000 > at - WINDOW_MS && second.at >= 0);
      const timed = samples.filter(({ endedAt }) => endedAt > at - WINDOW_MS);
      const firstEventMs = percentilesOf(timed.flatMap((sample) => sample.firstEventMs ?? []));
      const durationMs = percentilesOf(timed.map((sample) => sample.durationMs));
      return {
        windowMs: WINDOW_MS,
        requests: recent.reduce((sum, { requests }) => sum + requests, 0),
        failed: recent.reduce((sum, { failed }) => sum + failed, 0),
        perSecond: perSecond(recent, Math.floor(at / 1_000)),
        ...(firstEventMs ? { firstEventMs } : {}),
        ...(durationMs ? { durationMs } : {}),
        causes: causesOf(recent),
        today,
      };
    },
  };
}

function countCause({ causes }: Second, cause: string): void {
  if (causes.size < MOST_CAUSES || causes.has(cause)) causes.set(cause, (causes.get(cause) ?? 0) + 1);
}

const sampleOf = ({ startedAt, firstEventMs }: ExchangeRecord, endedAt: number): Sample => ({
  endedAt,
  durationMs: endedAt - startedAt,
  firstEventMs,
});

/** Of the whole seconds before the one that is under way. */
function perSecond(recent: readonly Second[], current: number): readonly number[] {
  const counts = new Array<number>(SHOWN_SECONDS).fill(0);
  for (const { at, requests } of recent) {
    const index = SHOWN_SECONDS - (current - at);
    if (index >= 0 && index < SHOWN_SECONDS) counts[index] = requests;
  }
  return counts;
}

function causesOf(recent: readonly Second[]): RecentView['causes'] {
  const sums = new Map<string, number>();
  for (const { causes } of recent)
    for (const [cause, count] of causes) sums.set(cause, (sums.get(cause) ?? 0) + count);
  return [...sums].map(([cause, count]) => ({ cause, count })).sort((a, b) => b.count - a.count);
}

/** Nearest rank; undefined where there is nothing. */
function percentilesOf(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
