import type { FindingKind } from '../domain/explanation.ts';
import type { AttemptRecord } from '../domain/ledger.ts';
import type { Evidence } from './evidence.ts';
import {
  BEGAN_AT,
  earlier,
  failedAttempt,
  fakeAttempt,
  fakeEvidence,
  fakeExchange,
  times,
} from './fake-evidence.ts';
import type { CaseName } from './messages-cases.ts';

/** One situation, and what is to be made of it. */
export interface FakeCase {
  readonly name: string;
  readonly evidence: Evidence;
  /** The first finding; undefined = nobody is accused. */
  readonly expected?: {
    readonly kind: FindingKind;
    readonly case: CaseName;
    readonly certainty: 'sure' | 'likely';
  };
  /** In some line of evidence, in English. */
  readonly says?: RegExp;
}

const timer = (name: 'connect' | 'first_byte' | 'idle' | 'total', ms: number, setBy = 'scenario chat') =>
  ({
    result: 'timeout',
    endedBy: 'gateway-timer',
    timer: { name, ms, setBy },
    totalMs: ms,
    silenceMs: ms,
  }) as const;
const answered = (firstByteMs: number) =>
  fakeAttempt({ firstByteMs, firstEventMs: firstByteMs, totalMs: firstByteMs + 500 });
const refused = {
  result: 'connect-failed',
  phase: 'connect',
  endedBy: 'network',
  detail: 'ECONNREFUSED 127.0.0.1:9',
  chargeRisk: 'none',
  charge: 'not-charged',
  totalMs: 2,
} as const;
const page524 = {
  result: 'edge-timeout',
  status: 524,
  endedBy: 'edge',
  totalMs: 100_200,
  silenceMs: 100_190,
  longestSilenceMs: 100_190,
} as const;
const reset = (silenceMs: number) =>
  ({
    result: 'reset',
    phase: 'wait',
    endedBy: 'network',
    detail: 'the connection broke (ECONNRESET)',
    silenceMs,
    longestSilenceMs: silenceMs,
    totalMs: silenceMs + 10,
  }) as const;
const server = (status: number) => ({ result: 'upstream-error', status, detail: `HTTP ${status}` }) as const;

const of = (kind: FindingKind, name: CaseName, certainty: 'sure' | 'likely') => ({
  expected: { kind, case: name, certainty },
});
const alone = (more: Parameters<typeof failedAttempt>[0]) =>
  fakeEvidence({ attempts: [failedAttempt(more)] });
const among = (more: Parameters<typeof failedAttempt>[0], ...others: AttemptRecord[]) =>
  fakeEvidence({ attempts: [failedAttempt(more)], others: earlier(...others) });

