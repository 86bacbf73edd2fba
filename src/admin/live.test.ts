import { expect, it } from 'vitest';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import { LIVE } from '../../test/doubles/fake-views.ts';
import type { ExchangeRecord } from '../domain/ledger.ts';
import type { LiveView } from '../domain/view.ts';
import type { EventStream } from './event-stream.ts';
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

it('rows beyond fifty a second are left out, and the view says how many in all', async () => {
  const clock = createFakeClock();
  let onRow: (record: ExchangeRecord) => void = () => undefined;
  const ports = {
    liveView: async () => LIVE,
    onExchange(listener: typeof onRow) {
      onRow = listener;
      return () => undefined;
    },
  };
  const live = createLive(ports, clock);
  const views: LiveView[] = [];
  let rows = 0;
  live.join({
    push: () => {
      rows += 1;
    },
    replace: (_event, data) => views.push(JSON.parse(data)),
    missed: 0,
    end: () => undefined,
    destroy: () => undefined,
    onClosed: () => undefined,
  });
  await expect.poll(() => views).toEqual([LIVE]);
  for (const count of [50, 57, 51]) {
    for (let n = 0; n < count; n += 1) onRow({ id: `req-${n}` } as ExchangeRecord);
    const told = views.length;
    clock.advance(1_000);
    await expect.poll(() => views.length).toBe(told + 1);
  }
  live.close();
  expect(rows).toBe(150);
  expect(views.slice(1).map(({ rowsLeftOut }) => rowsLeftOut)).toEqual([undefined, 7, 8]);
});
