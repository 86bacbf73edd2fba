import { describe, expect, it } from 'vitest';
import { BLAMED, HEALTHY } from '../../test/doubles/explain/fake-cases.ts';
import {
  BEGAN_AT,
  failedAttempt,
  fakeAttempt,
  fakeEvidence,
} from '../../test/doubles/explain/fake-evidence.ts';
import { EXPLAIN_RULES, explain } from './explain.ts';
import { judge } from './findings.ts';
import { CASES } from './messages-cases.ts';

const LATER = BEGAN_AT + 3_600_000;

describe('the finding', () => {
  it.each(BLAMED)('$name', ({ evidence, expected, says }) => {
    const { endedAt = LATER } = evidence.exchange;
    const [first] = judge(evidence, EXPLAIN_RULES, endedAt);
    expect(first && { kind: first.kind, case: first.case, certainty: first.certainty }).toEqual(expected);
    const lines = explain(evidence, 'en', LATER).findings[0]?.evidence ?? [];
    if (says)
      expect(
        lines.some((line) => says.test(line)),
        lines.join('\n'),
      ).toBe(true);
  });

  it.each(HEALTHY)('accuses nobody: $name', ({ evidence }) => {
    const explanation = explain(evidence, 'en', LATER);
    expect(explanation.findings).toEqual([]);
    expect(['fine', 'slow']).toContain(explanation.verdict);
  });

  it('has a situation in these tables for each of its texts', () => {
    const told = new Set(BLAMED.map(({ expected }) => expected?.case));
    expect(Object.keys(CASES).filter((name) => !told.has(name as keyof typeof CASES))).toEqual([]);
  });
});

