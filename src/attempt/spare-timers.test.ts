import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import type { Clock } from '../platform/clock.ts';
import { SpareTimers, spareTimersOf } from './spare-timers.ts';

/** A clock that counts the timers made by it. */
function countingClock() {
  const clock = createFakeClock();
  const counts = { made: 0, running: 0 };
  const counting: Clock = {
    ...clock,
    timer(ms, onFire) {
      counts.made += 1;
      counts.running += 1;
      const timer = clock.timer(ms, () => {
        counts.running -= 1;
        onFire();
      });
      return {
        refresh: timer.refresh,
        cancel() {
          counts.running -= 1;
          timer.cancel();
        },
      };
    },
  };
  return { clock, counting, counts };
}

function setUp() {
  const { clock, counting, counts } = countingClock();
  const spare = new SpareTimers(counting);
  const woken: string[] = [];
  const lend = (name: string, ms: number) =>
    spare.lend(clock.now() + ms, clock.now(), { woken: () => void woken.push(name) });
  return { clock, counts, spare, woken, lend };
}

describe('spare timers', () => {
  it('wakes who waits, at its instant', () => {
    const { clock, woken, lend } = setUp();
    lend('a', 100);
    clock.advance(99);
    expect(woken).toEqual([]);
    clock.advance(1);
    expect(woken).toEqual(['a']);
  });

  it('lends a timer that was given back to the next one, and wakes only that', () => {
    const { clock, counts, spare, woken, lend } = setUp();
    spare.giveBack(lend('a', 100));
    clock.advance(30);
    lend('b', 100);
    expect(counts.made).toBe(1);
    clock.advance(70);
    expect(woken).toEqual(['b']);
  });

  it('lends none that would fire too late', () => {
    const { clock, counts, spare, woken, lend } = setUp();
    spare.giveBack(lend('a', 100));
    lend('b', 50);
    expect(counts.made).toBe(2);
    clock.advance(50);
    expect(woken).toEqual(['b']);
  });

  it('lends none that has fired', () => {
    const { clock, counts, spare, woken, lend } = setUp();
    const first = lend('a', 100);
    spare.giveBack(first);
    clock.advance(100);
    lend('b', 100);
    expect([counts.made, woken]).toEqual([2, []]);
    clock.advance(100);
    expect(woken).toEqual(['b']);
  });

  it('is given back one that has fired', () => {
    const { clock, counts, spare, woken, lend } = setUp();
    const first = lend('a', 100);
    clock.advance(100);
    spare.giveBack(first);
    lend('b', 100);
    clock.advance(100);
    expect([counts.made, woken]).toEqual([2, ['a', 'b']]);
  });

  it('keeps a bounded number running', () => {
    const { counts, spare, lend } = setUp();
    const all = Array.from({ length: 1_000 }, (_, n) => lend(String(n), 100));
    for (const timer of all) spare.giveBack(timer);
    expect(counts.running).toBe(64);
  });

  it('holds on to no attempt', () => {
    const { spare, lend } = setUp();
    const timer = lend('a', 100);
    spare.giveBack(timer);
    expect(timer.owner).toBeUndefined();
  });

  it('is one for each clock', () => {
    const { counting } = countingClock();
    expect(spareTimersOf(counting)).toBe(spareTimersOf(counting));
    expect(spareTimersOf(counting)).not.toBe(spareTimersOf(createFakeClock()));
  });
});
