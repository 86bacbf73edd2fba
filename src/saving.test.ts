import { describe, expect, it } from 'vitest';
import { createFleet, createPredictor } from './cluster/cluster.ts';
import type { Clock } from './platform/clock.ts';
import { createFakeClock } from './platform/fake-clock.ts';
import { startSaving } from './saving.ts';
import { memoryStore } from './storage/storage.ts';

/** A clock that knows how many of its timers have neither fired nor been cancelled. */
function countingClock(): Clock & { advance(ms: number): void; pending(): number } {
  const clock = createFakeClock();
  const pending = new Set<object>();
  return {
    ...clock,
    advance: clock.advance,
    pending: () => pending.size,
    timer(ms, onFire) {
      const token = {};
      pending.add(token);
      const timer = clock.timer(ms, () => {
        pending.delete(token);
        onFire();
      });
      return {
        refresh: timer.refresh,
        cancel() {
          pending.delete(token);
          timer.cancel();
        },
      };
    },
  };
}

const KEY = { endpointId: 'e', model: 'm', effort: '', stream: true, sizeClass: 0 };
const HEALTH = { enabled: true, intervalMs: 1, maxIntervalMs: 1, timeoutMs: 1, cooldownMs: 1 };

describe('startSaving', () => {
  it('saves now and then, and a last time; then no timer is left to hold the process', async () => {
    const clock = countingClock();
    const store = memoryStore();
    const predictor = createPredictor();
    const saving = await startSaving(store, createFleet({ clusters: [], health: HEALTH }), predictor, clock);
    for (let i = 0; i < 6; i += 1)
      predictor.note(KEY, { longestSilenceMs: 5_000, totalMs: 9_000 }, clock.now());
    clock.advance(60_000);
    expect(await store.loadState('predictor')).toBe(predictor.snapshot());
    saving.soon();
    expect(clock.pending()).toBeGreaterThan(0);
    predictor.note(KEY, { longestSilenceMs: 5_000, totalMs: 9_000 }, clock.now());
    saving.stop();
    expect(clock.pending()).toBe(0);
    expect(await store.loadState('predictor')).toBe(predictor.snapshot());
  });

  it('takes up what was saved', async () => {
    const clock = countingClock();
    const store = memoryStore();
    const before = createPredictor();
    for (let i = 0; i < 6; i += 1) before.note(KEY, { longestSilenceMs: 5_000, totalMs: 9_000 }, clock.now());
    store.saveState('predictor', before.snapshot());
    const after = createPredictor();
    await startSaving(store, createFleet({ clusters: [], health: HEALTH }), after, clock);
    expect(after.expect(KEY, clock.now()).basis).toBe('measured');
  });
});
