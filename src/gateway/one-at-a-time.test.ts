import { describe, expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

/** Work whose runs end by hand. */
function byHand() {
  const ends: ((error?: Error) => void)[] = [];
  let atOnce = 0;
  let most = 0;
  const work = () => {
    const number = ends.length + 1;
    atOnce += 1;
    most = Math.max(most, atOnce);
    return new Promise<number>((resolve, reject) => {
      ends.push((error) => {
        atOnce -= 1;
        if (error) reject(error);
        else resolve(number);
      });
    });
  };
  return { work, ends, most: () => most };
}

const ticks = () => new Promise((resolve) => setImmediate(resolve));

describe('one at a time', () => {
  it('who asks while it runs gets the next run, and all who wait share it', async () => {
    const { work, ends, most } = byHand();
    const run = oneAtATime(work);
    const asked = [run(), run(), run()];
    await ticks();
    expect(ends).toHaveLength(1);
    ends[0]!();
    await ticks();
    expect(ends).toHaveLength(2);
    const late = run();
    ends[1]!();
    await ticks();
    ends[2]!();
    expect(await Promise.all([...asked, late])).toEqual([1, 2, 2, 3]);
    expect(most()).toBe(1);
    const afterwards = run();
    ends[3]!();
    expect(await afterwards).toBe(4);
  });

  it('a run that fails holds up nobody', async () => {
    const { work, ends } = byHand();
    const run = oneAtATime(work);
    const first = run();
    const second = run();
    ends[0]!(new Error('no'));
    await expect(first).rejects.toThrow('no');
    await ticks();
    ends[1]!();
    expect(await second).toBe(2);
  });
});
