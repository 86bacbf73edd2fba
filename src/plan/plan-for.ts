import type { Endpoint } from '../domain/endpoint.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { OnDisconnect, Settings } from '../domain/settings.ts';
import {
  type AttemptTimers,
  BUILT_IN_SCENARIOS,
  type Limit,
  type ScenarioName,
  type Timeouts,
} from '../domain/timeouts.ts';
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
  /** Where the call is streamed upstream. */
  readonly firstByte: Limit;
  /** Where it is not, the first byte is the whole answer: only what a person has set for it counts. */
  readonly firstByteWhole?: Limit;
  readonly idle: Limit;
  readonly total: Limit;
  readonly deadlineAt: number;
  readonly onDisconnect: OnDisconnect;
  /** How long the client waits. Present where the exchange may outlive it: it is sent away before, and joined again. */
  readonly patience?: Limit;
}

type TimerKey = keyof Timeouts;

const limit = (ms: number | undefined, setBy: string): Limit | undefined =>
  ms === undefined ? undefined : { ms, setBy };

/** The gateway has to answer before the client gives up; what it says needs a moment to arrive. */
const patienceWithMargin = (ms: number): number => ms - Math.min(2_000, ms * 0.05);

/**
 * Route, scenario and timers of a request. A route's value replaces the scenario's, and the client's `x-qcc-timeout`
 * replaces both for `total`. Of that, `timeouts`, the endpoint's own and the client's patience the smallest wins. The
 * built-in scenario counts only where nobody has set anything.
 */
export function planFor(request: IdentifiedRequest, settings: Settings): Plan {
  const route = routeFor(request, settings.routes);
  const scenario = scenarioFor(request, route);
  const ofScenario = settings.scenarios[scenario.name];
  const builtIn = BUILT_IN_SCENARIOS[scenario.name];
  const byScenario = `scenario ${scenario.name}`;

  /** What people have set: the route, or else the scenario, and `timeouts` for all. */
  const set = (key: TimerKey): Limit | undefined =>
    smallest(
      limit(route?.timeouts?.[key], `route ${route?.name}`) ??
        (ofScenario[key] === builtIn[key] ? undefined : limit(ofScenario[key], byScenario)),
      limit(settings.timeouts[key], 'timeouts'),
    );
  const inForce = (key: TimerKey): Limit => set(key) ?? { ms: builtIn[key], setBy: byScenario };
  const firstByteWhole = smallest(
    limit(route?.timeouts?.firstByteMs, `route ${route?.name}`),
    limit(settings.timeouts.firstByteMs, 'timeouts'),
  );
  const patience =
    request.clientPatienceMs === undefined
      ? undefined
      : limit(patienceWithMargin(request.clientPatienceMs), 'header x-stainless-timeout');
  const asked =
    smallest(
      limit(request.askedTimeoutMs, 'header x-qcc-timeout'),
      limit(request.askedTimeoutMs && settings.timeouts.totalMs, 'timeouts'),
    ) ?? inForce('totalMs');
  const listener = settings.listen.find(({ name }) => name === request.listener);
  const onDisconnect = route?.onDisconnect ?? listener?.onDisconnect ?? settings.disconnect.policy;
  const outlives = request.operation === 'generate' && request.resumable && onDisconnect !== 'cancel';
  const total = (outlives ? undefined : smallest(asked, patience)) ?? asked;

  return {
    cluster: route?.cluster ?? settings.defaultCluster,
    scenario: scenario.name,
    scenarioBy: scenario.by,
    ...(route ? { route: route.name } : {}),
    connect: inForce('connectMs'),
    firstByte: inForce('firstByteMs'),
    ...(firstByteWhole ? { firstByteWhole } : {}),
    idle: inForce('idleMs'),
    total,
    deadlineAt: request.receivedAt + total.ms,
    onDisconnect,
    ...(outlives && patience && patience.ms < total.ms ? { patience } : {}),
  };
}

/** The timers of one attempt: what the plan says and what the endpoint says, the smaller one each. */
export function attemptTimers(plan: Plan, endpoint: Endpoint, streamed: boolean, now: number): AttemptTimers {
  const { connectMs, firstByteMs, idleMs, totalMs } = endpoint.timeouts;
  const by = `endpoint ${endpoint.name}`;
  const firstByte = smallest(streamed ? plan.firstByte : plan.firstByteWhole, limit(firstByteMs, by));
  const left = { ms: remainingMs(plan.deadlineAt, now), setBy: plan.total.setBy };
  return {
    connect: smallest(plan.connect, limit(connectMs, by)) ?? plan.connect,
    ...(firstByte ? { firstByte } : {}),
    idle: smallest(plan.idle, limit(idleMs, by)) ?? plan.idle,
    total: smallest(left, limit(totalMs, by)) ?? left,
  };
}
