import type { EndpointView } from '../domain/health.ts';
import { type AdminRoute, type Answer, badRequest, type Call, done, failure, wholeNumber } from './answer.ts';
import { latencyOf } from './latency.ts';

const HISTORY_ROWS = 50;
const MAX_HISTORY_ROWS = 1000;
/** Enough for a steady picture; read in some 20 ms. */
const LATENCY_CALLS = 5_000;

/** What is asked of one endpoint, and of the failure queue. */
export const endpointRoutes: readonly AdminRoute[] = [
  { method: 'GET', pattern: 'endpoints/*/history', answer: history },
  { method: 'GET', pattern: 'endpoints/*/latency', answer: latency },
  {
    method: 'POST',
    pattern: 'endpoints/*/forget-edge',
    answer: (call) => withEndpoint(call, ({ id }) => done({ forgotten: call.ports.forgetEdge(id) })),
  },
  {
    method: 'POST',
    pattern: 'endpoints/*/verify',
    answer: (call) => withEndpoint(call, async ({ id }) => done(await call.ports.verify(id))),
  },
  { method: 'POST', pattern: 'endpoints/*/enable', answer: (call) => setEnabled(call, true) },
  { method: 'POST', pattern: 'endpoints/*/disable', answer: (call) => setEnabled(call, false) },
  {
    method: 'POST',
    pattern: 'queue/verify',
    answer: (call) => withAskedId(call, async (id) => done(await call.ports.verifyQueue(id))),
  },
  {
    method: 'POST',
    pattern: 'queue/clear',
    answer: (call) => withAskedId(call, (id) => done({ cleared: call.ports.clearQueue(id) })),
  },
];

function withEndpoint(
  call: Call,
  answer: (endpoint: EndpointView) => Answer | Promise<Answer>,
): Answer | Promise<Answer> {
  const endpoint = call.ports.endpoints().find(({ id }) => id === call.name);
  return endpoint
    ? answer(endpoint)
    : failure(404, 'unknown_endpoint', `There is no endpoint "${call.name}".`);
}

/** The same with `?id=`, which may be left out. */
function withAskedId(
  call: Call,
  answer: (id: string | undefined) => Answer | Promise<Answer>,
): Answer | Promise<Answer> {
  const id = call.query.get('id');
  if (id === null) return answer(undefined);
  return withEndpoint({ ...call, name: id }, () => answer(id));
}

function history(call: Call): Answer | Promise<Answer> {
  const limit = wholeNumber(call.query.get('limit') ?? String(HISTORY_ROWS), 1);
  if (limit === undefined) return badRequest('limit must be a whole number from 1 on');
  return withEndpoint(call, async ({ id }) =>
    done(await call.ports.history(id, Math.min(limit, MAX_HISTORY_ROWS))),
  );
}

/** `GET endpoints/ID/latency?since=`: an instant in ms; the newest 5,000 calls since then count. */
function latency(call: Call): Answer | Promise<Answer> {
  const since = wholeNumber(call.query.get('since') ?? '0', 0);
  if (since === undefined) return badRequest('since must be an instant in milliseconds since the epoch');
  return withEndpoint(call, async ({ id }) => {
    const about = { endpointId: id, since, until: Number.MAX_SAFE_INTEGER, limit: LATENCY_CALLS };
    return done(latencyOf(await call.ports.ledgerAttempts(about), since));
  });
}

function setEnabled(call: Call, enabled: boolean): Answer | Promise<Answer> {
  return withEndpoint(call, async ({ id }) => {
    const changed = await call.ports.setEnabled(id, enabled);
    return changed.ok ? done({ enabled }) : failure(422, 'edit_refused', changed.error.detail);
  });
}
