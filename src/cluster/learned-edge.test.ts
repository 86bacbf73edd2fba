import { describe, expect, it } from 'vitest';
import type { EndpointSnapshot } from '../domain/health.ts';
import type { Failed, Outcome } from '../domain/outcome.ts';
import { createFleet, type EdgeLearning, type Fleet } from './cluster.ts';
import { answered, endpoint, failed, NOW, rejected, settings } from './samples.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const fleetOf = (rules?: Partial<EdgeLearning>): Fleet =>
  createFleet(settings('priority', [endpoint('a'), endpoint('b')]), rules);

/** Attempts at `a`, an hour apart unless said otherwise: when, and how they end. */
type Story = readonly (Outcome | readonly [hours: number, Outcome])[];

function tell(fleet: Fleet, story: Story): { readonly at: number; readonly events: readonly string[] } {
  let at = NOW;
  const events: string[] = [];
  for (const line of story) {
    const [hours, outcome] = 'kind' in line ? [1, line] : line;
    at += hours * HOUR;
    fleet.began('a', 'main', 'generate', at);
    const told = fleet.ended('a', outcome, 'generate', 'm', at);
    events.push(...told.filter(({ kind }) => kind === 'edge-learned').map(({ detail }) => detail));
    fleet.clear('a', at);
  }
  return { at, events };
}

/** A 524: the page itself ended the silence. */
const page = (longestSilenceMs: number): Failed =>
  failed('a', 'edge-timeout', NOW, { times: { longestSilenceMs, totalMs: longestSilenceMs } });
const reset = (silenceMs: number, more: Partial<Failed> = {}): Failed =>
  failed('a', 'reset', NOW, { silenceMs, phase: 'stream', ...more });
const answer = (longestSilenceMs: number): Outcome =>
  answered('a', NOW, { times: { longestSilenceMs, totalMs: longestSilenceMs + 1 } });

describe('what cuts teach', () => {
  it.each<[string, Story, number | undefined]>([
    ['one cut', [page(100_000)], undefined],
    ['two alike', [page(100_000), page(102_500)], 100_000],
    ['the shorter one counts', [page(102_500), page(100_000)], 100_000],
    ['two within a tenth', [page(100_000), page(109_000)], 100_000],
    ['two that differ', [page(100_000), page(120_000)], undefined],
    ['two within 3 s, though more than a tenth', [page(10_000), page(12_900)], 10_000],
    ['two alike and one between', [page(100_000), page(60_000), page(99_000)], 99_000],
    ['two resets in mid-stream', [reset(60_000), reset(61_000)], 60_000],
    [
      'two resets while waiting',
      [reset(60_000, { phase: 'wait' }), reset(61_000, { phase: 'wait' })],
      60_000,
    ],
    [
      'two resets while sending',
      [reset(60_000, { phase: 'send' }), reset(60_000, { phase: 'send' })],
      undefined,
    ],
    ['resets after little silence', [reset(19_000), reset(19_000), reset(19_000)], undefined],
    [
      'three that broke at once, two of them alike',
      [reset(60_000), [0, reset(61_000)], [0, reset(30_000)]],
      undefined,
    ],
    ['in another order', [reset(30_000), [0, reset(60_000)], [0, reset(61_000)]], undefined],
    ['one that is like all that broke', [reset(30_000), [0, reset(34_000)], [0, reset(32_000)]], undefined],
    ['broken at once, then cut alike', [reset(30_000), [0, reset(60_000)], reset(60_000)], undefined],
    ['and cut alike again', [reset(30_000), [0, reset(60_000)], reset(60_000), reset(60_000)], 60_000],
    ['two that were cut alike at once', [reset(60_000), [0, reset(61_000)]], 60_000],
    ['known, then all broke', [page(60_000), page(60_000), reset(40_000), [0, reset(30_000)]], 60_000],
    ['a page and a reset', [page(60_000), reset(61_000)], 60_000],
    ['pages at once: the endpoint is not there', [page(20), page(20)], undefined],
    ['our own time-outs', [failed('a', 'timeout', NOW, { silenceMs: 90_000 }), page(90_000)], undefined],
    ['refusals', [rejected('a', NOW), rejected('a', NOW)], undefined],
    ['two shorter ones than known', [page(120_000), page(120_000), page(60_000), page(60_000)], 60_000],
    ['two longer ones than known', [page(60_000), page(60_000), page(120_000), page(120_000)], 60_000],
    ['an answer in between', [page(100_000), answer(50_000), page(100_000)], 100_000],
    ['an answer out of longer silence', [page(100_000), page(100_000), answer(130_000)], undefined],
    ['one out of hardly longer silence', [page(100_000), page(100_000), answer(105_000)], 100_000],
    ['such an answer between two cuts', [page(100_000), answer(130_000), page(100_000)], undefined],
    ['a second cut within a day', [page(100_000), [23, page(100_000)]], 100_000],
    ['a second cut after more than a day', [page(100_000), [25, page(100_000)]], undefined],
    ['a third after that', [page(100_000), [25, page(100_000)], page(100_000)], 100_000],
  ])('%s', (_, story, silenceMs) => {
    const fleet = fleetOf();
    const { at } = tell(fleet, story);
    expect(fleet.view('a', at)?.learnedEdge?.silenceMs).toBe(silenceMs);
    expect(fleet.view('b', at)?.learnedEdge).toBeUndefined();
  });

  it('is news once, and again when it is another edge', () => {
    const { events } = tell(fleetOf(), [
      page(120_000),
      page(121_000),
      page(120_000),
      page(60_000),
      page(60_400),
      page(60_000),
    ]);
    expect(events).toEqual(['an edge cuts after 120s of silence', 'an edge cuts after 60s of silence']);
  });

  it('says since when, and how many cuts speak for it', () => {
    const fleet = fleetOf();
    tell(fleet, [page(100_000), page(101_000), page(99_000)]);
    expect(fleet.view('a', NOW + 3 * HOUR)?.learnedEdge).toEqual({
      silenceMs: 99_000,
      since: NOW + 2 * HOUR,
      lastCutAt: NOW + 3 * HOUR,
      cuts: 3,
    });
  });

  it('holds for a world that cuts sooner, if told so', () => {
    const quick = { resetAfterMs: 400, toleranceMs: 100 };
    const story = [reset(500), reset(580)];
    for (const [rules, silenceMs] of [
      [quick, 500],
      [{}, undefined],
      [{ ...quick, toleranceMs: 10 }, undefined],
      [{ ...quick, toleranceMs: 10, toleranceShare: 0.2 }, 500],
      [{ ...quick, forgetAfterMs: 1_000 }, undefined],
    ] as const) {
      const fleet = fleetOf(rules);
      const { at } = tell(fleet, story);
      expect(fleet.view('a', at)?.learnedEdge?.silenceMs).toBe(silenceMs);
    }
    const fleet = fleetOf({ pageAfterMs: 5_000 });
    tell(fleet, [page(2_000), page(2_000)]);
    expect(fleet.view('a', NOW)?.learnedEdge).toBeUndefined();
  });
});

