import { describe, expect, it } from 'vitest';
import type { AttemptContext, AttemptRecord, ExchangeRecord, LedgerSummary } from '../domain/ledger.ts';
import { createRecent } from './recent.ts';

const ABOUT = { id: 'req-1' } as AttemptContext;
const TODAY = { exchanges: 7 } as LedgerSummary;
const START = 1_000_000_000;

/** A clock that is set, and short forms for what happens. */
function watched() {
  let now = START;
  const recent = createRecent(() => now);
  const at = (ms: number) => {
    now = START + ms;
  };
  return {
    recent,
    at,
    ended(durationMs: number, more: Partial<ExchangeRecord> = {}, earlier?: ExchangeRecord) {
      const record = { startedAt: now - durationMs, endedAt: now, ...more } as ExchangeRecord;
      recent.exchangeEnded?.(record, [], ABOUT, earlier);
    },
    failed: (result: AttemptRecord['result']) => recent.attemptEnded?.({ result } as AttemptRecord, ABOUT),
    view: () => recent.view(now, TODAY),
  };
}

describe('the last minutes', () => {
  it('are empty at first', () => {
    const view = watched().view();
    expect(view).toMatchObject({ windowMs: 300_000, requests: 0, failed: 0, causes: [], today: TODAY });
    expect(view.perSecond).toEqual(new Array(120).fill(0));
    expect(view).not.toHaveProperty('durationMs');
    expect(view).not.toHaveProperty('firstEventMs');
  });

  it('count requests, failures, causes and durations', () => {
    const { ended, failed, recent, at, view } = watched();
    for (let n = 1; n <= 100; n += 1) ended(n * 10, { firstEventMs: n });
    ended(5_000, { failed: true, error: 'all_attempts_failed' });
    failed('edge-timeout');
    failed('edge-timeout');
    failed('answered');
    failed('rejected');
    recent.turnedAway?.('bad_json', 400);
    at(1_000);
    expect(view()).toMatchObject({
      requests: 102,
      failed: 2,
      firstEventMs: { p50: 50, p95: 95, p99: 99 },
      durationMs: { p50: 510, p95: 960, p99: 1_000 },
      causes: [
        { cause: 'edge-timeout', count: 2 },
        { cause: 'all_attempts_failed', count: 1 },
        { cause: 'bad_json', count: 1 },
      ],
    });
    expect(view().perSecond.at(-1)).toBe(102);
  });

  it('a call that no client asked for is no failure of theirs', () => {
    const { recent, view } = watched();
    recent.attemptEnded?.({ result: 'reset' } as AttemptRecord, { ...ABOUT, own: true });
    expect(view()).toMatchObject({ requests: 0, failed: 0, causes: [] });
  });

  it('a row that is written again counts once', () => {
    const { ended, view } = watched();
    ended(10);
    ended(10, {}, {} as ExchangeRecord);
    expect(view().requests).toBe(1);
  });

  it.each([
    ['within the window', 299_000, 1],
    ['after it', 301_000, 0],
    ['when its second comes round again', 300_000, 0],
  ])('%s', (_, ms, requests) => {
    const { ended, failed, at, view } = watched();
    ended(10, { firstEventMs: 1 });
    failed('reset');
    at(ms);
    expect(view().requests).toBe(requests);
    expect(view().causes).toHaveLength(requests);
    expect(view().durationMs === undefined).toBe(requests === 0);
  });

  it('seconds move along as time goes', () => {
    const { ended, at, view } = watched();
    ended(10);
    at(2_500);
    ended(10);
    ended(10);
    at(3_000);
    expect(view().perSecond.slice(-3)).toEqual([1, 0, 2]);
    at(3_000 + 118_000);
    expect(view().perSecond.slice(0, 2)).toEqual([0, 2]);
  });

  it('a second that is reused forgets what was in it', () => {
    const { ended, at, view } = watched();
    ended(10);
    at(300_000);
    ended(10);
    expect(view().requests).toBe(1);
  });

  it('keeps a bounded number of durations, the latest, and counts all', () => {
    const { ended, view } = watched();
    for (let n = 0; n < 15_000; n += 1) ended(n < 5_000 ? 1_000_000 : 10);
    expect(view().requests).toBe(15_000);
    expect(view().durationMs).toEqual({ p50: 10, p95: 10, p99: 10 });
  });

  it('keeps a bounded number of causes', () => {
    const { recent, view } = watched();
    for (let n = 0; n < 1_000; n += 1) recent.turnedAway?.(`cause-${n}`, 400);
    expect(view().causes.length).toBe(200);
    expect(view().failed).toBe(1_000);
  });
});
