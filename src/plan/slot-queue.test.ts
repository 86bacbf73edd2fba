import { describe, expect, it } from 'vitest';
import { createSlotQueue } from './slot-queue.ts';

describe('the queue for slots', () => {
  it('counts those who wait, a queue a cluster', () => {
    const queue = createSlotQueue();
    const first = queue.enter('main');
    queue.enter('main');
    queue.enter('other');
    expect([queue.waiting('main'), queue.waiting('other'), queue.waiting('none')]).toEqual([2, 1, 0]);
    first.leave();
    first.leave();
    expect(queue.waiting('main')).toBe(1);
  });

  it('wakes those of the cluster, in the order in which they came, however often they waited', async () => {
    const queue = createSlotQueue();
    const [first, second, other] = [queue.enter('main'), queue.enter('main'), queue.enter('other')];
    const woken: string[] = [];
    const wait = (seat: typeof first, name: string) => void seat.turn().then(() => woken.push(name));
    wait(other, 'other');
    wait(second, 'second');
    wait(first, 'first');
    queue.freed('main');
    await Promise.resolve();
    await Promise.resolve();
    expect(woken).toEqual(['first', 'second']);
    wait(second, 'second again');
    wait(first, 'first again');
    queue.freed('main');
    await Promise.resolve();
    await Promise.resolve();
    expect(woken.slice(2)).toEqual(['first again', 'second again']);
  });

  it('who has left is not woken', async () => {
    const queue = createSlotQueue();
    const seat = queue.enter('main');
    let woken = false;
    void seat.turn().then(() => {
      woken = true;
    });
    seat.leave();
    queue.freed('main');
    await Promise.resolve();
    expect(woken).toBe(false);
  });
});
