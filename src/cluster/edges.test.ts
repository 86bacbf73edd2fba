import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../domain/endpoint.ts';
import { type ChooseRequest, createFleet, type Expectation, type Fleet } from './cluster.ts';
import { spanText } from './route-text.ts';
import { endpoint, fail, failed, NOW, open, random, request, settings } from './samples.ts';

const MAIN = endpoint('main', { edge: { silenceMs: 100_000 } });
const DIRECT = endpoint('direct', { priority: 2, maxDurationMs: 600_000 });
const CDN = endpoint('cdn', { priority: 2, edge: { silenceMs: 60_000 } });
const NGINX = endpoint('nginx', { priority: 3, edge: { silenceMs: 120_000 } });

const expectation = (silenceMs: number, totalMs = silenceMs): Expectation => ({
  firstEventMs: silenceMs,
  silenceMs,
  totalMs,
  basis: 'measured',
  samples: 12.3,
});

interface Case {
  readonly what: string;
  readonly endpoints?: readonly Endpoint[];
  readonly silenceMs?: number;
  readonly totalMs?: number;
  readonly before?: (fleet: Fleet) => void;
  readonly ask?: Partial<ChooseRequest>;
  /** Who, why (`!` = out of service, `~` = edge ignored), and the route in words. */
  readonly expected: string;
}

function said(fleet: Fleet, ask: Partial<ChooseRequest>): string {
  const choice = fleet.choose(request(ask), NOW, random);
  if (choice.kind === 'none') return 'none';
  if (choice.kind === 'full') return `full ${choice.soonestMs} (${choice.waiting})`;
  const marks = `${choice.outOfService ? '!' : ''}${choice.edgeIgnored ? '~' : ''}`;
  return `${choice.endpoint.id} ${choice.why}${marks} | ${choice.route}`;
}

const check = ({ endpoints, silenceMs = 142_000, totalMs, before, ask, expected }: Case) => {
  const fleet = createFleet(settings('priority', endpoints ?? [MAIN, DIRECT]));
  before?.(fleet);
  expect(said(fleet, { expect: () => expectation(silenceMs, totalMs), ...ask })).toBe(expected);
};

const busy = (fleet: Fleet, id: string): void => fleet.began(id, 'main', 'generate', NOW);
const DETAIL = 'silence p95 142s measured n=12';
const SKIPPED = `edge: main (100s) skipped, ${DETAIL}`;

describe('who fits', () => {
  it.each<Case>([
    { what: 'all do', silenceMs: 50_000, expected: 'main priority | priority' },
    { what: 'just so', silenceMs: 89_999, expected: 'main priority | priority' },
    {
      what: 'not quite: a tenth is margin',
      silenceMs: 90_000,
      expected: 'direct only-one-left | edge: main (100s) skipped, silence p95 90s measured n=12',
    },
    { what: 'one does', expected: `direct only-one-left | ${SKIPPED}` },
    { what: 'nothing is expected', ask: { expect: () => undefined }, expected: 'main priority | priority' },
    {
      what: 'several do: by priority',
      endpoints: [MAIN, endpoint('c', { priority: 3 }), endpoint('b', { priority: 2 })],
      expected: `b priority | ${SKIPPED}`,
    },
    {
      what: 'the total of an edge',
      endpoints: [endpoint('lb', { edge: { totalMs: 30_000 } }), DIRECT],
      silenceMs: 1_000,
      totalMs: 30_000,
      expected: 'direct only-one-left | edge: lb (total 30s) skipped, total p95 30s measured n=12',
    },
    {
      what: 'the longest duration',
      endpoints: [endpoint('a', { maxDurationMs: 60_000 }), DIRECT],
      silenceMs: 1_000,
      totalMs: 61_000,
      expected: 'direct only-one-left | edge: a (total 60s) skipped, total p95 61s measured n=12',
    },
    {
      what: 'several are skipped',
      endpoints: [MAIN, CDN, endpoint('d', { priority: 9 })],
      expected: `d only-one-left | edge: main (100s), cdn (60s) skipped, ${DETAIL}`,
    },
    {
      what: 'one that would be skipped is out anyway',
      before: (f) => open(f, 'main'),
      expected: 'direct only-one-left | only-one-left',
    },
    {
      what: 'one that would be skipped is behind anyway',
      endpoints: [endpoint('a'), endpoint('b'), CDN],
      expected: `a priority | edge: cdn (60s) skipped, ${DETAIL}`,
    },
    {
      what: 'sessions stay together among those that fit',
      endpoints: [MAIN, endpoint('a'), endpoint('b')],
      ask: { session: 's' },
      expected: `b session | ${SKIPPED}`,
    },
  ])('$what', check);

  it('shows what is configured', () => {
    const fleet = createFleet(settings('priority', [MAIN, DIRECT]));
    expect(fleet.view('main', NOW)?.edge).toEqual({ silenceMs: 100_000 });
    expect(fleet.view('direct', NOW)).not.toHaveProperty('edge');
  });

  it('asks each endpoint that may cut for itself, and no other', () => {
    const asked: string[] = [];
    const fleet = createFleet(settings('priority', [MAIN, endpoint('plain'), CDN]));
    fleet.choose(
      request({
        expect: ({ id }) => {
          asked.push(id);
          return expectation(1);
        },
      }),
      NOW,
      random,
    );
    expect(asked).toEqual(['main', 'cdn']);
  });

  it('goes by what was learned too, the shorter of both', () => {
    const fleet = createFleet(settings('priority', [MAIN, DIRECT, endpoint('late', { priority: 3 })]));
    const cut = failed('direct', 'edge-timeout', NOW, { silenceMs: 125_000 });
    for (let i = 0; i < 2; i += 1) fleet.ended('direct', cut, 'generate', 'm', NOW);
    expect(said(fleet, { expect: () => expectation(142_000) })).toBe(
      `late only-one-left | edge: main (100s), direct (125s) skipped, ${DETAIL}`,
    );
    const shorter = failed('main', 'edge-timeout', NOW, { silenceMs: 50_000 });
    for (let i = 0; i < 2; i += 1) fleet.ended('main', shorter, 'generate', 'm', NOW);
    expect(said(fleet, { expect: () => expectation(70_000) })).toBe(
      'direct priority | edge: main (50s) skipped, silence p95 70s measured n=12',
    );
    fleet.forgetEdge('main');
    expect(said(fleet, { expect: () => expectation(70_000) })).toBe('main priority | priority');
  });
});

