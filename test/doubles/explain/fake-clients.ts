import { type FakeCase, of } from './fake-calls.ts';
import { BEGAN_AT, failedAttempt, fakeAttempt, fakeEvidence, fakeExchange, times } from './fake-evidence.ts';

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
    says: /heartbeats sent: 2/,
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
    says: /joined to the same answer, 1 time/,
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
