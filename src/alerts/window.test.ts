import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createWindow } from './window.ts';

const WINDOW_MS = 60_000;

it('sums are those of the last window, to a sixtieth of it, whatever time does', () => {
  const step = fc.record({
    byMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: -30_000, max: 0 })),
    requests: fc.integer({ min: 0, max: 5 }),
    lost: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const window = createWindow(WINDOW_MS);
      const added: { slot: number; requests: number; lost: number }[] = [];
      let now = 1_700_000_000_000;
      let newest = 0;
      for (const { byMs, requests, lost } of steps) {
        now += byMs;
        const slot = Math.floor(now / 1_000);
        newest = Math.max(newest, slot);
        added.push({ slot: slot > newest - 60 ? slot : newest, requests, lost });
        window.add(requests, 0, lost, 0, now);
        const kept = added.filter((one) => one.slot > newest - 60);
        expect(window.sum(now)).toEqual({
          requests: kept.reduce((sum, one) => sum + one.requests, 0),
          failed: 0,
          lostMicroUsd: kept.reduce((sum, one) => sum + one.lost, 0),
          lostCalls: 0,
        });
      }
    }),
  );
});

it('what is over is forgotten without anything being added', () => {
  const window = createWindow(WINDOW_MS);
  window.add(1, 1, 5, 1, 1_000);
  expect(window.sum(60_000)).toMatchObject({ requests: 1 });
  expect(window.sum(61_000)).toEqual({ requests: 0, failed: 0, lostMicroUsd: 0, lostCalls: 0 });
});
