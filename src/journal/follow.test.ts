import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import type { FlowControl } from '../domain/answer.ts';
import type { Downstream } from '../domain/downstream.ts';
import { Journal } from './chunks.ts';
import { follow } from './follow.ts';

/** A client whose buffer takes one chunk at a time, until `drain`. */
function slowClient() {
  const received: string[] = [];
  let onDrain: () => void = () => undefined;
  const downstream: Downstream = {
    headSent: false,
    gone: false,
    get sentBytes() {
      return received.join('').length;
    },
    head: () => undefined,
    write(chunk) {
      received.push(Buffer.from(chunk).toString());
      return false;
    },
    end: () => undefined,
    breakOff: () => undefined,
    onDrain(listener) {
      onDrain = listener;
    },
    onGone: () => undefined,
  };
  return { downstream, received, drain: () => onDrain() };
}

describe('follow', () => {
  it('keeps the order when the upstream goes on within the very call that lets it', async () => {
    const clock = createFakeClock();
    const journal = new Journal(clock, false, () => undefined);
    const { downstream, received, drain } = slowClient();
    const options = { protocol: 'openai-chat', requestId: 'r', stream: true, hideUsage: false } as const;
    const more = { language: 'en', clock, receivedAt: clock.now(), headers: [] } as const;
    const followed = follow(journal, downstream, { ...options, ...more });

    // Like an HTTP parser that has bytes at hand: it hands them over before `resume` returns.
    let next = 0;
    const piece = () => {
      next += 1;
      return Buffer.from(`${String(next).padStart(5, '0')}${'x'.repeat(40_000)}`);
    };
    let paused = false;
    const flow: FlowControl = {
      pause: () => {
        paused = true;
      },
      resume() {
        paused = false;
        while (!paused && next < 60) journal.append(piece());
      },
    };
    journal.open({ status: 200, headers: [], form: 'events' }, flow);
    flow.resume();
    for (let i = 0; i < 200; i += 1) drain();
    journal.finish({ kind: 'complete' });
    drain();
    expect(await followed).toEqual({ kind: 'delivered' });
    const order = received.map((text) => Number(text.slice(0, 5)));
    expect(order).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });
});
