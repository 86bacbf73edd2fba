import type { Endpoint } from '../domain/endpoint.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Settings } from '../domain/settings.ts';
import type { AttemptTimers, Limit, ScenarioName, Timeouts } from '../domain/timeouts.ts';
import { remainingMs, smallest } from '../resilience/resilience.ts';
import { routeFor } from './route.ts';
import { scenarioFor } from './scenario.ts';

/** What was decided about an exchange before its first attempt. */
export interface Plan {
  readonly cluster: string;
  readonly scenario: ScenarioName;
  readonly scenarioBy: 'header' | 'route' | 'request';
  readonly route?: string;
  readonly connect: Limit;
  /** Absent where the call is not streamed upstream: there the first byte is the whole answer. */
  readonly firstByte?: Limit;
  readonly idle: Limit;
  readonly total: Limit;
  readonly deadlineAt: number;
}

type TimerKey = keyof Timeouts;

const limit = (ms: number | undefined, setBy: string): Limit | undefined =>
  ms === undefined ? undefined : { ms, setBy };

/**
 * The gateway has to answer before the client gives up; what it says needs a moment to arrive.
 */
const patienceWithMargin = (ms: number): number => ms - Math.min(2_000, ms * 0.05);

/**
 * Route, scenario and timers of a request. What a route says replaces what the scenario says, and the client's
 * `x-qcc-timeout` replaces both for `total`; of what is left, and of `timeouts`, the smallest wins.
 */
export function planFor(request: IdentifiedRequest, settings: Settings, cluster?: string): Plan {
  const route = routeFor(request, settings.routes);
  const scenario = scenarioFor(request, route);
  const ofScenario = settings.scenarios[scenario.name];

  const own = (key: TimerKey): Limit | undefined =>
    limit(route?.timeouts?.[key], `route ${route?.name}`) ??
    limit(ofScenario[key], `scenario ${scenario.name}`);
  const inForce = (key: TimerKey, ...more: (Limit | undefined)[]): Limit =>
    smallest(own(key), limit(settings.timeouts[key], 'timeouts'), ...more) ?? NEVER;

  const total =
    smallest(
      limit(request.askedTimeoutMs, 'header x-qcc-timeout') ?? inForce('totalMs'),
      limit(
        request.clientPatienceMs === undefined ? undefined : patienceWithMargin(request.clientPatienceMs),
        'header x-stainless-timeout',
      ),
    ) ?? NEVER;

  return {
    cluster: route?.cluster ?? cluster ?? settings.defaultCluster,
    scenario: scenario.name,
    scenarioBy: scenario.by,
    ...(route ? { route: route.name } : {}),
    connect: inForce('connectMs'),
    ...(request.stream || request.operation === 'count-tokens' ? { firstByte: inForce('firstByteMs') } : {}),
    idle: inForce('idleMs'),
    total,
    deadlineAt: request.receivedAt + total.ms,
  };
}

/** No setting says anything: a day, which is longer than any answer takes. */
const NEVER: Limit = { ms: 24 * 3_600_000, setBy: 'built-in' };

/** The timers of one attempt: what the plan says and what the endpoint says, the smaller one each. */
export function attemptTimers(plan: Plan, endpoint: Endpoint, now: number): AttemptTimers {
  const { connectMs, firstByteMs, idleMs, totalMs } = endpoint.timeouts;
  const by = `endpoint ${endpoint.name}`;
  const firstByte = smallest(plan.firstByte, limit(firstByteMs, by));
  return {
    connect: smallest(plan.connect, limit(connectMs, by)) ?? plan.connect,
    ...(firstByte ? { firstByte } : {}),
    idle: smallest(plan.idle, limit(idleMs, by)) ?? plan.idle,
    total:
      smallest({ ms: remainingMs(plan.deadlineAt, now), setBy: plan.total.setBy }, limit(totalMs, by)) ??
      plan.total,
  };
}
