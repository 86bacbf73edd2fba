import type { IdentifiedRequest } from '../domain/request.ts';
import type { Route } from '../domain/settings.ts';
import type { ScenarioName } from '../domain/timeouts.ts';

const GENERATION_FROM_TOKENS = 16_384;
const REASONING_FROM_TOKENS = 8_192;
const QUICK_UP_TO_TOKENS = 256;

/** What the request itself lets expect. */
function detect({ maxTokens, thinking }: Pick<IdentifiedRequest, 'maxTokens' | 'thinking'>): ScenarioName {
  if (maxTokens !== undefined && maxTokens >= GENERATION_FROM_TOKENS) return 'generation';
  if (thinking || (maxTokens !== undefined && maxTokens >= REASONING_FROM_TOKENS)) return 'reasoning';
  if (maxTokens !== undefined && maxTokens <= QUICK_UP_TO_TOKENS) return 'quick';
  return 'chat';
}

/** The client's header first, then the route, then what the request looks like. */
export function scenarioFor(
  request: IdentifiedRequest,
  route: Route | undefined,
): { readonly name: ScenarioName; readonly by: 'header' | 'route' | 'request' } {
  if (request.askedScenario) return { name: request.askedScenario, by: 'header' };
  if (route?.scenario) return { name: route.scenario, by: 'route' };
  return { name: detect(request), by: 'request' };
}