describe('forgetting', () => {
  it('comes a day after the last cut', () => {
    const fleet = fleetOf();
    const { at } = tell(fleet, [page(100_000), page(100_000), [20, page(100_000)]]);
    expect(fleet.view('a', at + DAY)?.learnedEdge).toMatchObject({ cuts: 3 });
    expect(fleet.view('a', at + DAY + 1)?.learnedEdge).toBeUndefined();
  });

  it('comes by hand, with the cuts', () => {
    const fleet = fleetOf();
    expect(fleet.forgetEdge('a')).toBe(false);
    tell(fleet, [page(100_000), page(100_000)]);
    fleet.changedSince();
    expect(fleet.forgetEdge('a')).toBe(true);
    expect(fleet.changedSince()).toMatchObject([{ endpointId: 'a' }]);
    expect(fleet.view('a', NOW)?.learnedEdge).toBeUndefined();
    tell(fleet, [page(100_000)]);
    expect(fleet.view('a', NOW)?.learnedEdge).toBeUndefined();
    expect(fleet.forgetEdge('nobody')).toBe(false);
  });
});

describe('a restart', () => {
  const saved = (): readonly EndpointSnapshot[] => {
    const fleet = fleetOf();
    tell(fleet, [page(100_000), page(101_000)]);
    return JSON.parse(JSON.stringify(fleet.snapshots())) as EndpointSnapshot[];
  };

  it('keeps what was learned', () => {
    const after = fleetOf();
    after.restore(saved());
    expect(after.view('a', NOW + 2 * HOUR)?.learnedEdge).toMatchObject({ silenceMs: 100_000, cuts: 2 });
    expect(after.view('a', NOW + 2 * HOUR + DAY + 1)?.learnedEdge).toBeUndefined();
  });

  it('drops what is not sound', () => {
    const after = fleetOf();
    after.restore([
      {
        ...saved()[0]!,
        learnedEdge: { silenceMs: null } as unknown as EndpointSnapshot['learnedEdge'] & object,
      },
    ]);
    expect(after.view('a', NOW)?.learnedEdge).toBeUndefined();
    expect(after.snapshots()[0]).not.toHaveProperty('learnedEdge');
  });
});
