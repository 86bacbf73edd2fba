import { describe, expect, it } from 'vitest';
import { inStream, page524, refused, reset, server, timer } from '../../test/doubles/explain/fake-calls.ts';
import { BLAMED } from '../../test/doubles/explain/fake-cases.ts';
import {
  BEGAN_AT,
  failedAttempt,
  fakeAttempt,
  fakeEndpointView,
  fakeEvidence,
  fakeExchange,
} from '../../test/doubles/explain/fake-evidence.ts';
import type { AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import type { Evidence } from './evidence.ts';
import { explain } from './explain.ts';

const LATER = BEGAN_AT + 3_600_000;
const SPARE = fakeEndpointView({ id: 'bbbbbbbb', name: 'spare', baseUrl: 'https://spare.test' });
const MAIN = fakeEndpointView();

const besides = (evidence: Evidence, ...others: Evidence['cluster']): Evidence => ({
  ...evidence,
  cluster: [...evidence.cluster, ...others],
});

describe('advice in a cluster that has other endpoints', () => {
  it.each(BLAMED.filter(({ expected }) => expected?.kind !== 'queue-full'))('$name', ({ evidence }) => {
    const { findings } = explain(besides(evidence, SPARE), 'en', LATER);
    const { findings: chinese } = explain(besides(evidence, SPARE), 'zh', LATER);
    for (const { fix, config } of [...findings, ...chinese]) {
      expect(fix).not.toMatch(/second endpoint|再配一个|第二个 endpoint|备用/);
      if (!/no_endpoint/.test(evidence.exchange.error ?? '')) expect(config ?? '').not.toContain('second');
    }
  });

  it.each([
    ['behind the others', [SPARE], /priority: 2/],
    ['after the last of them', [{ ...SPARE, priority: 7 }], /priority: 8/],
    ['one that is disabled is none', [{ ...SPARE, enabled: false }], /SECOND_API_KEY/],
  ])('an endpoint that fails goes %s', (_, others, expected) => {
    const evidence = besides(fakeEvidence({ attempts: [failedAttempt(server(500))] }), ...others);
    expect(explain(evidence, 'en', LATER).findings[0]?.config).toMatch(expected);
  });

  it('nothing is to be set where it stands behind them already', () => {
    const attempts = [failedAttempt(server(500))];
    const evidence = besides(fakeEvidence({ attempts, view: { priority: 3 } }), SPARE);
    expect(explain(evidence, 'en', LATER).findings[0]?.config).toBeUndefined();
  });

  it('is not to tell QCC of an edge that it was told of', () => {
    const view = { edge: { silenceMs: 100_000 } };
    const evidence = besides(fakeEvidence({ attempts: [failedAttempt(page524)], view }), SPARE);
    const [finding] = explain(evidence, 'en', LATER).findings;
    expect(finding?.fix).toContain('QCC knows of this edge');
    expect(finding?.config).toContain('priority: 2');
  });
});

describe('advice about a client that left', () => {
  const left = (
    exchange: Partial<ExchangeRecord>,
    more: Partial<Evidence> = {},
    attempt: Partial<AttemptRecord> = {},
  ) =>
    explain(
      fakeEvidence({
        attempts: [failedAttempt({ result: 'cancelled', endedBy: 'client', totalMs: 1_500, ...attempt })],
        exchange: {
          delivery: 'left',
          failed: true,
          leftMs: 1_500,
          leftSilentMs: 30,
          leftFate: 'cancel',
          ...exchange,
        },
        more,
      }),
      'en',
      LATER,
    ).findings[0];
  const again = { later: [fakeExchange({ id: 'req-0again', startedAt: BEGAN_AT + 2_500 })] };
  const billed = { cluster: [{ ...MAIN, cancelStopsBilling: false }] };

  it.each([
    ['pressed Esc, and nothing asked again', {}, {}, undefined, /^Nothing, if somebody stopped it/],
    ['paid for, but the rest was saved', { lostCalls: 1 }, {}, undefined, /^Nothing, if somebody/],
    ['asked again', {}, again, 'disconnect:\n  policy: keep', /^It comes back for its answer/],
    ['paid for whole', { lostCalls: 1 }, billed, 'disconnect:\n  policy: keep', /is charged all the same/],
    ['billed like that, but nothing was lost', {}, billed, undefined, /^Nothing, if somebody/],
    ['kept already', { leftFate: 'run-on' as const }, again, undefined, /^The call was let run on/],
    [
      'joined',
      { joined: 1, failed: false, delivery: 'delivered' as const },
      {},
      undefined,
      /was there for it/,
    ],
    ['out of patience', { clientPatienceMs: 1_500 }, {}, undefined, /^Raise the client’s timeout\.$/],
    ['and again', { clientPatienceMs: 1_500 }, again, 'disconnect:\n  policy: keep', /Raise .* "keep"/],
  ])('%s', (_, exchange, more, config, fix) => {
    const finding = left(exchange, more);
    expect(finding?.kind).toBe('client-gave-up');
    expect(finding?.config).toBe(config);
    expect(finding?.fix).toMatch(fix);
  });
});

describe('what is said of several endpoints', () => {
  it('names each that cut after the same silence', () => {
    const second = { n: 2, endpointId: 'bbbbbbbb', startedAt: BEGAN_AT + 60_100 };
    const evidence = fakeEvidence({
      attempts: [failedAttempt(reset(60_020)), failedAttempt({ ...reset(59_900), ...second })],
    });
    const endpoints = [...evidence.endpoints, { id: 'bbbbbbbb', view: SPARE, attempts: [], events: [] }];
    const both = { ...evidence, endpoints, cluster: [MAIN, SPARE] };
    const { findings, headline } = explain(both, 'en', LATER);
    expect(findings.map(({ kind, attempts }) => [kind, attempts])).toEqual([
      ['edge-cut', [1]],
      ['edge-cut', [2]],
    ]);
    expect(findings[1]?.what).toContain('spare');
    expect(headline).toMatch(/main-door broke after 60 s of silence.* The same at spare\.$/);
    expect(explain(both, 'zh', LATER).headline).toMatch(/spare 同样如此。$/);
  });
});

describe('what the ledger writes in its own terms', () => {
  const textsOf = (attempt: AttemptRecord) => {
    const {
      exchange: _e,
      attempts: _a,
      ...texts
    } = explain(fakeEvidence({ attempts: [attempt] }), 'zh', LATER);
    return JSON.stringify({ ...texts, findings: texts.findings.map((one) => ({ ...one, config: '' })) });
  };

  it.each([
    [
      'a timer',
      failedAttempt(timer('first_byte', 60_000, 'endpoint tokyo')),
      '我方计时器 first_byte（60 秒，来自 endpoint tokyo）',
    ],
    ['one set by a scenario', failedAttempt(timer('idle', 60_000)), '来自场景 chat'],
    ['a broken connection', failedAttempt(inStream(30_000)), '连接中断（ECONNRESET）'],
    [
      'a stream without its end',
      failedAttempt({
        result: 'truncated',
        phase: 'stream',
        detail: 'the stream ended without its end mark',
      }),
      '数据流没有结束标记就结束了',
    ],
    ['where it was refused', failedAttempt(refused), '建立 TCP 连接时'],
    [
      'why it went there',
      failedAttempt({ ...refused, why: 'route long; only-one-left' }),
      '路由 long；仅剩这一个',
    ],
  ])('is in Chinese there: %s', (_, attempt, expected) => {
    expect(textsOf(attempt)).toContain(expected);
    expect(textsOf(attempt)).not.toMatch(/set by|the connection|in phase|while |priority|阶段 \w/);
  });

  it.each(BLAMED)('has no space between a unit and Chinese: $name', ({ evidence }) => {
    const { exchange: _e, attempts: _a, ...texts } = explain(evidence, 'zh', LATER);
    expect(JSON.stringify(texts)).not.toMatch(/秒 [\u4e00-\u9fff]/);
  });
});

describe('why no further attempt was made', () => {
  const didOf = (attempt: AttemptRecord, exchange: Partial<ExchangeRecord> = {}) =>
    explain(fakeEvidence({ attempts: [attempt], exchange }), 'en', LATER).did.join('\n');

  it.each([
    ['paid for', failedAttempt({ ...page524, chargeRisk: 'likely' }), {}, 'was probably charged'],
    ['out of time', failedAttempt(timer('total', 60_000)), {}, 'was over'],
    ['begun', failedAttempt(inStream(9_000)), { delivery: 'broken' as const }, 'had the beginning of'],
    ['none of these', failedAttempt(refused), {}, 'as many as allowed'],
  ])('%s', (_, attempt, exchange, expected) => {
    expect(didOf(attempt, exchange)).toContain(expected);
  });
});

describe('small things that are said', () => {
  it.each([
    [
      'DNS, TCP and TLS',
      { dnsMs: 10, tcpMs: 20, tlsMs: 30 },
      'Connection open (name lookup 10 ms, TCP 20 ms, TLS 30 ms).',
    ],
    ['TCP alone', { tcpMs: 2 }, 'Connection open (TCP 2 ms).'],
  ])('of a connection only the parts that it had: %s', (_, made, expected) => {
    const evidence = fakeEvidence({ attempts: [fakeAttempt(made)] });
    expect(explain(evidence, 'en', LATER).timeline.map(({ text }) => text)).toContain(expected);
  });

  it.each([
    ['429', { result: 'rate-limited', status: 429, silenceMs: 4 } as const, '429'],
    ['500', { ...server(500), silenceMs: 42_000 } as const, '500 after 42 s of silence'],
  ])('of a %s its silence only where it was silent', (_, made, expected) => {
    const evidence = fakeEvidence({ attempts: [failedAttempt(made)] });
    expect(explain(evidence, 'en', LATER).waterfall.bars[0]?.note).toBe(expected);
  });

  it('lines for an endpoint only where another one did better', () => {
    const second = failedAttempt({
      ...server(500),
      n: 2,
      endpointId: 'bbbbbbbb',
      startedAt: BEGAN_AT + 3_000,
    });
    const both = besides(fakeEvidence({ attempts: [failedAttempt(server(500)), second] }), SPARE);
    expect(explain(both, 'en', LATER).findings.map(({ config }) => config)).toEqual([undefined, undefined]);
  });

  it('a client that left is told of as that', () => {
    const attempts = [failedAttempt({ result: 'cancelled', endedBy: 'client', totalMs: 1_500 })];
    const exchange = { delivery: 'left', leftMs: 1_500, leftSilentMs: 1_500, failed: true } as const;
    const { headline } = explain(fakeEvidence({ attempts, exchange }), 'en', LATER);
    expect(headline).toBe(
      'Over after 1.51 s, without its client: The client closed its connection after 1.5 s, before its answer was whole; it had got nothing for 1.5 s.',
    );
  });
});

describe('a row with a cause that this version does not know', () => {
  it.each([
    ['with a status', { status: 500 }, 'upstream-error'],
    ['without one', { totalMs: 900, silenceMs: 900 }, 'upstream-error'],
  ])('%s is explained by the rest of it', (_, more, kind) => {
    const attempt = failedAttempt({ result: 'of-another-version' as AttemptRecord['result'], ...more });
    const { findings, verdict } = explain(fakeEvidence({ attempts: [attempt] }), 'en', LATER);
    expect(findings[0]?.kind).toBe(kind);
    expect(verdict).toBe('failed');
  });
});

describe('the body of a refusal', () => {
  it.each([
    ['524', page524],
    ['429', { result: 'rate-limited', status: 429 } as const],
    ['400', { result: 'rejected', status: 400 } as const],
    ['a 504 that no edge made', server(504)],
  ])('%s is no part of an answer', (_, made) => {
    const bytes = { firstByteMs: 1_500, sentMs: 5, totalMs: 2_000 };
    const evidence = fakeEvidence({ attempts: [failedAttempt({ ...made, ...bytes })] });
    const { waterfall, timeline } = explain(evidence, 'en', LATER);
    expect(waterfall.bars[0]?.parts.map(({ phase }) => phase)).not.toContain('stream');
    expect(waterfall.bars[0]?.parts).toContainEqual({ phase: 'wait', fromMs: 5, toMs: 2_000 });
    expect(timeline.map(({ text }) => text).join('\n')).not.toContain('First byte');
  });

  it('the head of an answer that broke off is one', () => {
    const evidence = fakeEvidence({ attempts: [failedAttempt({ ...inStream(9_000), status: 200 })] });
    const [bar] = explain(evidence, 'en', LATER).waterfall.bars;
    expect(bar?.parts.map(({ phase }) => phase)).toContain('stream');
  });

  it('answered ones are as they were', () => {
    const { waterfall } = explain(fakeEvidence({ attempts: [fakeAttempt()] }), 'en', LATER);
    expect(waterfall.bars[0]?.parts.map(({ phase }) => phase)).toContain('stream');
  });
});