describe('the whole explanation', () => {
  const places = [...BLAMED, ...HEALTHY].flatMap((one) =>
    (['en', 'zh'] as const).map((language) => ({ ...one, language })),
  );

  it.each(places)('$language leaves no place unfilled: $name', ({ evidence, language }) => {
    const { exchange: _e, attempts: _a, ...texts } = explain(evidence, language, LATER);
    const text = JSON.stringify({
      ...texts,
      findings: texts.findings.map((one) => ({ ...one, config: '' })),
    });
    expect(text).not.toMatch(/\{[a-zA-Z]\w*(\|[^}]*)?\}/);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  it.each([...BLAMED, ...HEALTHY])('$name: bars and items lie within the exchange', ({ evidence }) => {
    const { waterfall, timeline } = explain(evidence, 'en', LATER);
    for (const { parts } of waterfall.bars)
      for (const [index, { fromMs, toMs }] of parts.entries()) {
        expect(fromMs).toBeGreaterThanOrEqual(index === 0 ? 0 : (parts[index - 1]?.toMs ?? 0));
        expect(toMs).toBeGreaterThan(fromMs);
      }
    const instants = timeline.map(({ atMs }) => atMs);
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
  });
});

describe('attempts that went wrong for one reason', () => {
  it('make one finding that names them all, and the weightiest stands first', () => {
    const cut = { result: 'edge-timeout', status: 524, endedBy: 'edge' } as const;
    const evidence = fakeEvidence({
      attempts: [
        failedAttempt({ result: 'rate-limited', status: 429, totalMs: 90 }),
        failedAttempt({ ...cut, n: 2, startedAt: BEGAN_AT + 100, totalMs: 100_000, silenceMs: 99_900 }),
        failedAttempt({ ...cut, n: 3, startedAt: BEGAN_AT + 100_200, totalMs: 100_100, silenceMs: 100_000 }),
      ],
    });
    const { findings, verdict, headline } = explain(evidence, 'en', LATER);
    expect(findings.map(({ kind, attempts }) => [kind, attempts])).toEqual([
      ['edge-cut', [2, 3]],
      ['rate-limited', [1]],
    ]);
    expect(findings[0]?.evidence.slice(0, 2)).toEqual([
      '524 after 99.9 s of silence, in attempt 2.',
      'Cuts after 99.9 s to 100 s of silence were seen 2 times at main-door in the hour around.',
    ]);
    expect(verdict).toBe('failed');
    expect(headline).toContain('Failed after 200.3 s: An edge cut the call');
  });
});

describe('the verdict and its headline', () => {
  it.each([
    ['fine', fakeEvidence({}), 'Nothing is wrong: answered in 2.01 s by main-door.'],
    [
      'slow',
      fakeEvidence({ attempts: [fakeAttempt({ totalMs: 100_000 })] }),
      'Slow but whole: it took 100 s, of which main-door was writing the answer for 99.1 s.',
    ],
    [
      'slow',
      fakeEvidence({ attempts: [fakeAttempt({ totalMs: 90_000, firstByteMs: 400, firstEventMs: 80_000 })] }),
      'Slow but whole: it took 90 s, of which 80 s went by until main-door sent the first event: the model was thinking, or waiting for its turn.',
    ],
    [
      'recovered',
      fakeEvidence({
        attempts: [
          failedAttempt({ result: 'upstream-error', status: 500 }),
          fakeAttempt({ n: 2, endpointId: 'bbbbbbbb', startedAt: BEGAN_AT + 2_100 }),
        ],
      }),
      'Answered after 4.11 s, in spite of this: main-door failed by itself: it answered 500.',
    ],
    [
      'failed',
      fakeEvidence({ attempts: [], exchange: { failed: true, delivery: 'refused', cause: 'strange' } }),
      'Failed after 10 ms (strange).',
    ],
  ])('%s', (verdict, evidence, headline) => {
    expect(explain(evidence, 'en', LATER)).toMatchObject({ verdict, headline });
  });

  it('says of a running one where it is', () => {
    const { endedAt: _endedAt, ...open } = fakeEvidence({}).exchange;
    const running = {
      id: open.id,
      startedAt: BEGAN_AT,
      elapsedMs: 43_000,
      silenceMs: 40_000,
      path: open.path,
      operation: 'generate',
      protocol: open.protocol,
      stream: true,
      client: 'local',
      cluster: 'main',
      scenario: 'chat',
      endpointId: 'aaaaaaaa',
      attempts: 1,
      followers: 1,
      joined: 0,
      keptBytes: 0,
      receivedBytes: 0,
      state: 'attempting',
    } as const;
    const evidence = {
      ...fakeEvidence({ attempts: [] }),
      exchange: { ...open, delivery: 'running' as const, charge: 'unknown' as const },
      running,
    };
    const { headline, verdict, waterfall, money, findings } = explain(evidence, 'en', BEGAN_AT + 43_000);
    expect(verdict).toBe('running');
    expect(headline).toBe('Running for 43 s at main-door: waiting for the answer to begin, silent for 40 s.');
    expect(waterfall.bars).toMatchObject([
      { end: 'running', parts: [{ phase: 'wait', fromMs: 0, toMs: 43_000 }] },
    ]);
    expect(money).toBe('What it costs is known when it ends.');
    expect(findings).toEqual([]);
  });
});

describe('the waterfall', () => {
  it('shows each part of an attempt, its pauses before, and the reading after', () => {
    const attempt = fakeAttempt({
      startedAt: BEGAN_AT + 350,
      queuedMs: 200,
      backoffMs: 100,
      dnsMs: 10,
      tcpMs: 20,
      tlsMs: 30,
      sentMs: 70,
      firstByteMs: 500,
      firstEventMs: 600,
      totalMs: 1_000,
    });
    const { waterfall } = explain(
      fakeEvidence({ attempts: [attempt], exchange: { endedAt: BEGAN_AT + 1_500 } }),
      'en',
      LATER,
    );
    expect(waterfall.bars[0]?.parts.map(({ phase, fromMs, toMs }) => [phase, fromMs, toMs])).toEqual([
      ['queue', 50, 250],
      ['backoff', 250, 350],
      ['dns', 350, 360],
      ['connect', 360, 380],
      ['tls', 380, 410],
      ['send', 410, 420],
      ['wait', 420, 850],
      ['stream', 850, 1_350],
      ['deliver', 1_350, 1_500],
    ]);
  });

  it.each([
    ['dns', { phase: 'dns' as const }, [['dns', 0, 2_000]]],
    [
      'tls',
      { phase: 'tls' as const, dnsMs: 5, tcpMs: 15, tlsMs: 1_980 },
      [
        ['dns', 0, 5],
        ['connect', 5, 20],
        ['tls', 20, 2_000],
      ],
    ],
    [
      'wait',
      { phase: 'wait' as const, sentMs: 10 },
      [
        ['send', 0, 10],
        ['wait', 10, 2_000],
      ],
    ],
  ])('of an attempt that ended in %s', (_, more, expected) => {
    const { sentMs: _sent, ...attempt } = failedAttempt({ result: 'timeout' });
    const { waterfall } = explain(fakeEvidence({ attempts: [{ ...attempt, ...more }] }), 'en', LATER);
    expect(waterfall.bars[0]?.parts.map(({ phase, fromMs, toMs }) => [phase, fromMs, toMs])).toEqual(
      expected,
    );
  });

  it('marks the edge’s limit and the client’s leaving', () => {
    const evidence = fakeEvidence({
      attempts: [fakeAttempt({ totalMs: 150_000, sentMs: 100 })],
      view: { edge: { silenceMs: 100_000 } },
      exchange: { leftMs: 120_000, leftSilentMs: 1 },
    });
    expect(explain(evidence, 'en', LATER).waterfall.marks).toEqual([
      { atMs: 100_100, kind: 'edge', label: 'edge of main-door: 100 s' },
      { atMs: 120_000, kind: 'client-left', label: 'client left' },
    ]);
  });
});

describe('money', () => {
  const lost = { lostCalls: 1, delivery: 'refused' as const };
  it.each([
    ['charged', [fakeAttempt()], { costMicroUsd: 12_345 }, 'It cost $0.0123.'],
    [
      'not charged',
      [fakeAttempt({ charge: 'not-charged' })],
      { charge: 'not-charged' as const, costMicroUsd: 0 },
      'Nothing was charged.',
    ],
    [
      'estimated',
      [fakeAttempt()],
      { charge: 'estimated' as const, costMicroUsd: 3_000_000 },
      'It cost about $3.00 (our estimate).',
    ],
    ['of unknown price', [fakeAttempt()], { costMicroUsd: undefined } as never, 'What it cost is not known.'],
    [
      'perhaps lost',
      [failedAttempt({ result: 'edge-timeout', status: 524, charge: 'unknown', chargeRisk: 'likely' })],
      { charge: 'unknown' as const, costMicroUsd: undefined, lostMicroUsd: undefined, ...lost } as never,
      'What it cost is not known. No answer came of 1 upstream call that may have been charged: maybe lost, and how much is not known.',
    ],
    [
      'lost',
      [failedAttempt({ result: 'truncated', charge: 'charged', costMicroUsd: 500, chargeRisk: 'certain' })],
      { costMicroUsd: 500, lostMicroUsd: 500, ...lost },
      'It cost $0.000500. Of that $0.000500 is lost, paid for 1 upstream call whose answer nobody got.',
    ],
    [
      'saved',
      [fakeAttempt()],
      { savedCalls: 2, savedMicroUsd: 2_000 },
      'It cost $0.001000. 2 clients that asked again got the same answer without a second call, which saved $0.002000.',
    ],
  ])('%s', (_, attempts, exchange, text) => {
    expect(explain(fakeEvidence({ attempts, exchange }), 'en', LATER).money).toBe(text);
  });
});

describe('texts from outside', () => {
  it('forge no lines and no colours, and are bounded', () => {
    const said = `bad\nkey\u001b[31m \u202e${'x'.repeat(5_000)}`;
    const evidence = fakeEvidence({
      attempts: [failedAttempt({ result: 'bad-key', status: 401, said })],
      exchange: { client: 'a\nb', model: said },
    });
    const { exchange: _e, attempts: _a, findings, timeline, headline, did } = explain(evidence, 'en', LATER);
    const { config: _config, ...finding } = findings[0]!;
    for (const text of [
      finding.what,
      finding.fix,
      ...finding.evidence,
      headline,
      ...did,
      ...timeline.map((item) => item.text),
    ]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(text).not.toMatch(/[\u0000-\u001f\u202e]/);
      expect(text.length).toBeLessThan(600);
    }
  });
});
