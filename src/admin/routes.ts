import type { EndpointView, HealthStatus } from '../domain/health.ts';
import type { HealthView } from '../domain/view.ts';
import { type Answer, type Ask, badRequest, type Call, done, failure, wholeNumber } from './answer.ts';
import { ledgerEntry, ledgerList, ledgerSummary } from './ledger-routes.ts';
import type { AdminPorts } from './ports.ts';

interface AdminRoute {
  readonly method: 'GET' | 'POST';
  /** Segments; `*` stands for any one. */
  readonly pattern: string;
  readonly answer: (call: Call) => Answer | Promise<Answer>;
}

const HISTORY_ROWS = 50;
const MAX_HISTORY_ROWS = 1000;

const ROUTES: readonly AdminRoute[] = [
  { method: 'GET', pattern: 'status', answer: ({ ports }) => done(ports.gateway()) },
  { method: 'GET', pattern: 'clusters', answer: ({ ports }) => done(ports.clusters()) },
  { method: 'GET', pattern: 'clusters/*', answer: oneCluster },
  { method: 'GET', pattern: 'endpoints', answer: ({ ports }) => done(ports.endpoints()) },
  { method: 'GET', pattern: 'endpoints/*/history', answer: history },
  { method: 'GET', pattern: 'health', answer: ({ ports }) => done(healthOf(ports.endpoints())) },
  { method: 'GET', pattern: 'queue', answer: ({ ports }) => done(ports.queue()) },
  { method: 'GET', pattern: 'exchanges', answer: ({ ports }) => done(ports.exchanges()) },
  { method: 'GET', pattern: 'ledger', answer: ledgerList },
  { method: 'GET', pattern: 'ledger/summary', answer: ledgerSummary },
  { method: 'GET', pattern: 'ledger/*', answer: ledgerEntry },
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
  { method: 'POST', pattern: 'health/verify', answer: async ({ ports }) => done(await ports.verify()) },
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
  { method: 'POST', pattern: 'reload', answer: reload },
  {
    method: 'POST',
    pattern: 'stop',
    answer: ({ ports }) => ({ status: 202, body: { draining: true }, afterwards: () => ports.stop() }),
  },
  { method: 'POST', pattern: 'exchanges/*/cancel', answer: cancel },
];

/** Finds the route and answers; unknown paths get 404, known ones asked with another method 405. */
export async function answerRoute(ports: AdminPorts, ask: Ask): Promise<Answer> {
  const segments = decode(ask.path);
  const fitting = segments ? ROUTES.filter(({ pattern }) => fits(pattern, segments)) : [];
  const route = fitting.find(({ method }) => method === ask.method);
  if (route && segments) return route.answer({ ports, name: segments[1] ?? '', query: ask.query });
  if (fitting.length === 0) return failure(404, 'unknown_path', `The admin API has no path "${ask.path}".`);
  const allow = fitting.map(({ method }) => method).join(', ');
  return {
    ...failure(405, 'method_not_allowed', `"${ask.path}" takes ${allow}, not ${ask.method}.`),
    headers: { allow },
  };
}

function decode(path: string): string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function fits(pattern: string, segments: readonly string[]): boolean {
  const wanted = pattern.split('/');
  return (
    wanted.length === segments.length &&
    wanted.every((want, index) => (want === '*' ? segments[index] !== '' : want === segments[index]))
  );
}

function oneCluster({ ports, name }: Call): Answer {
  const cluster = ports.clusters().find((one) => one.name === name);
  return cluster ? done(cluster) : failure(404, 'unknown_cluster', `There is no cluster "${name}".`);
}

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

function healthOf(endpoints: readonly EndpointView[]): HealthView {
  const counts: Record<HealthStatus, number> = { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0 };
  for (const { health } of endpoints) counts[health] += 1;
  return { counts, endpoints };
}

async function reload({ ports }: Call): Promise<Answer> {
  const reloaded = await ports.reload();
  return reloaded.ok ? done(reloaded.value) : failure(422, 'reload_failed', reloaded.error.detail);
}

function cancel({ ports, name }: Call): Answer {
  return ports.cancelExchange(name)
    ? done({ cancelled: true })
    : failure(404, 'unknown_exchange', `No exchange "${name}" is running.`);
}
