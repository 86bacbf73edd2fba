import { describe, expect, it } from 'vitest';
import { chargeRisk, FAILURES, failureOf } from './failure.ts';
import type { ChargeRisk, FailureCause, Phase } from './outcome.ts';

/** The table as a whole, a line a cause: what changes here changes for all who read it. */
const GOLDEN = `
connect-failed path       none     counts anywhere  all-calls
timeout        endpoint   likely   counts anywhere  free-unsent slow predictor
reset          path       likely   counts anywhere  free-unsent predictor cut:break
rate-limited   endpoint   none     cools  anywhere  alive
overloaded     endpoint   none     cools  anywhere  alive
edge-timeout   path       possible counts anywhere  524:likely slow predictor cut:page no-answer
upstream-error endpoint   possible counts anywhere  521:none 523:none 525:none 526:none 530:none
bad-key        credential none     opens  elsewhere alive
not-served     request    none     spares elsewhere alive
blocked        path       none     counts elsewhere alive
stream-error   endpoint   possible counts anywhere  alive
empty          endpoint   possible counts anywhere  no-answer
not-api        endpoint   possible counts anywhere  alive no-answer
truncated      endpoint   likely   counts anywhere  free-unsent predictor cut:end
cancelled      client     likely   spares nowhere   free-unsent predictor
internal       gateway    likely   spares elsewhere free-unsent
`;

function lineOf(cause: FailureCause): string {
  const row = FAILURES[cause];
  const more = [
    ...Object.entries(row.riskOf ?? {}).map(([status, risk]) => `${status}:${risk}`),
    row.freeUnsent && 'free-unsent',
    row.ofAllCalls && 'all-calls',
    row.slow && 'slow',
    row.predictor && 'predictor',
    row.cut && `cut:${row.cut}`,
    row.alive && 'alive',
    row.noAnswer && 'no-answer',
  ].filter(Boolean);
  const columns = [
    cause.padEnd(14),
    row.fault.padEnd(10),
    row.chargeRisk.padEnd(8),
    row.circuit.padEnd(6),
    row.retry.padEnd(9),
  ];
  return [...columns, ...more].join(' ').trimEnd();
}

const CAUSES = Object.keys(FAILURES) as FailureCause[];

describe('the table of failures', () => {
  it('is this', () => {
    expect(CAUSES.map(lineOf)).toEqual(GOLDEN.trim().split('\n'));
  });

  it('holds nothing against an endpoint of what it has no part in', () => {
    for (const cause of CAUSES) {
      const { fault, circuit } = FAILURES[cause];
      const apart = fault === 'request' || fault === 'client' || fault === 'gateway';
      expect([cause, circuit === 'spares']).toEqual([cause, apart]);
    }
  });

  it('opens a circuit at once for the credential alone', () => {
    for (const cause of CAUSES) {
      const { fault, circuit } = FAILURES[cause];
      expect([cause, circuit === 'opens']).toEqual([cause, fault === 'credential']);
    }
  });

  it.each(['answered', 'rejected', 'toString', 'a-cause-of-tomorrow'])('has no row for %s', (result) => {
    expect(failureOf(result)).toBeUndefined();
  });
});

type Row = readonly [cause: FailureCause, phase: Phase, status: number | undefined, risk: ChargeRisk];

const NEVER_WHOLE: readonly Phase[] = ['dns', 'connect', 'tls', 'send'];
const BROKEN: readonly FailureCause[] = ['timeout', 'reset', 'truncated', 'cancelled', 'internal'];

const ROWS: readonly Row[] = [
  ...(['dns', 'connect', 'tls'] as const).map((phase): Row => ['connect-failed', phase, undefined, 'none']),
  ['rate-limited', 'wait', 429, 'none'],
  ['overloaded', 'wait', 529, 'none'],
  ['overloaded', 'stream', undefined, 'none'],
  ['bad-key', 'wait', 401, 'none'],
  ['not-served', 'wait', 403, 'none'],
  ['blocked', 'wait', 403, 'none'],
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
    expect(chargeRisk(cause, phase, status, false)).toBe(risk);
  });

  it.each(ROWS)('%s in phase %s, status %s, with tokens seen: certain', (cause, phase, status) => {
    expect(chargeRisk(cause, phase, status, true)).toBe('certain');
  });
});
