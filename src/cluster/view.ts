import type { EndpointView, HealthStatus } from '../domain/health.ts';
import { type EndpointState, isCooling, type Member, QPS_SECONDS } from './endpoint-state.ts';
import { type EdgeLearning, learnedAt } from './learned-edge.ts';

/** `unknown`: nothing was tried yet, neither by traffic nor by a verification. */
function healthOf(state: EndpointState, now: number): HealthStatus {
  if (state.circuit.kind !== 'closed') return 'unhealthy';
  if (isCooling(state, now) || state.consecutiveFailures > 0) return 'degraded';
  const tried = state.successes + state.failures > 0 || state.lastSuccessAt !== undefined;
  return tried ? 'healthy' : 'unknown';
}

/**
 * An endpoint as seen from one of its places. The success rate is the share of the attempts that ended by
 * themselves which were answered: being told off with a 429 takes nothing out, but was no answer.
 */
export function viewOf({ endpoint, state }: Member, learning: EdgeLearning, now: number): EndpointView {
  const learnedEdge = learnedAt(state.edges, learning, now);
  const requests = state.successes + state.failures;
  return {
    id: endpoint.id,
    name: endpoint.name,
    baseUrl: endpoint.baseUrl,
    clusters: state.members.map(({ cluster }) => cluster),
    enabled: endpoint.enabled,
    priority: endpoint.priority,
    weight: endpoint.weight,
    health: healthOf(state, now),
    circuit: state.circuit,
    inQueue: state.circuit.kind !== 'closed',
    coolingUntil: isCooling(state, now) ? state.coolingUntil : 0,
    ...(requests > 0 && { successRate: state.successes / requests }),
    requests,
    consecutiveFailures: state.consecutiveFailures,
    ...state.latency.percentiles(now),
    qps: state.starts.count(now) / QPS_SECONDS,
    inFlight: state.inFlight,
    ...(state.lastError && { lastError: state.lastError }),
    ...(endpoint.edge && { edge: endpoint.edge }),
    ...(learnedEdge && { learnedEdge }),
  };
}
