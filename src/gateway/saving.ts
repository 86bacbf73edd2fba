import type { Fleet, Predictor } from '../cluster/cluster.ts';
import type { Streamless } from '../plan/plan.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Store } from '../storage/storage.ts';

/** Keeps on disk what the gateway has learned. */
export interface Saving {
  /** An endpoint's state has changed. Changes gather for a moment. */
  soon(): void;
  /** A call was answered: its counters are worth saving, but not ten times a second. */
  later(): void;
  /** Saves everything a last time. */
  stop(): void;
}

/** How long changes of endpoint states gather. */
const GATHER_MS = 100;
const GATHER_COUNTERS_MS = 1_000;

/** What calls are like changes slowly, and its snapshot is large: a crash may cost a minute of it. */
const CALLS_EVERY_MS = 60_000;
const PREDICTOR_STATE = 'predictor';
const STREAMLESS_STATE = 'streamless';

/** Those that learn from calls. */
export interface Learning {
  readonly fleet: Fleet;
  readonly predictor: Predictor;
  readonly streamless: Streamless;
}

/** Takes up what an earlier run has saved, and saves from now on. */
export async function startSaving(
  store: Store,
  { fleet, predictor, streamless }: Learning,
  clock: Clock,
): Promise<Saving> {
  fleet.restore(await store.loadEndpoints());
  predictor.restore((await store.loadState(PREDICTOR_STATE)) ?? '{}');
  streamless.restore((await store.loadState(STREAMLESS_STATE)) ?? '[]');
  let gathering: Timer | undefined;
  let hurrying = false;
  let callsTimer = clock.timer(CALLS_EVERY_MS, saveCallsAgain);

  const saveEndpoints = () => {
    gathering = undefined;
    hurrying = false;
    store.saveEndpoints(fleet.changedSince());
  };
  function saveCalls(): void {
    store.saveState(PREDICTOR_STATE, predictor.snapshot());
    store.saveState(STREAMLESS_STATE, streamless.snapshot());
  }
  function saveCallsAgain(): void {
    saveCalls();
    callsTimer = clock.timer(CALLS_EVERY_MS, saveCallsAgain);
  }
  return {
    soon() {
      if (hurrying) return;
      hurrying = true;
      gathering?.cancel();
      gathering = clock.timer(GATHER_MS, saveEndpoints);
    },
    later() {
      gathering ??= clock.timer(GATHER_COUNTERS_MS, saveEndpoints);
    },
    stop() {
      gathering?.cancel();
      callsTimer.cancel();
      saveEndpoints();
      saveCalls();
    },
  };
}
