import { describe, expect, it } from 'vitest';
import type { ExchangeRecord } from '../../../src/admin/admin.ts';
import { rowsSeen, scrollTo } from '../pieces/windowing.ts';
import { csvOf, type Filters, filtersOf, fits, merged, nextUntil, pathOf } from './requests-rows.ts';

const HOUR = 3_600_000;
const NOW = 100 * HOUR;

function row(more: Partial<ExchangeRecord> & { id: string }): ExchangeRecord {
  return {
    startedAt: NOW - HOUR,
    endedAt: NOW - HOUR + 5_000,
    path: '/v1/messages',
    protocol: 'anthropic-messages',
    operation: 'generate',
    stream: true,
    client: 'local',
    listener: 'l',
    cluster: 'main',
    scenario: 'chat',
    requestBytes: 1,
    delivery: 'delivered',
    joined: 0,
    usage: {},
    charge: 'unknown',
    lostCalls: 0,
    savedCalls: 0,
    ...more,
  };
}

const ALL: Filters = { failed: false, lost: false };

describe('filters in the address', () => {
  it.each<[string, Filters]>([
    ['', ALL],
    ['failed=1&lost=1', { failed: true, lost: true }],
    ['slow=100&hours=24', { ...ALL, slow: 100, hours: 24 }],
    ['slow=-1&hours=x&model=%20', ALL],
    [
      'model=a%20b&client=c&endpoint=e&cause=edge-timeout',
      { ...ALL, model: 'a b', client: 'c', endpoint: 'e', cause: 'edge-timeout' },
    ],
  ])('%s', (text, filters) => expect(filtersOf(new URLSearchParams(text))).toEqual(filters));

  it.each<[Filters, number | undefined, string]>([
    [ALL, undefined, 'ledger?limit=200'],
    [{ ...ALL, failed: true, slow: 1.5 }, 7, 'ledger?limit=200&until=7&failed=true&slow=1500'],
    [{ ...ALL, hours: 1, model: 'a&b' }, undefined, `ledger?limit=200&since=${NOW - HOUR}&model=a%26b`],
  ])('%j is asked of the ledger', (filters, until, path) => expect(pathOf(filters, NOW, until)).toBe(path));
});

describe('a row that comes live', () => {
  const record = row({
    id: 'a',
    model: 'm',
    endpointId: 'e',
    cause: 'edge-timeout',
    failed: true,
    lostCalls: 1,
  });
  it.each<[Partial<Filters>, boolean]>([
    [{}, true],
    [
      {
        model: 'm',
        endpoint: 'e',
        client: 'local',
        cause: 'edge-timeout',
        failed: true,
        lost: true,
        slow: 5,
        hours: 2,
      },
      true,
    ],
    [{ model: 'n' }, false],
    [{ endpoint: 'f' }, false],
    [{ client: 'x' }, false],
    [{ cause: 'reset' }, false],
    [{ slow: 5.1 }, false],
    [{ hours: 0.5 }, false],
  ])('with %j is shown: %s', (filters, shown) =>
    expect(fits(record, { ...ALL, ...filters }, NOW)).toBe(shown),
  );

  it.each<[Partial<Filters>]>([[{ failed: true }], [{ lost: true }]])(
    'is not among %j when all went well',
    (filters) => expect(fits(row({ id: 'a' }), { ...ALL, ...filters }, NOW)).toBe(false),
  );
});

describe('rows', () => {
  it('stand newest first, each once, as it was last', () => {
    const old = [row({ id: 'a', startedAt: 1 }), row({ id: 'b', startedAt: 2 })];
    const rows = merged(old, [row({ id: 'c', startedAt: 2 }), row({ id: 'a', startedAt: 1, joined: 3 })]);
    expect(rows.map(({ id, joined }) => [id, joined])).toEqual([
      ['c', 0],
      ['b', 0],
      ['a', 3],
    ]);
  });

  it('are read on from the last millisecond, which may have more', () => {
    const rows = [row({ id: 'b', startedAt: 9 }), row({ id: 'a', startedAt: 5.7 })];
    expect(nextUntil(rows, false)).toBe(6);
    expect(nextUntil(rows, true)).toBe(5);
    expect(nextUntil([], false)).toBeUndefined();
  });

  it('become CSV that no spreadsheet takes for a formula', () => {
    const lines = csvOf([row({ id: '=1+1', client: 'a,"b"', model: '-x' })]).split('\r\n');
    expect(lines[1]).toContain("'=1+1");
    expect(lines[1]).toContain('"a,""b"""');
    expect(lines[1]).toContain("'-x");
    expect(lines[1]?.split(',').length).toBe((lines[0]?.split(',').length ?? 0) + 1);
  });
});

describe('a window on a long list', () => {
  it.each([
    [0, 100, 10, 1000, { from: 0, to: 18 }],
    [500, 100, 10, 1000, { from: 42, to: 68 }],
    [9_950, 100, 10, 1000, { from: 987, to: 1000 }],
    [-30, 100, 10, 5, { from: 0, to: 5 }],
    [9_999, 100, 10, 0, { from: 0, to: 0 }],
  ])('at %i, %i high, with rows of %i and %i of them', (top, height, rowHeight, count, range) =>
    expect(rowsSeen(top, height, rowHeight, count)).toEqual(range),
  );

  it.each([
    [3, 0, 0],
    [0, 55, 0],
    [7, 0, 30],
    [20, 0, 160],
  ])('row %i is seen from %i by scrolling to %i', (at, top, expected) =>
    expect(scrollTo(at, top, 50, 10)).toBe(expected),
  );
});
