import { alone, among, answered, type FakeCase, of, refused, timer } from './fake-calls.ts';
import { BEGAN_AT, failedAttempt, fakeAttempt, fakeEvidence, times } from './fake-evidence.ts';

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
    name: 'blocked for the place it is asked from',
    evidence: alone({ result: 'blocked', status: 403, said: 'Country, region, or territory not supported' }),
    ...of('misconfigured', 'bad-blocked', 'likely'),
    says: /territory not supported/,
  },
  {
    name: 'a model that this key may not use',
    evidence: among(
      { result: 'not-served', status: 403, said: 'Project p does not have access to model claude-test' },
      answered(900),
    ),
    ...of('misconfigured', 'bad-model', 'sure'),
    says: /claude-test/,
  },
  {
    name: 'content that is refused',
    evidence: alone({ result: 'not-served', status: 403, said: 'Your input was flagged' }),
    ...of('request-rejected', 'rejected', 'sure'),
    says: /flagged/,
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
