import { describe, expect, it } from 'vitest';
import { storedAnswer } from '../../test/doubles/ledger-records.ts';
import type { EndpointSnapshot, HealthEvent } from '../domain/health.ts';
import { createWriteQueue, QUEUED_ANSWER_BYTES_MAX, QUEUED_EVENTS_MAX } from './write-batch.ts';

const snapshot = (endpointId: string, failures: number): EndpointSnapshot => ({
  endpointId,
  circuit: { kind: 'closed' },
  consecutiveFailures: 0,
  coolingUntil: 0,
  successes: 0,
  failures,
});
const event = (at: number): HealthEvent => ({ at, endpointId: 'a', kind: 'opened', detail: '' });

describe('the write queue', () => {
  it('is empty at first, and after everything was taken', () => {
    const queue = createWriteQueue();
    expect(queue.empty).toBe(true);
    queue.addTotals({ requests: 0, successes: 0, failures: 0, durationMs: 0 });
    expect(queue.empty).toBe(false);
    queue.take();
    expect(queue.empty).toBe(true);
  });

  it('puts a refused batch before what came later; a later snapshot wins', () => {
    const queue = createWriteQueue();
    queue.saveEndpoints([snapshot('a', 1), snapshot('b', 1)]);
    queue.appendHealthEvents([event(1)]);
    queue.addTotals({ requests: 1, successes: 0, failures: 1, durationMs: 5 });
    queue.saveState('sketches', '1');
    const refused = queue.take();
    queue.saveState('sketches', '2');
    queue.saveEndpoints([snapshot('b', 2)]);
    queue.appendHealthEvents([event(2)]);
    queue.addTotals({ requests: 1, successes: 1, failures: 0, durationMs: 7 });
    queue.putBack(refused);
    expect(queue.take()).toEqual({
      snapshots: [snapshot('a', 1), snapshot('b', 2)],
      events: [event(1), event(2)],
      totals: { requests: 2, successes: 1, failures: 1, durationMs: 12 },
      answers: [],
      states: [['sketches', '2']],
    });
  });

  it('drops the oldest events beyond its bound', () => {
    const queue = createWriteQueue();
    queue.appendHealthEvents(Array.from({ length: QUEUED_EVENTS_MAX }, (_, n) => event(n)));
    queue.appendHealthEvents([event(-1)]);
    const { events } = queue.take();
    expect(events).toHaveLength(QUEUED_EVENTS_MAX);
    expect(events[0]).toEqual(event(1));
    expect(events.at(-1)).toEqual(event(-1));
  });

  it('shows what waits, until it is written', () => {
    const queue = createWriteQueue();
    const first = storedAnswer({ id: 'a', key: 'k' });
    queue.saveAnswer(first);
    queue.saveState('sketches', '1');
    expect(queue.answer('id', 'a')).toBe(first);
    queue.take();
    expect(queue.answer('key', 'k')).toBe(first);
    expect(queue.state('sketches')).toBe('1');
    const second = storedAnswer({ id: 'b', key: 'k' });
    queue.saveAnswer(second);
    queue.saveState('sketches', '2');
    expect(queue.answer('key', 'k')).toBe(second);
    expect(queue.answer('id', 'a')).toBeUndefined();
    expect(queue.replaces(first)).toBe(true);
    expect(queue.replaces(storedAnswer({ id: 'c' }))).toBe(false);
    expect(queue.state('sketches')).toBe('2');
    queue.take();
    queue.written();
    expect(queue.answer('key', 'k')).toBeUndefined();
    expect(queue.state('sketches')).toBeUndefined();
  });

  it('lets the oldest answers go beyond their bytes', () => {
    const queue = createWriteQueue();
    const body = Buffer.alloc(QUEUED_ANSWER_BYTES_MAX / 2);
    for (const id of ['a', 'b', 'c']) queue.saveAnswer(storedAnswer({ id, body }));
    expect(queue.take().answers.map(({ id }) => id)).toEqual(['b', 'c']);
  });
});