export const SLOW_AND_DOWN: readonly FakeCase[] = [
  {
    name: 'a timer without any history',
    evidence: alone(timer('first_byte', 60_000)),
    ...of('upstream-slow', 'slow-first', 'likely'),
    says: /only call/,
  },
  {
    name: 'times out often, sometimes works',
    evidence: among(
      timer('first_byte', 60_000),
      ...times(3, () => failedAttempt(timer('first_byte', 60_000))),
      answered(2_000),
      answered(3_000),
    ),
    ...of('upstream-slow', 'slow-first', 'sure'),
    says: /^4 of 6 calls .* 2 were answered/,
  },
  {
    name: 'falls silent in the middle',
    evidence: among(
      { ...timer('idle', 60_000), phase: 'stream', firstByteMs: 500, firstEventMs: 600 },
      answered(2_000),
    ),
    ...of('upstream-slow', 'slow-middle', 'likely'),
  },
  {
    name: 'refused once',
    evidence: alone(refused),
    ...of('server-down', 'down-refused', 'likely'),
    says: /only call/,
  },
  {
    name: 'refused every time, verifications too',
    evidence: fakeEvidence({
      attempts: [failedAttempt(refused)],
      others: earlier(...times(12, () => failedAttempt(refused))),
      events: [
        { at: BEGAN_AT - 100_000, kind: 'opened' },
        { at: BEGAN_AT + 60_000, kind: 'verification-failed' },
      ],
    }),
    ...of('server-down', 'down-refused', 'sure'),
    says: /^13 of the last 13 calls/,
  },
  {
    name: 'every call fails in its own way',
    evidence: among(
      server(503),
      failedAttempt(reset(50)),
      failedAttempt(server(500)),
      failedAttempt(refused),
    ),
    ...of('server-down', 'down-all', 'likely'),
    says: /4 calls in a row/,
  },
  {
    name: 'silent whatever is asked, and no verification gets through',
    evidence: fakeEvidence({
      attempts: [failedAttempt(timer('first_byte', 60_000))],
      others: earlier(...times(3, () => failedAttempt(timer('first_byte', 60_000)))),
      events: [{ at: BEGAN_AT + 90_000, kind: 'verification-failed' }],
    }),
    ...of('server-down', 'down-all', 'sure'),
    says: /1 verifications of it failed/,
  },
  {
    name: 'silent for all, but a verification passes meanwhile: it is not down',
    evidence: fakeEvidence({
      attempts: [failedAttempt(timer('first_byte', 60_000))],
      others: earlier(...times(3, () => failedAttempt(timer('first_byte', 60_000)))),
      events: [{ at: BEGAN_AT - 30_000, kind: 'verified' }],
    }),
    ...of('upstream-slow', 'slow-first', 'likely'),
  },
  {
    name: 'an edge that can’t reach its origin',
    evidence: alone({ ...server(521), endedBy: 'edge' }),
    ...of('server-down', 'down-edge', 'likely'),
  },
  {
    name: 'a 500 by itself',
    evidence: among({ ...server(500), said: 'internal' }, answered(900)),
    ...of('upstream-error', 'error-status', 'sure'),
    says: /internal/,
  },
  {
    name: 'a 500 without history',
    evidence: alone(server(500)),
    ...of('upstream-error', 'error-status', 'sure'),
  },
  {
    name: 'three attempts of one exchange are no outage',
    evidence: fakeEvidence({
      attempts: times(3, (i) => failedAttempt({ ...server(500), n: i + 1, startedAt: BEGAN_AT + i * 3_000 })),
    }),
    ...of('upstream-error', 'error-status', 'sure'),
  },
];

export const NETWORK: readonly FakeCase[] = [
  {
    name: 'connect times out now and then',
    evidence: among(
      { ...timer('connect', 10_000), phase: 'connect' },
      answered(900),
      failedAttempt({ ...timer('connect', 10_000), phase: 'tls' }),
      answered(900),
    ),
    ...of('network-bad', 'net-connect', 'sure'),
    says: /2 of 4 calls .* no connection/,
  },
  {
    name: 'connect times out, once',
    evidence: alone({ ...timer('connect', 10_000), phase: 'connect' }),
    ...of('network-bad', 'net-silent', 'likely'),
  },
  {
    name: 'the connection opened slowly',
    evidence: fakeEvidence({
      attempts: [
        fakeAttempt({
          dnsMs: 900,
          tcpMs: 1_500,
          tlsMs: 2_000,
          sentMs: 4_410,
          firstByteMs: 5_000,
          firstEventMs: 5_000,
          totalMs: 6_000,
        }),
      ],
    }),
    ...of('network-bad', 'net-slow', 'likely'),
    says: /name lookup 900 ms, TCP 1.5 s, TLS 2 s/,
  },
  {
    name: 'connections break after all kinds of silences, others live',
    evidence: among(
      reset(3_000),
      failedAttempt(reset(800)),
      answered(900),
      failedAttempt(reset(9_000)),
      answered(900),
    ),
    ...of('network-bad', 'net-break', 'likely'),
    says: /3 connections .* 800 ms to 9 s/,
  },
  {
    name: 'a name that resolved before',
    evidence: among({ ...refused, phase: 'dns', detail: 'ENOTFOUND: api.test' }, answered(900)),
    ...of('network-bad', 'net-dns', 'likely'),
  },
];

