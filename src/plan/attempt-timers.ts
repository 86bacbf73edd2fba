import type { Endpoint } from '../domain/endpoint.ts';
import type { AttemptTimers, Limit } from '../domain/timeouts.ts';
import { remainingMs, smallest } from '../resilience/resilience.ts';
import { limit, type PlanLimits } from './limits.ts';

/** The timers of attempts at one endpoint, but for what is left of the exchange's time. */
interface EndpointLimits {
  readonly connect: Limit;
  readonly firstByte: Limit | undefined;
  readonly idle: Limit;
  /** The endpoint's own. */
  readonly total: Limit | undefined;
}

/**
 * What a plan's limits come to at each endpoint: what the plan says and what the endpoint says, the smaller one each.
 * Worked out at the first attempt there and kept as long as the settings: of all that could be asked for, with many
 * routes and endpoints, hardly any ever is.
 */
export class AttemptLimits {
  readonly #plan: PlanLimits;
  readonly #streamed = new Map<Endpoint, EndpointLimits>();
  readonly #whole = new Map<Endpoint, EndpointLimits>();

  constructor(plan: PlanLimits) {
    this.#plan = plan;
  }

  at(endpoint: Endpoint, streamed: boolean): EndpointLimits {
    const ready = streamed ? this.#streamed : this.#whole;
    let limits = ready.get(endpoint);
    if (limits === undefined) {
      limits = limitsAt(endpoint, this.#plan, streamed ? this.#plan.firstByte : this.#plan.firstByteWhole);
      ready.set(endpoint, limits);
    }
    return limits;
  }
}

function limitsAt(endpoint: Endpoint, plan: PlanLimits, firstByte: Limit | undefined): EndpointLimits {
  const { connectMs, firstByteMs, idleMs, totalMs } = endpoint.timeouts;
  const by = `endpoint ${endpoint.name}`;
  return {
    connect: smallest(plan.connect, limit(connectMs, by)) ?? plan.connect,
    firstByte: smallest(firstByte, limit(firstByteMs, by)),
    idle: smallest(plan.idle, limit(idleMs, by)) ?? plan.idle,
    total: limit(totalMs, by),
  };
}

/** What of a plan the timers of its attempts depend on. */
interface TimedPlan {
  readonly attempts: AttemptLimits;
  readonly total: Limit;
  readonly deadlineAt: number;
}

/** The timers of one attempt that begins now. */
export function attemptTimers(
  plan: TimedPlan,
  endpoint: Endpoint,
  streamed: boolean,
  now: number,
): AttemptTimers {
  const { connect, firstByte, idle, total } = plan.attempts.at(endpoint, streamed);
  const leftMs = remainingMs(plan.deadlineAt, now);
  const own = total !== undefined && total.ms < leftMs ? total : undefined;
  return { connect, firstByte, idle, total: own ?? { ms: leftMs, setBy: plan.total.setBy } };
}
