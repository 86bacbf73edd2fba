import type { Route, Settings } from '../domain/settings.ts';
import { BUILT_IN_SCENARIOS, type Limit, type ScenarioName, type Timeouts } from '../domain/timeouts.ts';
import { smallest } from '../resilience/resilience.ts';

/** The limits that a route and a scenario come to, before the endpoint and the client have had their say. */
export interface PlanLimits {
  readonly connect: Limit;
  /** Where the call is streamed upstream. */
  readonly firstByte: Limit;
  /** Where it is not, the first byte is the whole answer: only what a person has set for it counts. */
  readonly firstByteWhole: Limit | undefined;
  readonly idle: Limit;
  readonly total: Limit;
}

export const limit = (ms: number | undefined, setBy: string): Limit | undefined =>
  ms === undefined ? undefined : { ms, setBy };

/**
 * A route's value replaces the scenario's; of that and `timeouts` the smaller one wins. The built-in scenario counts
 * only where nobody has set anything.
 */
export function limitsFor(
  route: Route | undefined,
  scenario: ScenarioName,
  { scenarios, timeouts }: Pick<Settings, 'scenarios' | 'timeouts'>,
): PlanLimits {
  const ofScenario = scenarios[scenario];
  const builtIn = BUILT_IN_SCENARIOS[scenario];
  const [byRoute, byScenario] = [`route ${route?.name}`, `scenario ${scenario}`];
  const set = (key: keyof Timeouts): Limit | undefined =>
    smallest(
      limit(route?.timeouts?.[key], byRoute) ??
        (ofScenario[key] === builtIn[key] ? undefined : limit(ofScenario[key], byScenario)),
      limit(timeouts[key], 'timeouts'),
    );
  const inForce = (key: keyof Timeouts): Limit => set(key) ?? { ms: builtIn[key], setBy: byScenario };
  return {
    connect: inForce('connectMs'),
    firstByte: inForce('firstByteMs'),
    firstByteWhole: smallest(
      limit(route?.timeouts?.firstByteMs, byRoute),
      limit(timeouts.firstByteMs, 'timeouts'),
    ),
    idle: inForce('idleMs'),
    total: inForce('totalMs'),
  };
}
