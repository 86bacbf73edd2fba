import { alone, among, answered, type FakeCase, inStream, of, page524, reset, server } from './fake-calls.ts';
import { BEGAN_AT, earlier, failedAttempt, fakeAttempt, fakeEvidence, times } from './fake-evidence.ts';

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
    name: 'streams reset at a steady silence',
    evidence: among(
      inStream(58_200),
      answered(900),
      failedAttempt(inStream(60_100)),
      answered(900),
      failedAttempt(inStream(61_900)),
    ),
    ...of('edge-cut', 'cut-reset', 'sure'),
    says: /58\.2 s to 61\.9 s of silence were seen 3 times/,
  },
  {
    name: 'reset at one silence, whether the answer had begun or not',
    evidence: among(inStream(60_050), failedAttempt(reset(59_900)), failedAttempt(inStream(60_300))),
    ...of('edge-cut', 'cut-reset', 'sure'),
    says: /seen 3 times/,
  },
  {
    name: 'streams reset, but answers there were silent for longer',
    evidence: among(
      inStream(20_000),
      failedAttempt(inStream(20_300)),
      ...times(3, () => fakeAttempt({ longestSilenceMs: 90_000, totalMs: 100_000 })),
    ),
    ...of('bad-answer', 'answer-cut', 'sure'),
  },
  {
    name: 'two endpoints that broke after the same silence',
    evidence: fakeEvidence({
      attempts: [
        failedAttempt(reset(60_020)),
        failedAttempt({ ...reset(59_900), n: 2, endpointId: 'bbbbbbbb', startedAt: BEGAN_AT + 60_100 }),
      ],
    }),
    ...of('edge-cut', 'cut-reset', 'likely'),
    says: /^Attempt 2, at bbbbbbbb, broke after 59\.9 s of silence, too\.$/,
  },
  {
    name: 'a 524 of an edge that QCC was told of',
    evidence: fakeEvidence({ attempts: [failedAttempt(page524)], view: { edge: { silenceMs: 100_000 } } }),
    ...of('edge-cut', 'cut-page', 'sure'),
    says: /allows 100 s/,
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
