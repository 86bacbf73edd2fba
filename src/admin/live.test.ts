import { expect, it } from 'vitest';
import { createFakeClock } from '../platform/fake-clock.ts';
import type { EventStream } from './event-stream.ts';
import { LIVE } from './fake-views.ts';
import { createLive } from './live.ts';

it.each([
  [60, false],
  [61, true],
])('a reader that missed %i seconds in a row is cut: %s', async (missed, cut) => {
  const clock = createFakeClock();
  const live = createLive({ liveView: async () => LIVE, onExchange: () => () => undefined }, clock);
  let destroyed = false;
  let told = 0;
  const reader: EventStream = {
    push: () => undefined,
    replace: () => {
      told += 1;
    },
    missed,
    end: () => undefined,
    destroy: () => {
      destroyed = true;
    },
    onClosed: () => undefined,
  };
  live.join(reader);
  await expect.poll(() => told).toBe(1);
  clock.advance(1_000);
  await expect.poll(() => told).toBe(2);
  expect(destroyed).toBe(cut);
  live.close();
});
