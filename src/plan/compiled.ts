import type { OnDisconnect, Route, Settings } from '../domain/settings.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../domain/timeouts.ts';
import { AttemptLimits } from './attempt-timers.ts';
import { limitsFor, type PlanLimits } from './limits.ts';
import { type Conditions, conditionsOf } from './route.ts';

/** What is decided by a route and a scenario alone. */
export interface PlanTemplate {
  readonly limits: PlanLimits;
  readonly attempts: AttemptLimits;
}

/** A route made ready, or what holds where none fits. */
export interface ReadyRoute {
  /** Undefined: no route. */
  readonly route: Route | undefined;
  readonly fits: Conditions;
  readonly cluster: string;
  readonly templates: Readonly<Record<ScenarioName, PlanTemplate>>;
}

/** The settings as planning needs them. */
export interface ReadyPlans {
  readonly routes: readonly ReadyRoute[];
  readonly otherwise: ReadyRoute;
  /** By the listener's name. */
  readonly onDisconnect: ReadonlyMap<string, OnDisconnect>;
  /** Names of the listeners that stand behind an edge. */
  readonly behindEdge: ReadonlySet<string>;
}

const ready = new WeakMap<Settings, ReadyPlans>();

/**
 * Settings made ready for planning. They are frozen and replaced as a whole, so what was made of them holds for as long
 * as they do: a reload has it made before the first request, and each request finds it in some ns.
 */
export function compilePlans(settings: Settings): ReadyPlans {
  let plans = ready.get(settings);
  if (plans === undefined) {
    plans = compiled(settings);
    ready.set(settings, plans);
  }
  return plans;
}

function compiled(settings: Settings): ReadyPlans {
  return {
    routes: settings.routes.map((route) => readyRoute(route, conditionsOf(route.match), settings)),
    otherwise: readyRoute(undefined, () => true, settings),
    onDisconnect: new Map(
      settings.listen.map(({ name, onDisconnect }) => [name, onDisconnect ?? settings.disconnect.policy]),
    ),
    behindEdge: new Set(settings.listen.filter(({ edge }) => edge !== undefined).map(({ name }) => name)),
  };
}

function readyRoute(route: Route | undefined, fits: Conditions, settings: Settings): ReadyRoute {
  const templates = {} as Record<ScenarioName, PlanTemplate>;
  for (const scenario of SCENARIO_NAMES) {
    const limits = limitsFor(route, scenario, settings);
    templates[scenario] = { limits, attempts: new AttemptLimits(limits) };
  }
  return { route, fits, cluster: route?.cluster ?? settings.defaultCluster, templates };
}
