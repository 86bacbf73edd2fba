import type { LedgerSummary, RecordObserver } from '../domain/ledger.ts';
import type { Percentiles, RecentView } from '../domain/view.ts';

/** How the last minutes went: counted as it happens, put together only when somebody looks. */
export interface Recent extends RecordObserver {
  view(now: number, today: LedgerSummary): RecentView;
}

const WINDOW_MS = 5 * 60_000;
const SECONDS = WINDOW_MS / 1_000;
/** What `perSecond` shows. */
const SHOWN_SECONDS = 120;
/** Durations kept; of more than 33 requests a second the latest. */
const MOST_SAMPLES = 10_000;
/** Causes are a few dozen; this only bounds a mistake. */
const MOST_CAUSES = 200;

/**
 * Remembers the last five minutes. `now` is the clock of the records. A request counts in the second in which it
 * ended; one that was turned away before it became an exchange counts as failed. Memory: some 250 KB, and what causes
 * there are; an exchange adds nothing to it.
 */
export function createRecent(now: () => number): Recent {
  const seconds = createSeconds();
  const samples = createSamples();

  return {
    attemptEnded({ result }, { own }) {
      if (own !== true && result !== 'answered' && result !== 'rejected') seconds.cause(now(), result);
    },
    exchangeEnded({ startedAt, endedAt, firstEventMs, failed, error }, _attempts, _about, earlier) {
      if (earlier !== undefined || endedAt === undefined) return;
      seconds.request(now(), failed === true, error);
      samples.add(endedAt, endedAt - startedAt, firstEventMs);
    },
    turnedAway: (code) => seconds.request(now(), true, code),
    view: (at, today) => ({
      windowMs: WINDOW_MS,
      ...seconds.sums(at),
      ...samples.since(at - WINDOW_MS),
      today,
    }),
  };
}

/** What is counted second by second, in a ring of five minutes. */
function createSeconds() {
  const ats = new Float64Array(SECONDS).fill(-1);
  const requests = new Uint32Array(SECONDS);
  const failures = new Uint32Array(SECONDS);
  // Only seconds in which something failed have any.
  const causes: (Map<string, number> | undefined)[] = new Array(SECONDS).fill(undefined);

  /** The place of an instant's second; whatever stood there before is forgotten. */
  function slotOf(instant: number): number {
    const at = Math.floor(instant / 1_000);
    const slot = at % SECONDS;
    if (ats[slot] !== at) {
      ats[slot] = at;
      requests[slot] = 0;
      failures[slot] = 0;
      causes[slot] = undefined;
    }
    return slot;
  }

  function countCause(slot: number, cause: string): void {
    const counts = causes[slot] ?? new Map<string, number>();
    causes[slot] = counts;
    if (counts.size < MOST_CAUSES || counts.has(cause)) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }

  return {
    cause: (instant: number, cause: string) => countCause(slotOf(instant), cause),
    request(instant: number, failed: boolean, cause: string | undefined) {
      const slot = slotOf(instant);
      requests[slot]! += 1;
      if (failed) failures[slot]! += 1;
      if (cause !== undefined) countCause(slot, cause);
    },
    sums(instant: number): Pick<RecentView, 'requests' | 'failed' | 'perSecond' | 'causes'> {
      const current = Math.floor(instant / 1_000);
      // Of the whole seconds before the one that is under way.
      const perSecond = new Array<number>(SHOWN_SECONDS).fill(0);
      const sum = { requests: 0, failed: 0 };
      const counts = new Map<string, number>();
      for (const [slot, at] of ats.entries()) {
        if (at < 0 || at * 1_000 <= instant - WINDOW_MS) continue;
        sum.requests += requests[slot]!;
        sum.failed += failures[slot]!;
        const shown = SHOWN_SECONDS - (current - at);
        if (shown >= 0 && shown < SHOWN_SECONDS) perSecond[shown] = requests[slot]!;
        for (const [cause, count] of causes[slot] ?? []) counts.set(cause, (counts.get(cause) ?? 0) + count);
      }
      const list = [...counts].map(([cause, count]) => ({ cause, count })).sort((a, b) => b.count - a.count);
      return { ...sum, perSecond, causes: list };
    },
  };
}

/** The latest requests' times, in a ring. */
function createSamples() {
  const ends = new Float64Array(MOST_SAMPLES).fill(-Infinity);
  const durations = new Float64Array(MOST_SAMPLES);
  // NaN: no event came.
  const firstEvents = new Float64Array(MOST_SAMPLES);
  let next = 0;
  return {
    add(endedAt: number, durationMs: number, firstEventMs: number | undefined) {
      ends[next] = endedAt;
      durations[next] = durationMs;
      firstEvents[next] = firstEventMs ?? Number.NaN;
      next = (next + 1) % MOST_SAMPLES;
    },
    since(instant: number): Pick<RecentView, 'durationMs' | 'firstEventMs'> {
      const counts = (_: number, index: number) => ends[index]! > instant;
      const durationMs = percentilesOf(durations.filter(counts));
      const firstEventMs = percentilesOf(
        firstEvents.filter((ms, index) => counts(ms, index) && !Number.isNaN(ms)),
      );
      return { ...(durationMs ? { durationMs } : {}), ...(firstEventMs ? { firstEventMs } : {}) };
    },
  };
}

/** Nearest rank; undefined where there is nothing. Sorts `values`. */
function percentilesOf(values: Float64Array): Percentiles | undefined {
  if (values.length === 0) return undefined;
  values.sort();
  const at = (share: number): number => values[Math.max(0, Math.ceil(share * values.length) - 1)]!;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
