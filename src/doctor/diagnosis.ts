import type { Diagnosis, Problem } from '../domain/checkup.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Say } from './texts.ts';

/** Sums the problems up, the worst first; what was found earlier on the way goes before what follows from it. */
export function diagnose(
  found: readonly Problem[],
  endpoints: readonly Pick<Endpoint, 'id' | 'name'>[],
  stopped: boolean,
  say: Say,
): Diagnosis {
  const problems = [...found].sort((a, b) => Number(a.severity !== 'bad') - Number(b.severity !== 'bad'));
  const healthy = problems.length === 0 && !stopped;
  return { healthy, headline: headline(problems, endpoints, stopped, say), problems };
}

function headline(
  problems: readonly Problem[],
  endpoints: readonly Pick<Endpoint, 'id' | 'name'>[],
  stopped: boolean,
  say: Say,
): string {
  const [first] = problems;
  if (first === undefined)
    return stopped ? say('headStopped') : say('headHealthy', { count: endpoints.length });
  const ill = endpoints.filter(({ id }) => problems.some(({ endpointId }) => endpointId === id));
  const name = endpoints.find(({ id }) => id === first.endpointId)?.name;
  if (ill.length > 1) return say('headSeveral', { ill: ill.length, count: endpoints.length });
  return name === undefined ? first.what : say('headOne', { name, what: first.what });
}
