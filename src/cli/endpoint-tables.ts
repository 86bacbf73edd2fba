import type { EndpointView } from '../domain/health.ts';
import { count, duration, percent, roughly } from './format.ts';
import type { Screen } from './screen.ts';
import type { Cell, Column } from './table.ts';

/** Health as a word, coloured; a disabled endpoint is not judged. */
export function healthCell(screen: Pick<Screen, 'text' | 'paint'>, { enabled, health }: EndpointView): Cell {
  const { paint } = screen;
  if (!enabled) return { text: screen.text('disabled'), paint: paint.faint };
  switch (health) {
    case 'healthy':
      return { text: screen.text('healthy'), paint: paint.good };
    case 'degraded':
      return { text: screen.text('degraded'), paint: paint.warning };
    case 'unhealthy':
      return { text: screen.text('unhealthy'), paint: paint.bad };
    case 'unknown':
      return { text: screen.text('unknown'), paint: paint.faint };
  }
}

const orDash = (value: number | undefined, show: (value: number) => string): string =>
  value === undefined ? '-' : show(value);

/** The columns that tell one endpoint from another. */
function identity(screen: Screen): readonly Column[] {
  return [
    { title: screen.text('colId') },
    { title: screen.text('colName'), shorten: 'end' },
    { title: screen.text('colUrl'), shorten: 'url' },
  ];
}

/** An endpoint without a name of its own is named after its host, which stands beside it anyway. */
function identityCells({ id, name, baseUrl }: EndpointView): readonly Cell[] {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).host : '';
  return [id, name === host ? '-' : name, baseUrl];
}

/** How each endpoint does: for `proxy status` and `cluster list NAME`. */
export async function showEndpointStates(screen: Screen, endpoints: readonly EndpointView[]): Promise<void> {
  const columns: readonly Column[] = [
    ...identity(screen),
    { title: screen.text('colHealth') },
    { title: screen.text('colQueue') },
    { title: screen.text('colRequests'), align: 'right' },
    { title: screen.text('colSuccess'), align: 'right' },
    { title: screen.text('colP50'), align: 'right' },
  ];
  const rows = endpoints.map((endpoint): Cell[] => [
    ...identityCells(endpoint),
    healthCell(screen, endpoint),
    endpoint.inQueue ? { text: screen.text('yes'), paint: screen.paint.bad } : '-',
    count(endpoint.requests),
    orDash(endpoint.successRate, percent),
    orDash(endpoint.p50Ms, duration),
  ]);
  await screen.table(columns, rows);
}

/** How each endpoint is set: for `endpoint list`. */
export async function showEndpointSettings(
  screen: Screen,
  endpoints: readonly EndpointView[],
): Promise<void> {
  const columns: readonly Column[] = [
    ...identity(screen),
    { title: screen.text('colCluster'), shorten: 'end' },
    { title: screen.text('colPriority'), align: 'right' },
    { title: screen.text('colWeight'), align: 'right' },
    { title: screen.text('colEdge') },
    { title: screen.text('colHealth') },
  ];
  const rows = endpoints.map((endpoint): Cell[] => [
    ...identityCells(endpoint),
    endpoint.clusters.join(', '),
    String(endpoint.priority),
    String(endpoint.weight),
    edgeCell(screen, endpoint),
    healthCell(screen, endpoint),
  ]);
  await screen.table(columns, rows);
}

/** What cuts in front of it: `100s`, a total as `≤900s`; one that was only learned from its cuts is marked. */
function edgeCell({ text, paint }: Screen, { edge, learnedEdge }: EndpointView): Cell {
  const seconds = (ms: number): string => (ms < 1_000 ? `${ms}ms` : `${Math.round(ms / 1_000)}s`);
  const set = [
    ...(edge?.silenceMs === undefined ? [] : [seconds(edge.silenceMs)]),
    ...(edge?.totalMs === undefined ? [] : [`≤${seconds(edge.totalMs)}`]),
  ];
  if (learnedEdge === undefined) return set.join(' ') || '-';
  const learned = text('learned', { silence: seconds(learnedEdge.silenceMs) });
  return { text: [...set, learned].join(' '), paint: paint.warning };
}

/** What each endpoint's health is made of: for `health status`. */
export async function showEndpointHealth(screen: Screen, endpoints: readonly EndpointView[]): Promise<void> {
  const right = (title: string): Column => ({ title, align: 'right' });
  const columns: readonly Column[] = [
    { title: screen.text('colId') },
    { title: screen.text('colName'), shorten: 'end' },
    { title: screen.text('colHealth') },
    right(screen.text('colSuccess')),
    right(screen.text('colP50')),
    right(screen.text('colP95')),
    right(screen.text('colFailures')),
    right(screen.text('colQps')),
    right(screen.text('colInFlight')),
  ];
  const rows = endpoints.map((endpoint): Cell[] => [
    endpoint.id,
    endpoint.name,
    healthCell(screen, endpoint),
    orDash(endpoint.successRate, percent),
    orDash(endpoint.p50Ms, duration),
    orDash(endpoint.p95Ms, duration),
    String(endpoint.consecutiveFailures),
    endpoint.qps.toFixed(1),
    String(endpoint.inFlight),
  ]);
  await screen.table(columns, rows);
}

/** The last error of each endpoint that had one. */
export async function showLastErrors(
  screen: Screen,
  endpoints: readonly EndpointView[],
  now: number,
): Promise<void> {
  const rows = endpoints.flatMap(({ id, lastError }) =>
    lastError ? [[id, ago(screen, now - lastError.at), lastError.detail]] : [],
  );
  if (rows.length === 0) return;
  screen.line();
  await screen.table(
    [
      { title: screen.text('colId') },
      { title: screen.text('colWhen') },
      { title: screen.text('colLastError'), shorten: 'end' },
    ],
    rows,
  );
}

/** `3m ago`. */
export function ago(screen: Screen, ms: number): string {
  return screen.text('ago', { age: roughly(ms) });
}
