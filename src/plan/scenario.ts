import type { IdentifiedRequest } from '../domain/request.ts';
import type { Route } from '../domain/settings.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../domain/timeouts.ts';

const GENERATION_FROM_TOKENS = 16_384;
const REASONING_FROM_TOKENS = 8_192;
const QUICK_UP_TO_TOKENS = 256;

/** A scenario, and who chose it. */
export interface ChosenScenario {
  readonly name: ScenarioName;
  readonly by: 'header' | 'route' | 'request';
}

const chosenBy = (by: ChosenScenario['by']): Readonly<Record<ScenarioName, ChosenScenario>> =>
  Object.fromEntries(SCENARIO_NAMES.map((name) => [name, { name, by }])) as Record<
    ScenarioName,
    ChosenScenario
  >;

const [BY_HEADER, BY_ROUTE, BY_REQUEST] = [chosenBy('header'), chosenBy('route'), chosenBy('request')];

/** What the request itself lets expect. */
function detect({ maxTokens, thinking }: Pick<IdentifiedRequest, 'maxTokens' | 'thinking'>): ScenarioName {
  if (maxTokens !== undefined && maxTokens >= GENERATION_FROM_TOKENS) return 'generation';
  if (thinking || (maxTokens !== undefined && maxTokens >= REASONING_FROM_TOKENS)) return 'reasoning';
  if (maxTokens !== undefined && maxTokens <= QUICK_UP_TO_TOKENS) return 'quick';
  return 'chat';
}

/** The client's header first, then the route, then what the request looks like. */
export function scenarioFor(request: IdentifiedRequest, route: Route | undefined): ChosenScenario {
  if (request.askedScenario) return BY_HEADER[request.askedScenario];
  if (route?.scenario) return BY_ROUTE[route.scenario];
  return BY_REQUEST[detect(request)];
}
