import type { ChargeRisk, FailureCause, Phase } from './outcome.ts';

/**
 * What follows from a cause of failure: one row for each, and the one place where it is said. The row's name is the
 * cause's name on the ledger, in the log and in metrics.
 */
export interface Failure {
  /** Whose doing it is. Of `client`, `gateway` and `request` the endpoint has no part: they count for nothing there. */
  readonly fault: 'endpoint' | 'credential' | 'path' | 'request' | 'client' | 'gateway';
  /** How likely it is to be paid for, where no tokens were seen. */
  readonly chargeRisk: ChargeRisk;
  /** By the answer's status, where that says more. */
  readonly riskOf?: Readonly<Record<number, ChargeRisk>>;
  /** The request was never whole upstream if it ended before it was sent: then nothing is paid for. */
  readonly freeUnsent?: true;
  /**
   * What it does to the endpoint's circuit. `counts`: so many in a row open it. `opens`: at once. `cools`: out for a
   * while, with nothing held against it. `spares`: nothing.
   */
  readonly circuit: 'counts' | 'opens' | 'cools' | 'spares';
  /** Who may be asked again. `elsewhere`: the same endpoint would say the same. */
  readonly retry: 'anywhere' | 'elsewhere' | 'nowhere';
  /** It holds for every call alike, not for generation alone. */
  readonly ofAllCalls?: true;
  /** It ran out of patience, not into an end: a sign of the model's pace even where none was measured yet. */
  readonly slow?: true;
  /** It tells the predictor how long a call takes at least: it ended while the model was at work. */
  readonly predictor?: true;
  /** How an edge may have cut it. `page`: it said so. `break`: edges do that, too. `end`: early, but cleanly. */
  readonly cut?: 'page' | 'break' | 'end';
  /** Somebody was at home, who had to write it. */
  readonly alive?: true;
  /** What came was no part of an answer, whatever its status says. */
  readonly noAnswer?: true;
}

/** Answers of an edge that never reached its origin. */
const NOT_DELIVERED = { 521: 'none', 523: 'none', 525: 'none', 526: 'none', 530: 'none' } as const;

/** The compiler asks for a row for each cause that is added. */
export const FAILURES: Readonly<Record<FailureCause, Failure>> = {
  'connect-failed': {
    fault: 'path',
    chargeRisk: 'none',
    circuit: 'counts',
    retry: 'anywhere',
    ofAllCalls: true,
  },
  timeout: {
    fault: 'endpoint',
    chargeRisk: 'likely',
    freeUnsent: true,
    circuit: 'counts',
    retry: 'anywhere',
    slow: true,
    predictor: true,
  },
  reset: {
    fault: 'path',
    chargeRisk: 'likely',
    freeUnsent: true,
    circuit: 'counts',
    retry: 'anywhere',
    predictor: true,
    cut: 'break',
  },
  'rate-limited': {
    fault: 'endpoint',
    chargeRisk: 'none',
    circuit: 'cools',
    retry: 'anywhere',
    alive: true,
  },
  overloaded: { fault: 'endpoint', chargeRisk: 'none', circuit: 'cools', retry: 'anywhere', alive: true },
  'edge-timeout': {
    fault: 'path',
    chargeRisk: 'possible',
    // The request was delivered, and the model is probably still working.
    riskOf: { 524: 'likely' },
    circuit: 'counts',
    retry: 'anywhere',
    slow: true,
    predictor: true,
    cut: 'page',
    noAnswer: true,
  },
  'upstream-error': {
    fault: 'endpoint',
    chargeRisk: 'possible',
    riskOf: NOT_DELIVERED,
    circuit: 'counts',
    retry: 'anywhere',
  },
  'bad-key': { fault: 'credential', chargeRisk: 'none', circuit: 'opens', retry: 'elsewhere', alive: true },
  // One client could take all endpoints out if what is refused to it counted against them.
  'not-served': { fault: 'request', chargeRisk: 'none', circuit: 'spares', retry: 'elsewhere', alive: true },
  blocked: { fault: 'path', chargeRisk: 'none', circuit: 'counts', retry: 'elsewhere', alive: true },
  'stream-error': {
    fault: 'endpoint',
    chargeRisk: 'possible',
    circuit: 'counts',
    retry: 'anywhere',
    alive: true,
  },
  empty: {
    fault: 'endpoint',
    chargeRisk: 'possible',
    circuit: 'counts',
    retry: 'anywhere',
    noAnswer: true,
  },
  'not-api': {
    fault: 'endpoint',
    chargeRisk: 'possible',
    circuit: 'counts',
    retry: 'anywhere',
    alive: true,
    noAnswer: true,
  },
  truncated: {
    fault: 'endpoint',
    chargeRisk: 'likely',
    freeUnsent: true,
    circuit: 'counts',
    retry: 'anywhere',
    predictor: true,
    cut: 'end',
  },
  cancelled: {
    fault: 'client',
    chargeRisk: 'likely',
    freeUnsent: true,
    circuit: 'spares',
    retry: 'nowhere',
    predictor: true,
  },
  internal: {
    fault: 'gateway',
    chargeRisk: 'likely',
    freeUnsent: true,
    circuit: 'spares',
    retry: 'elsewhere',
  },
};

const UNSENT: ReadonlySet<Phase> = new Set(['dns', 'connect', 'tls', 'send']);

/**
 * How likely a failed attempt is to be paid for. Tokens seen are paid for; a request that was never whole upstream is
 * not; one that was whole and then met silence probably is, since the model goes on working.
 */
export function chargeRisk(
  cause: FailureCause,
  phase: Phase,
  status: number | undefined,
  sawTokens: boolean,
): ChargeRisk {
  if (sawTokens) return 'certain';
  const row = FAILURES[cause];
  if (row.freeUnsent && UNSENT.has(phase)) return 'none';
  return (status === undefined ? undefined : row.riskOf?.[status]) ?? row.chargeRisk;
}

/** Its row; undefined for what is no failure, and for a cause that this version does not know: ledgers outlive versions. */
export function failureOf(result: string): Failure | undefined {
  return Object.hasOwn(FAILURES, result) ? FAILURES[result as FailureCause] : undefined;
}
