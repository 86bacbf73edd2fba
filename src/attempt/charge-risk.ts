import type { ChargeRisk, FailureCause, Phase } from '../domain/outcome.ts';
import type { TimerName } from '../domain/timeouts.ts';

interface Ended {
  readonly cause: FailureCause;
  readonly phase: Phase;
  readonly sawTokens: boolean;
  readonly status?: number;
  readonly timer?: TimerName;
}

/** Answers of an edge that never reached its origin. */
const NOT_DELIVERED = new Set([521, 523, 525, 526, 530]);

const BEFORE_SENT: ReadonlySet<Phase> = new Set(['dns', 'connect', 'tls', 'send']);

/**
 * How likely a failed attempt is to be paid for. Tokens seen are paid for; a request that was never whole upstream
 * is not; one that was whole and then met silence probably is, since the model goes on working.
 */
export function chargeRisk({ cause, phase, sawTokens, status }: Ended): ChargeRisk {
  if (sawTokens) return 'certain';
  switch (cause) {
    case 'connect-failed':
    case 'rate-limited':
    case 'overloaded':
    case 'bad-key':
      return 'none';
    case 'edge-timeout':
      return status === 524 ? 'likely' : 'possible';
    case 'upstream-error':
      return status !== undefined && NOT_DELIVERED.has(status) ? 'none' : 'possible';
    case 'stream-error':
    case 'empty':
    case 'not-api':
      return 'possible';
    case 'timeout':
    case 'reset':
    case 'truncated':
    case 'cancelled':
      return BEFORE_SENT.has(phase) ? 'none' : 'likely';
  }
}
