import { describe, expect, it } from 'vitest';
import { requestId } from './ids.ts';

describe('requestId', () => {
  it('gives ids that are unique and sort by their time, within a ms too, and when the clock steps back', () => {
    const start = Date.now() + 1_000;
    const instants = [start, start, start, start + 1, start - 500, start + 2, start + 40];
    const ids = instants.flatMap((now) => Array.from({ length: 2_000 }, () => requestId(now)));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids.slice(0, 10)) expect(id).toMatch(/^req-[0-9a-hjkmnp-tv-z]{13}$/);
  });

  it('goes on when a ms is used up', () => {
    const now = Date.now() + 100_000;
    const ids = Array.from({ length: 1_100_000 }, () => requestId(now));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
