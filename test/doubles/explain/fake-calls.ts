import type { FindingKind } from '../../../src/domain/explanation.ts';
import type { AttemptRecord } from '../../../src/domain/ledger.ts';
import type { Evidence } from '../../../src/explain/evidence.ts';
import type { CaseName } from '../../../src/explain/messages-cases.ts';
import { earlier, failedAttempt, fakeAttempt, fakeEvidence } from './fake-evidence.ts';

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

export const timer = (
  name: 'connect' | 'first_byte' | 'idle' | 'total',
  ms: number,
  setBy = 'scenario chat',
) =>
  ({
    result: 'timeout',
    endedBy: 'gateway-timer',
    timer: { name, ms, setBy },
    totalMs: ms,
    silenceMs: ms,
  }) as const;
export const answered = (firstByteMs: number) =>
  fakeAttempt({ firstByteMs, firstEventMs: firstByteMs, totalMs: firstByteMs + 500 });
export const refused = {
  result: 'connect-failed',
  phase: 'connect',
  endedBy: 'network',
  detail: 'ECONNREFUSED 127.0.0.1:9',
  chargeRisk: 'none',
  charge: 'not-charged',
  totalMs: 2,
} as const;
export const page524 = {
  result: 'edge-timeout',
  status: 524,
  endedBy: 'edge',
  totalMs: 100_200,
  silenceMs: 100_190,
  longestSilenceMs: 100_190,
} as const;
export const reset = (silenceMs: number) =>
  ({
    result: 'reset',
    phase: 'wait',
    endedBy: 'network',
    detail: 'the connection broke (ECONNRESET)',
    silenceMs,
    longestSilenceMs: silenceMs,
    totalMs: silenceMs + 10,
  }) as const;
/** Broke in the middle of an answer, its last byte `silenceMs` before. */
export const inStream = (silenceMs: number) =>
  ({
    ...reset(silenceMs),
    phase: 'stream',
    firstByteMs: 700,
    firstEventMs: 800,
    totalMs: silenceMs + 4_000,
  }) as const;
export const server = (status: number) =>
  ({ result: 'upstream-error', status, detail: `HTTP ${status}` }) as const;

export const of = (kind: FindingKind, name: CaseName, certainty: 'sure' | 'likely') => ({
  expected: { kind, case: name, certainty },
});
export const alone = (more: Parameters<typeof failedAttempt>[0]) =>
  fakeEvidence({ attempts: [failedAttempt(more)] });
export const among = (more: Parameters<typeof failedAttempt>[0], ...others: AttemptRecord[]) =>
  fakeEvidence({ attempts: [failedAttempt(more)], others: earlier(...others) });
