import { describe, expect, it } from 'vitest';
import type { ChargeRisk, FailureCause, Phase } from '../domain/outcome.ts';
import { chargeRisk } from './charge-risk.ts';

type Row = readonly [cause: FailureCause, phase: Phase, status: number | undefined, risk: ChargeRisk];

const NEVER_WHOLE: readonly Phase[] = ['dns', 'connect', 'tls', 'send'];
const BROKEN: readonly FailureCause[] = ['timeout', 'reset', 'truncated', 'cancelled'];

const ROWS: readonly Row[] = [
  ...(['dns', 'connect', 'tls'] as const).map((phase): Row => ['connect-failed', phase, undefined, 'none']),
  ['rate-limited', 'wait', 429, 'none'],
  ['overloaded', 'wait', 529, 'none'],
  ['overloaded', 'stream', undefined, 'none'],
  ['bad-key', 'wait', 401, 'none'],
  ...[521, 523, 525, 526, 530].map((status): Row => ['upstream-error', 'wait', status, 'none']),
  ...[408, 500, 502, 503, 504, 520, 522].map((status): Row => ['upstream-error', 'wait', status, 'possible']),
  ['edge-timeout', 'wait', 504, 'possible'],
  ['edge-timeout', 'wait', 524, 'likely'],
  ['stream-error', 'stream', undefined, 'possible'],
  ['empty', 'wait', undefined, 'possible'],
  ['not-api', 'stream', undefined, 'possible'],
  ...BROKEN.flatMap((cause) => NEVER_WHOLE.map((phase): Row => [cause, phase, undefined, 'none'])),
  ...BROKEN.flatMap((cause) =>
    (['wait', 'stream'] as const).map((phase): Row => [cause, phase, undefined, 'likely']),
  ),
];

describe('chargeRisk', () => {
  it.each(ROWS)('%s in phase %s, status %s: %s', (cause, phase, status, risk) => {
    const ended = { cause, phase, ...(status === undefined ? {} : { status }) };
    expect(chargeRisk({ ...ended, sawTokens: false })).toBe(risk);
  });

  it.each(ROWS)('%s in phase %s, status %s, with tokens seen: certain', (cause, phase, status) => {
    const ended = { cause, phase, ...(status === undefined ? {} : { status }) };
    expect(chargeRisk({ ...ended, sawTokens: true })).toBe('certain');
  });
});