export const SETUP: readonly FakeCase[] = [
  {
    name: 'no such host, once',
    evidence: alone({ ...refused, phase: 'dns', detail: 'ENOTFOUND: api.tset' }),
    ...of('misconfigured', 'bad-dns', 'likely'),
  },
  {
    name: 'no such host, ever',
    evidence: among(
      { ...refused, phase: 'dns', detail: 'ENOTFOUND: api.tset' },
      failedAttempt({ ...refused, phase: 'dns', detail: 'ENOTFOUND: api.tset' }),
    ),
    ...of('misconfigured', 'bad-dns', 'sure'),
  },
  {
    name: 'a certificate nobody trusts',
    evidence: alone({
      ...refused,
      phase: 'tls',
      detail: 'DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate',
    }),
    ...of('misconfigured', 'bad-tls', 'likely'),
  },
  {
    name: 'a key refused, once',
    evidence: alone({ result: 'bad-key', status: 401, said: 'invalid x-api-key', totalMs: 90 }),
    ...of('misconfigured', 'bad-key', 'likely'),
    says: /invalid x-api-key/,
  },
  {
    name: 'a key refused every time',
    evidence: among(
      { result: 'bad-key', status: 401, totalMs: 90 },
      failedAttempt({ result: 'bad-key', status: 401, totalMs: 90 }),
    ),
    ...of('misconfigured', 'bad-key', 'sure'),
    says: /all 2 calls in a row/,
  },
  {
    name: 'no money',
    evidence: alone({ result: 'bad-key', status: 402 }),
    ...of('misconfigured', 'bad-account', 'likely'),
  },
  {
    name: 'blocked by the edge',
    evidence: alone({ result: 'bad-key', status: 403, endedBy: 'edge' }),
    ...of('misconfigured', 'bad-blocked', 'likely'),
  },
  {
    name: 'a model that is not there',
    evidence: among(
      { result: 'rejected', status: 404, said: 'model: claude-test (not_found_error)', chargeRisk: 'none' },
      answered(900),
    ),
    ...of('misconfigured', 'bad-model', 'sure'),
    says: /claude-test/,
  },
  {
    name: 'a path that is not there',
    evidence: fakeEvidence({
      attempts: [
        failedAttempt({
          result: 'rejected',
          status: 404,
          said: '404 Not Found',
          headers: { 'content-type': 'text/html' },
        }),
      ],
    }),
    ...of('misconfigured', 'bad-path', 'likely'),
  },
  {
    name: 'web pages only',
    evidence: among(
      { result: 'not-api', status: 200, detail: 'an HTML page' },
      failedAttempt({ result: 'not-api', status: 200 }),
    ),
    ...of('misconfigured', 'bad-page', 'sure'),
  },
  {
    name: 'no endpoint',
    evidence: fakeEvidence({
      attempts: [],
      exchange: { error: 'no_endpoint', failed: true, delivery: 'refused', status: 503 },
    }),
    ...of('misconfigured', 'bad-cluster', 'sure'),
  },
];

export const LIMITS: readonly FakeCase[] = [
  {
    name: 'a 429 with its headers',
    evidence: alone({
      result: 'rate-limited',
      status: 429,
      headers: { 'retry-after': '7', 'anthropic-ratelimit-requests-limit': '50', date: 'x' },
    }),
    ...of('rate-limited', 'limited-rate', 'sure'),
    says: /^Its headers: retry-after: 7, anthropic-ratelimit-requests-limit: 50\.$/,
  },
  {
    name: 'a 429 of a budget',
    evidence: alone({ result: 'rate-limited', status: 429, said: 'You exceeded your current quota' }),
    ...of('rate-limited', 'limited-spend', 'likely'),
  },
  {
    name: 'a 529',
    evidence: alone({ result: 'overloaded', status: 529, said: 'Overloaded' }),
    ...of('rate-limited', 'limited-load', 'sure'),
  },
  {
    name: 'queue_full',
    evidence: fakeEvidence({
      attempts: [],
      exchange: { error: 'queue_full', status: 429, failed: true, delivery: 'refused' },
    }),
    ...of('queue-full', 'queue-full', 'sure'),
    says: /429 queue_full/,
  },
  {
    name: 'queue_timeout',
    evidence: fakeEvidence({
      attempts: [],
      exchange: {
        error: 'queue_timeout',
        status: 429,
        queuedMs: 300_000,
        endedAt: BEGAN_AT + 300_000,
        failed: true,
        delivery: 'refused',
      },
    }),
    ...of('queue-full', 'queue-timeout', 'sure'),
    says: /waited 300 s/,
  },
  {
    name: 'most of the time was waiting',
    evidence: fakeEvidence({
      attempts: [fakeAttempt({ queuedMs: 8_000, startedAt: BEGAN_AT + 8_000 })],
      exchange: { queuedMs: 8_000 },
    }),
    ...of('queue-full', 'queue-slow', 'sure'),
    says: /waited 8 s .* 10 s/,
  },
];

