import { describe, expect, it } from 'vitest';
import type { LedgerSummary } from '../../../src/admin/admin.ts';
import { daysOf, dayTicks } from './costs-chart.tsx';
import { daysBetween, rangeOf, rangeQuery, startOfDay } from './costs-range.ts';

const NOW = new Date(2026, 10, 22, 14, 3).getTime();
const midnight = (month: number, date: number): number => new Date(2026, month - 1, date).getTime();
const range = (query: string) => rangeOf(new URLSearchParams(query), NOW);

describe('the range of the address', () => {
  it.each([
    ['', '7d', midnight(11, 16), undefined],
    ['range=nonsense', '7d', midnight(11, 16), undefined],
    ['range=1d', '1d', midnight(11, 22), undefined],
    ['range=30d', '30d', midnight(10, 24), undefined],
    ['range=all', 'all', undefined, undefined],
    ['from=2026-11-01&to=2026-11-07', 'own', midnight(11, 1), midnight(11, 8)],
    ['from=2026-11-01&range=1d', 'own', midnight(11, 1), undefined],
    ['to=2026-10-31', 'own', undefined, midnight(11, 1)],
    ['from=2026-02-31', '7d', midnight(11, 16), undefined],
    ['from=tomorrow&range=1d', '1d', midnight(11, 22), undefined],
  ])('%s', (query, name, since, until) => {
    expect(range(query)).toMatchObject({ name });
    expect([range(query).since, range(query).until]).toEqual([since, until]);
  });

  it('asks for what it names', () => {
    expect(rangeQuery({ name: 'all' })).toBe('');
    expect(rangeQuery({ name: 'own', since: 1, until: 2 })).toBe('&since=1&until=2');
  });
});

it('counts days by the calendar, over a change of the clock, too', () => {
  expect(startOfDay('2026-03-28', 2)).toBe(midnight(3, 30));
  expect(daysBetween('2026-02-27', '2026-03-02')).toEqual([
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
    '2026-03-02',
  ]);
  expect(daysBetween('2026-03-02', '2026-02-27')).toEqual([]);
  const many = daysBetween('1970-01-01', '2026-01-01');
  expect([many.length, many.at(-1)]).toEqual([400, '2026-01-01']);
  expect(daysBetween('', '')).toEqual([]);
});

describe('the days of the chart', () => {
  const row = (group: string, costMicroUsd: number) =>
    ({ group, costMicroUsd, lostMicroUsd: 1, savedMicroUsd: 2 }) as LedgerSummary;
  const rows = [row('2026-11-22', 3), row('2026-11-20', 2)];

  it('are all those between the first and the last', () => {
    expect(daysOf(rows)).toEqual([
      { name: '2026-11-20', cost: 2, lost: 1, saved: 2 },
      { name: '2026-11-21', cost: 0, lost: 0, saved: 0 },
      { name: '2026-11-22', cost: 3, lost: 1, saved: 2 },
    ]);
    expect(daysOf([])).toEqual([]);
  });

  it('are those of the range, where it says them', () => {
    const costs = daysOf(rows, '2026-11-19', '2026-11-23').map(({ cost }) => cost);
    expect(costs).toEqual([0, 2, 0, 3, 0]);
  });

  it.each([
    [10, ['11-19', '11-20', '11-21', '11-22', '11-23']],
    [3, ['11-19', '11-21', '11-23']],
    [0.2, ['11-23']],
  ])('with room for %d labels, the newest always has one', (room, labels) => {
    const days = daysOf(rows, '2026-11-19', '2026-11-23');
    expect(dayTicks(days, room).map(({ label }) => label[0])).toEqual(labels);
  });
});
