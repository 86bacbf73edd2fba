import type { ChooseRequest } from '../cluster/cluster.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Plan } from './plan-for.ts';

/** What the cluster has to know to choose an endpoint. `tried` and `banned`: ids, as in `ChooseRequest`. */
export function whatIsAsked(
  request: IdentifiedRequest,
  plan: Plan,
  expect: ChooseRequest['expect'],
  tried: readonly string[],
  banned: readonly string[],
): ChooseRequest {
  return {
    cluster: plan.cluster,
    protocol: request.protocol,
    operation: request.operation,
    session: request.session,
    tried,
    banned,
    expect: request.operation === 'generate' ? expect : undefined,
  };
}
