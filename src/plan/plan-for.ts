import type { IdentifiedRequest } from '../domain/request.ts';
import type { OnDisconnect, Settings } from '../domain/settings.ts';
import type { Limit, ScenarioName } from '../domain/timeouts.ts';
import { smallest } from '../resilience/resilience.ts';
import type { AttemptLimits } from './attempt-timers.ts';
import { compilePlans, type ReadyPlans, type ReadyRoute } from './compiled.ts';
import { limit } from './limits.ts';
import { scenarioFor } from './scenario.ts';

/** What was decided about an exchange before its first attempt. */
export interface Plan {
  readonly cluster: string;
  readonly scenario: ScenarioName;
  readonly scenarioBy: 'header' | 'route' | 'request';
  readonly route: string | undefined;
  readonly connect: Limit;
  /** Where the call is streamed upstream. */
  readonly firstByte: Limit;
  readonly idle: Limit;
  readonly total: Limit;
  readonly deadlineAt: number;
  readonly onDisconnect: OnDisconnect;
  /** How long the client waits. Present where the exchange may outlive it: it is sent away before, and joined again. */
  readonly patience: Limit | undefined;
  /** An edge stands between the client and the gateway. */
  readonly clientBehindEdge: boolean;
  /** For `attemptTimers`. */
  readonly attempts: AttemptLimits;
}

/** The gateway has to answer before the client gives up; what it says needs a moment to arrive. */
const patienceWithMargin = (ms: number): number => ms - Math.min(2_000, ms * 0.05);

/**
 * Route, scenario and timers of a request. What the settings say is ready (`limitsFor`); the client's `x-qcc-timeout`
 * replaces the route's and the scenario's `total`, though not `timeouts`, and its patience may be shorter still.
 */
export function planFor(request: IdentifiedRequest, settings: Settings): Plan {
  const plans = compilePlans(settings);
  const { route, cluster, templates } = routeFor(request, plans);
  const scenario = scenarioFor(request, route);
  const { limits, attempts } = templates[scenario.name];
  const onDisconnect =
    route?.onDisconnect ?? plans.onDisconnect.get(request.listener) ?? settings.disconnect.policy;
  const patience =
    request.clientPatienceMs === undefined
      ? undefined
      : limit(patienceWithMargin(request.clientPatienceMs), 'header x-stainless-timeout');
  const asked = totalAsked(request, settings) ?? limits.total;
  const outlives = request.operation === 'generate' && request.resumable && onDisconnect !== 'cancel';
  const shorter = patience !== undefined && patience.ms < asked.ms ? patience : undefined;
  const total = outlives ? asked : (shorter ?? asked);
  return {
    cluster,
    scenario: scenario.name,
    scenarioBy: scenario.by,
    route: route?.name,
    connect: limits.connect,
    firstByte: limits.firstByte,
    idle: limits.idle,
    total,
    deadlineAt: request.receivedAt + total.ms,
    onDisconnect,
    patience: outlives ? shorter : undefined,
    clientBehindEdge: plans.behindEdge.has(request.listener),
    attempts,
  };
}

/** The first route that fits. */
function routeFor(request: IdentifiedRequest, { routes, otherwise }: ReadyPlans): ReadyRoute {
  for (const ready of routes) if (ready.fits(request)) return ready;
  return otherwise;
}

function totalAsked({ askedTimeoutMs }: IdentifiedRequest, { timeouts }: Settings): Limit | undefined {
  if (askedTimeoutMs === undefined) return undefined;
  return smallest(limit(askedTimeoutMs, 'header x-qcc-timeout'), limit(timeouts.totalMs, 'timeouts'));
}
