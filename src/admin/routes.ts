import type { HealthStatus } from '../domain/health.ts';
import type { HealthView } from '../domain/view.ts';
import { type AdminRoute, type Answer, type Call, done, failure, unknownPath } from './answer.ts';
import { applyConfig, checkConfig, whatIf } from './config-routes.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { explainPage, explanation } from './explain-routes.ts';
import { ledgerEntry, ledgerList, ledgerPoints, ledgerSummary } from './ledger-routes.ts';

/** All but the streams, which are those of one `Admin`. */
export const ROUTES: readonly AdminRoute[] = [
  { method: 'GET', pattern: 'status', answer: ({ ports }) => done(ports.gateway()) },
  { method: 'GET', pattern: 'clusters', answer: ({ ports }) => done(ports.clusters()) },
  { method: 'GET', pattern: 'clusters/*', answer: oneCluster },
  { method: 'GET', pattern: 'routes', answer: ({ ports }) => done(ports.routes()) },
  { method: 'GET', pattern: 'endpoints', answer: ({ ports }) => done(ports.endpoints()) },
  { method: 'GET', pattern: 'health', answer: health },
  { method: 'GET', pattern: 'queue', answer: ({ ports }) => done(ports.queue()) },
  { method: 'GET', pattern: 'exchanges', answer: ({ ports }) => done(ports.exchanges()) },
  { method: 'GET', pattern: 'ledger', answer: ledgerList },
  { method: 'GET', pattern: 'ledger/summary', answer: ledgerSummary },
  { method: 'GET', pattern: 'ledger/points', answer: ledgerPoints },
  { method: 'GET', pattern: 'ledger/*', answer: ledgerEntry },
  { method: 'GET', pattern: 'ledger/*/explanation', answer: explanation },
  { method: 'POST', pattern: 'explain', answer: explainPage },
  { method: 'POST', pattern: 'what-if', answer: whatIf },
  { method: 'GET', pattern: 'config', answer: async ({ ports }) => done(await ports.config()) },
  { method: 'POST', pattern: 'config/check', answer: checkConfig },
  { method: 'POST', pattern: 'config/apply', answer: applyConfig },
  { method: 'GET', pattern: 'metrics', answer: metrics },
  { method: 'POST', pattern: 'alerts/test', answer: testAlerts },
  { method: 'POST', pattern: 'health/verify', answer: async ({ ports }) => done(await ports.verify()) },
  { method: 'POST', pattern: 'reload', answer: reload },
  { method: 'POST', pattern: 'stop', answer: stop },
  { method: 'POST', pattern: 'exchanges/*/cancel', answer: cancel },
  ...endpointRoutes,
];

/** Finds the route and answers; unknown paths get 404, known ones asked with another method 405. */
export async function answerRoute(
  routes: readonly AdminRoute[],
  method: string,
  path: string,
  call: Omit<Call, 'name'>,
): Promise<Answer> {
  const segments = decode(path);
  const fitting = segments ? routes.filter(({ pattern }) => fits(pattern, segments)) : [];
  const route = fitting.find((one) => one.method === method);
  if (route && segments) return route.answer({ ...call, name: segments[1] ?? '' });
  if (fitting.length === 0) return unknownPath(path);
  const allow = fitting.map((one) => one.method).join(', ');
  return failure(405, 'method_not_allowed', `"${path}" takes ${allow}, not ${method}.`, { allow });
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

function health({ ports }: Call): Answer {
  const endpoints = ports.endpoints();
  const counts: Record<HealthStatus, number> = { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0 };
  for (const { health: status } of endpoints) counts[status] += 1;
  return done({ counts, endpoints } satisfies HealthView);
}

async function metrics({ ports }: Call): Promise<Answer> {
  const text = await ports.metrics();
  return { kind: 'text', type: 'text/plain; version=0.0.4; charset=utf-8', text };
}

async function testAlerts({ ports }: Call): Promise<Answer> {
  return done({ results: await ports.testAlerts() });
}

async function reload({ ports }: Call): Promise<Answer> {
  const reloaded = await ports.reload();
  return reloaded.ok ? done(reloaded.value) : failure(422, 'reload_failed', reloaded.error.detail);
}

function stop({ ports }: Call): Answer {
  return { kind: 'json', status: 202, body: { draining: true }, afterwards: () => ports.stop() };
}

function cancel({ ports, name }: Call): Answer {
  return ports.cancelExchange(name)
    ? done({ cancelled: true })
    : failure(404, 'unknown_exchange', `No exchange "${name}" is running.`);
}