export const TIMERS: readonly FakeCase[] = [
  {
    name: 'the deadline came while events were coming',
    evidence: alone({
      ...timer('total', 300_000),
      phase: 'stream',
      firstByteMs: 900,
      firstEventMs: 1_000,
      silenceMs: 200,
    }),
    ...of('timer-short', 'short-begun', 'sure'),
    says: /silent for 200 ms only/,
  },
  {
    name: 'others took longer and answered',
    evidence: among(timer('first_byte', 5_000), answered(9_000), answered(8_000), answered(2_000)),
    ...of('timer-short', 'short-first', 'sure'),
    says: /2 of 3 answers .* longest 9 s/,
  },
  {
    name: 'one in ten of the others nearly did not make it',
    evidence: among(timer('first_byte', 60_000), ...times(10, (i) => answered(40_000 + i * 2_000))),
    ...of('timer-short', 'short-first', 'likely'),
  },
  {
    name: 'the next attempt took longer and answered',
    evidence: fakeEvidence({
      attempts: [
        failedAttempt(timer('first_byte', 3_000, 'endpoint main-door')),
        fakeAttempt({
          n: 2,
          endpointId: 'bbbbbbbb',
          startedAt: BEGAN_AT + 3_001,
          firstByteMs: 7_000,
          firstEventMs: 7_000,
          totalMs: 8_000,
        }),
      ],
    }),
    ...of('timer-short', 'short-first', 'sure'),
    says: /Attempt 2 was answered after 7 s/,
  },
  {
    name: 'a setting far below the built-in one',
    evidence: alone(timer('first_byte', 2_000, 'timeouts')),
    ...of('timer-short', 'short-first', 'likely'),
    says: /chat allows 60 s/,
  },
  {
    name: 'the client’s own header',
    evidence: alone({
      ...timer('total', 20_000, 'header x-qcc-timeout'),
      phase: 'stream',
      firstByteMs: 900,
      firstEventMs: 1_000,
      silenceMs: 200,
    }),
    ...of('timer-short', 'short-header', 'sure'),
  },
  {
    name: 'a row of an earlier version, with the timer in words only',
    evidence: among(
      {
        result: 'timeout',
        endedBy: 'gateway-timer',
        totalMs: 5_000,
        silenceMs: 5_000,
        detail: 'timer first_byte: 5000 ms, set by scenario chat',
      },
      answered(9_000),
      answered(8_000),
    ),
    ...of('timer-short', 'short-first', 'sure'),
  },
  {
    name: 'one straggler does not make it short',
    evidence: among(timer('first_byte', 60_000), answered(61_000), ...times(9, () => answered(2_000))),
    ...of('upstream-slow', 'slow-first', 'likely'),
  },
];