describe('where those that fit are not to be had', () => {
  const limited = (limits: Endpoint['limits']) => [MAIN, { ...DIRECT, limits }];

  it.each<Case>([
    {
      what: 'none fits: the longest',
      endpoints: [MAIN, CDN, NGINX],
      expected: `nginx longest-edge~ | edge ignored: none allows ${DETAIL}; nginx (120s) taken`,
    },
    {
      what: 'none fits, several are about as long: by strategy',
      endpoints: [MAIN, CDN, endpoint('m2', { priority: 5, edge: { silenceMs: 105_000 } })],
      expected: `main priority~ | edge ignored: none allows ${DETAIL}; main (100s) taken`,
    },
    {
      what: 'none fits, the longest was tried',
      endpoints: [MAIN, CDN, NGINX],
      ask: { tried: ['nginx'] },
      expected: `main longest-edge~ | edge ignored: none allows ${DETAIL}; main (100s) taken`,
    },
    {
      what: 'none fits, all were tried',
      endpoints: [MAIN, CDN],
      ask: { tried: ['main', 'cdn'] },
      expected: `main tried-again~ | edge ignored: none allows ${DETAIL}; main (100s) taken`,
    },
    {
      what: 'there is only one',
      endpoints: [MAIN],
      expected: `main priority~ | edge ignored: none allows ${DETAIL}; main (100s) taken`,
    },
    {
      what: 'it is down',
      before: (f) => open(f, 'direct'),
      expected: `main only-one-left~ | edge ignored: direct is down; main (100s) taken, ${DETAIL}`,
    },
    {
      what: 'it is cooling',
      before: (f) => fail(f, 'direct', 'rate-limited'),
      expected: `main only-one-left~ | edge ignored: direct is cooling; main (100s) taken, ${DETAIL}`,
    },
    {
      what: 'it failed once: another go',
      before: (f) => fail(f, 'direct', 'upstream-error'),
      ask: { tried: ['direct'] },
      expected: `direct only-one-left | ${SKIPPED}`,
    },
    {
      what: 'it failed twice',
      before: (f) => fail(f, 'direct', 'upstream-error'),
      ask: { tried: ['direct', 'direct'] },
      expected: `main only-one-left~ | edge ignored: direct failed; main (100s) taken, ${DETAIL}`,
    },
    {
      what: 'it could not be reached',
      before: (f) => fail(f, 'direct', 'connect-failed'),
      ask: { tried: ['direct'] },
      expected: `main only-one-left~ | edge ignored: direct is down; main (100s) taken, ${DETAIL}`,
    },
    {
      what: 'it could not be reached by another exchange',
      before: (f) => fail(f, 'direct', 'connect-failed'),
      expected: `direct only-one-left | ${SKIPPED}`,
    },
    {
      what: 'both failed: it before the others again',
      ask: { tried: ['direct', 'direct', 'main', 'main', 'main'] },
      expected: 'direct tried-again | tried-again',
    },
    {
      what: 'both failed: the other as often',
      ask: { tried: ['direct', 'direct', 'main'] },
      expected: `main tried-again~ | edge ignored: direct failed; main (100s) taken, ${DETAIL}`,
    },
    {
      what: 'it is banned',
      ask: { banned: ['direct'] },
      expected: `main only-one-left~ | edge ignored: none allows ${DETAIL}; main (100s) taken`,
    },
    {
      what: 'all slots are taken',
      endpoints: limited({ concurrency: 1 }),
      before: (f) => busy(f, 'direct'),
      expected: `main only-one-left~ | edge ignored: direct is full; main (100s) taken, ${DETAIL}`,
    },
    {
      what: 'a rate window opens soon: wait',
      endpoints: limited({ rps: 1 }),
      before: (f) => busy(f, 'direct'),
      expected: 'full 1000 (1)',
    },
    {
      what: 'a rate window opens late',
      endpoints: limited({ rpm: 1 }),
      before: (f) => busy(f, 'direct'),
      expected: `main only-one-left~ | edge ignored: direct is full; main (100s) taken, ${DETAIL}`,
    },
    {
      what: 'all are at their limits',
      endpoints: [
        { ...MAIN, limits: { rpm: 1 } },
        { ...DIRECT, limits: { concurrency: 1 } },
      ],
      before: (f) => {
        busy(f, 'direct');
        busy(f, 'main');
      },
      expected: 'full 60000 (2)',
    },
    {
      what: 'all are out: nearest return',
      before: (f) => {
        fail(f, 'main', 'rate-limited', NOW, 5_000);
        open(f, 'direct');
      },
      expected: `main least-bad!~ | edge ignored: direct is down; main (100s) taken, ${DETAIL}`,
    },
    {
      what: 'all are out, the one that fits returns first',
      before: (f) => {
        open(f, 'main');
        fail(f, 'direct', 'rate-limited', NOW, 5_000);
      },
      expected: 'direct least-bad! | least-bad',
    },
    {
      what: 'all are out and at their limits',
      endpoints: [
        { ...MAIN, limits: { rpm: 1 } },
        { ...DIRECT, limits: { rpm: 1 } },
      ],
      before: (f) => {
        open(f, 'main');
        open(f, 'direct');
      },
      expected: 'full 60000 (2)',
    },
    { what: 'all are banned', ask: { banned: ['main', 'direct'] }, expected: 'none' },
  ])('$what', check);
});

