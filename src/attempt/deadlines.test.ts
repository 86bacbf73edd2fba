import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import type { AttemptTimers } from '../domain/timeouts.ts';
import type { Clock } from '../platform/clock.ts';
import { Deadlines } from './deadlines.ts';

const limit = (ms: number) => ({ ms, setBy: 'scenario chat' });
const TIMERS: AttemptTimers = {
  connect: limit(100),
  firstByte: limit(300),
  idle: limit(200),
  total: limit(1_000),
};

/** What ran out and when, since the start; how many timers were made, and how many are armed. */
function watched(timers: AttemptTimers = TIMERS) {
  const fake = createFakeClock(0);
  const ranOut: string[] = [];
  let made = 0;
  const armed = new Set<number>();
  const clock: Clock = {
    ...fake,
    timer(ms, onFire) {
      made += 1;
      const n = made;
      armed.add(n);
      const timer = fake.timer(ms, () => {
        armed.delete(n);
        onFire();
      });
      return {
        refresh: () => expect.unreachable('a timer was refreshed'),
        cancel() {
          armed.delete(n);
          timer.cancel();
        },
      };
    },
  };
  const deadlines = new Deadlines(
    timers,
    clock,
    {
      timedOut(name, { ms, setBy }) {
        ranOut.push(`${name} ${ms} ${setBy} at ${fake.now()}`);
        deadlines.end();
      },
    },
    0,
  );
  return { ...fake, deadlines, ranOut, made: () => made, armed: () => armed.size };
}

describe('the timers of an attempt', () => {
  it.each([
    ['connect', [], ['connect 100 scenario chat at 100']],
    ['first_byte', ['connected'], ['first_byte 300 scenario chat at 300']],
    ['idle', ['connected', 'first byte'], ['idle 200 scenario chat at 200']],
  ] as const)('%s runs out at its instant', (_, happened, ranOut) => {
    const on = watched();
    on.deadlines.connecting(0);
    if (happened.includes('connected' as never)) on.deadlines.connected();
    if (happened.includes('first byte' as never)) on.deadlines.firstByteCame(0, false);
    on.advance(5_000);
    expect(on.ranOut).toEqual(ranOut);
    expect(on.armed()).toBe(0);
  });

  it('total runs out while bytes flow; silence counts from the last of them', () => {
    const on = watched();
    on.deadlines.connecting(0);
    on.deadlines.connected();
    on.deadlines.firstByteCame(0, false);
    for (let i = 0; i < 9; i += 1) {
      on.advance(100);
      on.deadlines.heardAt = on.now();
    }
    on.advance(5_000);
    expect(on.ranOut).toEqual(['total 1000 scenario chat at 1000']);
    const quiet = watched();
    quiet.deadlines.connecting(0);
    quiet.deadlines.connected();
    quiet.deadlines.firstByteCame(0, false);
    quiet.advance(150);
    quiet.deadlines.heardAt = 150;
    quiet.advance(5_000);
    expect(quiet.ranOut).toEqual(['idle 200 scenario chat at 350']);
  });

  it('counts no silence while a client holds the upstream up, and a whole one from then on', () => {
    const on = watched({ ...TIMERS, total: limit(100_000) });
    on.deadlines.connecting(0);
    on.deadlines.connected();
    on.deadlines.firstByteCame(0, false);
    on.deadlines.stopListening();
    on.advance(50_000);
    expect(on.ranOut).toEqual([]);
    on.deadlines.listen(on.now());
    on.advance(5_000);
    expect(on.ranOut).toEqual(['idle 200 scenario chat at 50200']);
  });

  it('does not begin to count while it is held up', () => {
    const on = watched();
    on.deadlines.connecting(0);
    on.deadlines.connected();
    on.deadlines.firstByteCame(0, true);
    on.advance(5_000);
    expect(on.ranOut).toEqual(['total 1000 scenario chat at 1000']);
  });

  it('begins connect anew for a call that goes out anew', () => {
    const on = watched({ ...TIMERS, firstByte: limit(5_000) });
    on.deadlines.connecting(0);
    on.deadlines.connected();
    on.advance(400);
    on.deadlines.connecting(400);
    on.advance(5_000);
    expect(on.ranOut).toEqual(['connect 100 scenario chat at 500']);
  });

  it('arms one timer, and makes none for a chunk', () => {
    const on = watched({ ...TIMERS, total: limit(100_000), idle: limit(1_000) });
    on.deadlines.connecting(0);
    on.deadlines.connected();
    on.deadlines.firstByteCame(0, false);
    expect([on.made(), on.armed()]).toEqual([1, 1]);
    for (let i = 0; i < 1_000; i += 1) {
      on.advance(1);
      on.deadlines.heardAt = on.now();
      expect(on.armed()).toBe(1);
    }
    expect(on.made()).toBeLessThan(5);
    on.deadlines.end();
    on.advance(500_000);
    expect([on.armed(), on.ranOut]).toEqual([0, []]);
  });
});