export const CUTS: readonly FakeCase[] = [
  {
    name: 'a 524',
    evidence: alone(page524),
    ...of('edge-cut', 'cut-page', 'sure'),
    says: /^524 after 100\.2 s of silence, in attempt 1\.$/,
  },
  {
    name: 'a 524 among others',
    evidence: among(
      page524,
      failedAttempt({ ...page524, silenceMs: 99_800, longestSilenceMs: 99_800 }),
      failedAttempt({ ...page524, silenceMs: 100_400, longestSilenceMs: 100_400 }),
    ),
    ...of('edge-cut', 'cut-page', 'sure'),
    says: /99\.8 s to 100\.4 s of silence were seen 3 times/,
  },
  {
    name: 'a 504 page, not streamed',
    evidence: alone({
      ...page524,
      status: 504,
      streamed: false,
      silenceMs: 60_000,
      longestSilenceMs: 60_000,
    }),
    ...of('edge-cut', 'cut-plain', 'sure'),
  },
  {
    name: 'resets at a steady silence',
    evidence: among(reset(60_010), failedAttempt(reset(59_990)), answered(900), failedAttempt(reset(60_100))),
    ...of('edge-cut', 'cut-reset', 'sure'),
    says: /seen 3 times/,
  },
  {
    name: 'a reset where the edge is known to cut',
    evidence: fakeEvidence({
      attempts: [failedAttempt(reset(30_100))],
      view: { edge: { silenceMs: 30_000 } },
    }),
    ...of('edge-cut', 'cut-reset', 'sure'),
  },
  {
    name: 'cut at the total that the edge allows, while data flowed',
    evidence: fakeEvidence({
      attempts: [
        failedAttempt({
          ...reset(40),
          phase: 'stream',
          firstByteMs: 500,
          firstEventMs: 500,
          totalMs: 900_100,
        }),
      ],
      view: { edge: { totalMs: 900_000 } },
    }),
    ...of('edge-cut', 'cut-total', 'sure'),
  },
  { name: 'one reset', evidence: alone(reset(40_000)), ...of('upstream-error', 'error-closed', 'likely') },
  {
    name: 'resets at once are no edge',
    evidence: among(
      reset(50),
      answered(900),
      failedAttempt(reset(52)),
      answered(900),
      failedAttempt(reset(51)),
    ),
    ...of('upstream-error', 'error-closed', 'likely'),
  },
  {
    name: 'ended without its mark',
    evidence: among(
      { result: 'truncated', phase: 'stream', firstByteMs: 900, firstEventMs: 900, silenceMs: 5 },
      answered(900),
    ),
    ...of('bad-answer', 'answer-cut', 'sure'),
  },
  {
    name: 'an error event',
    evidence: alone({ result: 'stream-error', phase: 'stream', status: 200, detail: 'api_error: oops' }),
    ...of('bad-answer', 'answer-error', 'sure'),
    says: /oops/,
  },
  {
    name: 'an empty 200',
    evidence: alone({ result: 'empty', phase: 'stream', status: 200 }),
    ...of('bad-answer', 'answer-empty', 'sure'),
  },
  {
    name: 'a page now and then',
    evidence: among({ result: 'not-api', status: 200, detail: 'HTML' }, answered(900)),
    ...of('bad-answer', 'answer-page', 'sure'),
  },
  {
    name: 'a request that is wrong',
    evidence: among(
      { result: 'rejected', status: 400, said: 'max_tokens: must be at least 1', chargeRisk: 'none' },
      answered(900),
    ),
    ...of('request-rejected', 'rejected', 'sure'),
    says: /max_tokens/,
  },
];

const whole = fakeAttempt({ totalMs: 150_000, firstByteMs: 149_000, firstEventMs: 149_000 });
const gone = { delivery: 'left', failed: true, endedAt: BEGAN_AT + 150_000 } as const;
const cancelled = failedAttempt({
  result: 'cancelled',
  endedBy: 'client',
  totalMs: 12_000,
  silenceMs: 11_000,
});