describe('the route in words', () => {
  it('names endpoints by their id where a header could not take their name', () => {
    const names = ['主站', 'a\nb', '', ' x', 'y'.repeat(41), 'main jp'];
    const expected = ['id0', 'id1', 'id2', 'id3', 'id4', 'main jp'];
    for (const [i, name] of names.entries()) {
      const list = [endpoint(`id${i}`, { name, edge: { silenceMs: 100_000 } }), DIRECT];
      check({
        what: name,
        endpoints: list,
        expected: `direct only-one-left | edge: ${expected[i]} (100s) skipped, ${DETAIL}`,
      });
    }
  });

  it('names three, and is never longer than 200 characters', () => {
    const many = Array.from({ length: 9 }, (_, i) =>
      endpoint(`e${i}`, { name: `${i}`.repeat(40), edge: { silenceMs: 60_000 } }),
    );
    const fleet = createFleet(settings('priority', [...many, DIRECT]));
    const choice = fleet.choose(request({ expect: () => expectation(142_000) }), NOW, random);
    expect(choice).toMatchObject({ kind: 'endpoint' });
    expect(choice.kind === 'endpoint' && choice.route.length).toBeLessThanOrEqual(200);
    check({
      what: 'short names',
      endpoints: [...many.slice(0, 5).map((each) => ({ ...each, name: each.id })), DIRECT],
      expected: `direct only-one-left | edge: e0 (60s), e1 (60s), e2 (60s) and 2 more skipped, ${DETAIL}`,
    });
  });

  it.each([
    [0, '0ms'],
    [350.4, '350ms'],
    [2_000, '2s'],
    [2_140, '2.1s'],
    [9_960, '10s'],
    [141_600, '142s'],
    [7_200_000, '7200s'],
  ])('%d ms is %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });
});
