import { alone, among, answered, type FakeCase, of, refused, reset, server, timer } from './fake-calls.ts';
import { BEGAN_AT, earlier, failedAttempt, fakeAttempt, fakeEvidence, times } from './fake-evidence.ts';

export const SLOW_AND_DOWN: readonly FakeCase[] = [
  {
    name: 'a timer without any history',
    evidence: alone(timer('first_byte', 60_000)),
    ...of('upstream-slow', 'slow-first', 'likely'),
    says: /No other request called/,
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
    says: /No other request called/,
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
    says: /1 verification of it failed/,
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
    name: 'silent four times in a row after good answers, and no verification',
    evidence: among(
      timer('first_byte', 60_000),
      ...times(4, () => answered(900)),
      ...times(3, () => failedAttempt(timer('first_byte', 60_000))),
    ),
    ...of('upstream-slow', 'slow-first', 'sure'),
    says: /^4 of 8 calls to main-door ran into a timer in the hour around; 4 were answered\.$/,
  },
  {
    name: 'the endpoint’s own timer of 2 s fired four times after good answers, and a verification failed at once',
    evidence: fakeEvidence({
      attempts: [failedAttempt(timer('first_byte', 2_000, 'endpoint main-door'))],
      others: [
        ...earlier(...times(4, () => answered(900))),
        ...times(3, (i) => ({
          ...failedAttempt(timer('first_byte', 2_000, 'endpoint main-door')),
          exchangeId: `req-0quick${i}`,
          startedAt: BEGAN_AT - 9_000 + i * 3_000,
        })),
      ],
      events: [{ at: BEGAN_AT + 3_000, kind: 'verification-failed' }],
    }),
    ...of('timer-short', 'short-first', 'likely'),
    says: /chat allows 60 s/,
  },
  {
    name: 'errors three times in a row within a moment, after good answers',
    evidence: fakeEvidence({
      attempts: [failedAttempt(server(500))],
      others: [
        ...earlier(answered(900), answered(900)),
        ...times(2, (i) => ({
          ...failedAttempt(server(500)),
          exchangeId: `req-0quick${i}`,
          startedAt: BEGAN_AT - 6_000 + i * 3_000,
        })),
      ],
    }),
    ...of('upstream-error', 'error-status', 'sure'),
    says: /3 of the last 5 calls to main-door failed/,
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