export const CLIENTS: readonly FakeCase[] = [
  {
    name: 'cut at the silence of its listener’s edge',
    evidence: fakeEvidence({
      attempts: [whole],
      exchange: { ...gone, leftMs: 100_050, leftSilentMs: 100_000, leftFate: 'run-on', heartbeats: 0 },
      more: { listener: { name: 'door', host: '127.0.0.1', port: 7860, edge: { silenceMs: 100_000 } } },
    }),
    ...of('edge-cut', 'cut-client', 'likely'),
    says: /door allows 100 s/,
  },
  {
    name: 'cut as others were',
    evidence: fakeEvidence({
      attempts: [whole],
      exchange: { ...gone, leftMs: 45_050, leftSilentMs: 45_000 },
      more: {
        left: times(3, (i) => fakeExchange({ id: `req-0other${i}`, leftMs: 45_300, leftSilentMs: 45_100 })),
      },
    }),
    ...of('edge-cut', 'cut-client', 'sure'),
    says: /4 clients were cut after 45 s to 45\.1 s/,
  },
  {
    name: 'cut where Cloudflare cuts',
    evidence: fakeEvidence({
      attempts: [whole],
      exchange: { ...gone, leftMs: 100_300, leftSilentMs: 100_200 },
    }),
    ...of('edge-cut', 'cut-client', 'likely'),
    says: /Cloudflare/,
  },
  {
    name: 'its own patience was over, and it asked again',
    evidence: fakeEvidence({
      attempts: [cancelled],
      exchange: {
        ...gone,
        leftMs: 30_020,
        leftSilentMs: 30_000,
        clientPatienceMs: 30_000,
        leftFate: 'cancel',
      },
      more: {
        later: [fakeExchange({ id: 'req-0again', startedAt: BEGAN_AT + 31_000, requestBytes: 1_004 })],
      },
    }),
    ...of('client-gave-up', 'gave-up-patience', 'sure'),
    says: /asked again 980 ms later: req-0again/,
  },
  {
    name: 'Claude Code’s 361 s',
    evidence: fakeEvidence({
      attempts: [cancelled],
      exchange: { ...gone, leftMs: 361_100, leftSilentMs: 2_000 },
    }),
    ...of('client-gave-up', 'gave-up-patience', 'likely'),
  },
  {
    name: 'somebody pressed Esc',
    evidence: fakeEvidence({
      attempts: [cancelled],
      exchange: { ...gone, leftMs: 12_000, leftSilentMs: 30, leftFate: 'grace', heartbeats: 2 },
    }),
    ...of('client-gave-up', 'gave-up-left', 'sure'),
    says: /2 heartbeats/,
  },
  {
    name: 'it left and was joined to the same answer',
    evidence: fakeEvidence({
      attempts: [whole],
      exchange: {
        leftMs: 50_000,
        leftSilentMs: 50_000,
        joined: 1,
        leftFate: 'run-on',
        endedAt: BEGAN_AT + 150_000,
      },
    }),
    ...of('client-gave-up', 'gave-up-left', 'sure'),
    says: /joined to the same answer, 1 times/,
  },
  {
    name: 'sent away, and never came back',
    evidence: fakeEvidence({
      attempts: [whole],
      exchange: { delivery: 'undelivered', failed: true, clientPatienceMs: 60_000 },
    }),
    ...of('client-gave-up', 'gave-up-away', 'likely'),
  },
  {
    name: 'cancelled by hand',
    evidence: fakeEvidence({ attempts: [cancelled], exchange: { error: 'cancelled', delivery: 'refused' } }),
    ...of('client-gave-up', 'gave-up-cancelled', 'sure'),
  },
  {
    name: 'the gateway was killed',
    evidence: fakeEvidence({
      attempts: [failedAttempt({ result: 'reset', detail: 'the gateway ended' })],
      exchange: { delivery: 'unknown' },
    }),
    ...of('gateway-ended', 'ended-crash', 'sure'),
  },
  {
    name: 'it was being stopped',
    evidence: fakeEvidence({
      attempts: [],
      exchange: { error: 'draining', delivery: 'refused', failed: true },
    }),
    ...of('gateway-ended', 'ended-drain', 'sure'),
  },
  {
    name: 'a defect of ours',
    evidence: fakeEvidence({
      attempts: [],
      exchange: { error: 'internal', delivery: 'refused', failed: true },
    }),
    ...of('gateway-ended', 'ended-internal', 'sure'),
  },
];

/** Nobody is to be accused here. */
export const HEALTHY: readonly FakeCase[] = [
  { name: 'a quick answer', evidence: fakeEvidence({}) },
  {
    name: 'the model wrote for 100 s',
    evidence: fakeEvidence({ attempts: [fakeAttempt({ totalMs: 100_000 })] }),
  },
  { name: 'the model thought for 100 s', evidence: fakeEvidence({ attempts: [answered(100_000)] }) },
  {
    name: 'not streamed, 50 s',
    evidence: fakeEvidence({
      attempts: [
        fakeAttempt({ streamed: false, firstByteMs: 50_000, firstEventMs: 50_000, totalMs: 50_001 }),
      ],
    }),
  },
  {
    name: 'a joined repeat',
    evidence: fakeEvidence({ exchange: { joined: 1, savedCalls: 1, savedMicroUsd: 1_000 } }),
  },
  {
    name: 'a moment’s wait for a slot',
    evidence: fakeEvidence({
      exchange: { queuedMs: 90 },
      attempts: [fakeAttempt({ queuedMs: 90, startedAt: BEGAN_AT + 90, totalMs: 50 })],
    }),
  },
  {
    name: 'a good connection',
    evidence: fakeEvidence({ attempts: [fakeAttempt({ dnsMs: 20, tcpMs: 30, tlsMs: 60 })] }),
  },
  {
    name: 'beside it, an endpoint that fails',
    evidence: fakeEvidence({ others: earlier(...times(5, () => failedAttempt(server(500)))) }),
  },
  {
    name: 'a row of the first version',
    evidence: fakeEvidence({ exchange: { queuedMs: undefined, failed: undefined } as never, view: false }),
  },
];
