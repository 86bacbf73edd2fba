import { FAILURES } from '../domain/failure.ts';
import type { Failed, Outcome } from '../domain/outcome.ts';
import type { RetrySettings } from '../domain/settings.ts';
import type { TimerName } from '../domain/timeouts.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';
import { remainingMs } from '../resilience/resilience.ts';
import type { Plan } from './plan-for.ts';

/** Likely or certainly paid for: asking again would likely be paid for again. */
export const wasCharged = (outcome: Outcome): boolean =>
  outcome.kind === 'failed' && (outcome.chargeRisk === 'likely' || outcome.chargeRisk === 'certain');

/** The same endpoint would say the same again. */
export const repeatsItself = (outcome: Outcome): boolean =>
  outcome.kind === 'failed' && FAILURES[outcome.cause].retry === 'elsewhere';

const TIMER_ERRORS: Record<TimerName, ErrorCode> = {
  connect: 'connect_timeout',
  first_byte: 'first_byte_timeout',
  idle: 'idle_timeout',
  total: 'total_timeout',
};

/** Stops clients that would pay again: Claude Code gives up at once when told to wait over a minute. */
const CHARGED_RETRY_AFTER_MS = 120_000;

/**
 * The error a client gets when no attempt answered. Where so many attempts were paid for that no further one was
 * made, it is told not to ask again.
 */
export function errorOf(
  plan: Plan,
  history: readonly Outcome[],
  retry: RetrySettings,
  now: number,
): GatewayError {
  const error = whatFailed(plan, history, now);
  const spent = history.filter(wasCharged).length > retry.maxCharged;
  return spent ? { ...error, retryHelps: false, retryAfterMs: CHARGED_RETRY_AFTER_MS } : error;
}

/** 504 where time ran out, 429 where everybody is rate limited, 502 otherwise. */
function whatFailed(plan: Plan, history: readonly Outcome[], now: number): GatewayError {
  const failures = history.filter((outcome): outcome is Failed => outcome.kind === 'failed');
  const last = failures.at(-1);
  const attempts = history.length;
  const words = { cluster: plan.cluster, attempts, detail: last?.detail ?? '' };
  if (last === undefined) {
    // No attempt was ever made: the whole budget went by in the queue.
    return gatewayError(
      'queue_timeout',
      { cluster: plan.cluster, ms: Math.round(plan.total.ms) },
      { retryAfterMs: 1_000 },
    );
  }
  if (last.committed) return gatewayError('answer_broken', { detail: last.detail });
  if (failures.every(({ cause }) => FAILURES[cause].circuit === 'cools')) {
    return gatewayError('rate_limited', words, { retryAfterMs: retryAfter(failures) });
  }
  if (failures.every(({ cause }) => FAILURES[cause].fault === 'credential'))
    return gatewayError('bad_upstream_key', words);
  const refused = failures.findLast(({ cause }) => FAILURES[cause].fault === 'request');
  if (refused && failures.every(repeatsItself)) return notServed(refused, plan.cluster, attempts);
  if (failures.every(({ cause }) => FAILURES[cause].fault === 'gateway'))
    return gatewayError('internal', { detail: last.detail });
  if (last.timer) {
    const { name, setBy } = last.timer;
    // An attempt gets what is left of the exchange's total; the setting people know is the whole of it.
    const ms = name === 'total' && setBy === plan.total.setBy ? plan.total.ms : last.timer.ms;
    return gatewayError(TIMER_ERRORS[name], {
      endpoint: last.endpointId,
      ms: Math.round(ms),
      setBy,
      attempts,
    });
  }
  if (remainingMs(plan.deadlineAt, now) === 0) {
    return gatewayError('total_timeout', {
      ms: Math.round(plan.total.ms),
      setBy: plan.total.setBy,
      attempts,
    });
  }
  return gatewayError('all_attempts_failed', words);
}

/** Where no upstream said how long it wants to be left alone. */
const UNSAID_RETRY_AFTER_MS = 30_000;

/** The shortest pause any endpoint asked for. */
function retryAfter(failures: readonly Failed[]): number {
  const pauses = failures.flatMap((failure) => failure.retryAfterMs ?? []);
  return pauses.length === 0 ? UNSAID_RETRY_AFTER_MS : Math.min(...pauses);
}

/** Nobody who was asked serves it: the client reads the vendor's own words, under the vendor's status. */
function notServed(
  { status = 400, said, detail, words }: Failed,
  cluster: string,
  attempts: number,
): GatewayError {
  const retryHelps = status >= 500;
  const more = words === undefined ? { status, retryHelps } : { status, retryHelps, verbatim: words };
  return gatewayError('not_served', { cluster, attempts, detail: said ?? detail }, more);
}
