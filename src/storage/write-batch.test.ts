import { describe, expect, it } from 'vitest';
import { storedAnswer } from '../../test/doubles/ledger-records.ts';
import type { EndpointSnapshot, HealthEvent } from '../domain/health.ts';
import {
  createWriteQueue,
  QUEUED_ANSWER_BYTES_MAX,
  QUEUED_EVENTS_MAX,
  QUEUED_LINES_MAX,
} from './write-batch.ts';

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
    queue.addLine('{1}');
    queue.saveState('sketches', '1');
    const refused = queue.take();
    queue.addLine('{2}');
    queue.saveState('sketches', '2');
    queue.saveEndpoints([snapshot('b', 2)]);
    queue.appendHealthEvents([event(2)]);
    queue.addTotals({ requests: 1, successes: 1, failures: 0, durationMs: 7 });
    queue.putBack(refused);
    expect(queue.take()).toEqual({
      snapshots: [snapshot('a', 1), snapshot('b', 2)],
      events: [event(1), event(2)],
      totals: { requests: 2, successes: 1, failures: 1, durationMs: 12 },
      ledger: ['{1}', '{2}'],
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

  it('lets a closing line stand for the opening one, where that still waits and nothing else was said', () => {
    const queue = createWriteQueue();
    queue.addLine('a opens', 'a');
    queue.addLine('b opens', 'b');
    queue.addLine('c opens', 'c');
    queue.keepOpening('c');
    queue.closeLine('b closes', 'b');
    queue.closeLine('c closes', 'c');
    const refused = queue.take();
    expect(refused.ledger).toEqual(['a opens', 'b closes', 'c opens', 'c closes']);
    queue.addLine('d opens', 'd');
    queue.closeLine('a closes', 'a');
    queue.putBack(refused);
    queue.closeLine('d closes', 'd');
    expect(queue.take().ledger).toEqual([...refused.ledger, 'd closes', 'a closes']);
  });

  it('says when it had to let ledger lines go', () => {
    const queue = createWriteQueue();
    for (let n = 0; n < QUEUED_LINES_MAX; n += 1) queue.addLine(String(n));
    expect(queue.dropped).toBe(false);
    queue.addLine('last');
    expect(queue.dropped).toBe(true);
    expect(queue.take().ledger.at(-1)).toBe('last');
  });

  it('lets the oldest answers go beyond their bytes', () => {
    const queue = createWriteQueue();
    const body = Buffer.alloc(QUEUED_ANSWER_BYTES_MAX / 2);
    for (const id of ['a', 'b', 'c']) queue.saveAnswer(storedAnswer({ id, body }));
    expect(queue.take().answers.map(({ id }) => id)).toEqual(['b', 'c']);
  });
});
