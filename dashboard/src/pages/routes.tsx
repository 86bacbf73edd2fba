import type { ClusterView, EndpointView, Route, RoutesView } from '../../../src/admin/admin.ts';
import { seconds } from '../frame/format.ts';
import { useLoaded } from '../frame/load.ts';
import { href } from '../frame/router.ts';
import { t as frame } from '../frame/texts.ts';
import { HealthBadge, StatusBadge } from '../pieces/figures.tsx';
import { Empty, ErrorBanner } from '../pieces/notice.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import './routes.css';
import { conditionsOf } from './routes-conditions.ts';
import { t } from './routes-texts.ts';
import { WhatIf } from './routes-what-if.tsx';

const AGAIN_MS = 5_000;

/** Which endpoints serve together, which rules lead to them, and where a request would go. */
export function Routes() {
  const clusters = useLoaded<readonly ClusterView[]>('clusters', AGAIN_MS);
  const routes = useLoaded<RoutesView>('routes', AGAIN_MS);
  return (
    <>
      <div class="page-head">
        <h1>{frame('page.routes')}</h1>
      </div>
      <ErrorBanner error={clusters.error ?? routes.error} again={clusters.again} />
      {routes.value && <WhatIf routes={routes.value} />}
      {routes.value && <RouteTable view={routes.value} />}
      {clusters.value?.map((cluster) => <ClusterPanel key={cluster.name} cluster={cluster} />) ?? (
        <Empty title={frame('word.loading')} />
      )}
    </>
  );
}

function RouteTable({ view: { routes, defaultCluster } }: { view: RoutesView }) {
  const columns: readonly Column<Route>[] = [
    { key: 'name', title: t('route'), cell: ({ name }) => name },
    {
      key: 'when',
      title: t('when'),
      line: true,
      cell: ({ match }) => conditionsOf(match).join(t('and')) || t('always'),
    },
    { key: 'cluster', title: t('cluster'), cell: ({ cluster }) => cluster ?? defaultCluster },
    { key: 'scenario', title: t('scenario'), cell: ({ scenario }) => scenario ?? t('byRequest') },
    { key: 'timeouts', title: t('timeouts'), line: true, cell: ({ timeouts }) => timeoutsText(timeouts) },
  ];
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{t('routes')}</h2>
        <span class="end faint">{t('routes.order')}</span>
      </div>
      {routes.length === 0 ? (
        <p class="panel-body soft">{t('routes.none', { cluster: defaultCluster })}</p>
      ) : (
        <>
          <Table caption={t('routes')} columns={columns} rows={routes} rowKey={({ name }) => name} />
          <p class="panel-body soft">{t('routes.else', { cluster: defaultCluster })}</p>
        </>
      )}
    </section>
  );
}

const TIMER_NAMES = {
  connectMs: 'connect',
  firstByteMs: 'first_byte',
  idleMs: 'idle',
  totalMs: 'total',
} as const;

function timeoutsText(timeouts: Route['timeouts']): string {
  const set = Object.entries(TIMER_NAMES).flatMap(([field, name]) => {
    const ms = timeouts?.[field as keyof typeof TIMER_NAMES];
    return ms === undefined ? [] : [`${name} ${seconds(ms)} s`];
  });
  return set.join(', ') || '–';
}

function ClusterPanel({ cluster: { name, strategy, isDefault, endpoints } }: { cluster: ClusterView }) {
  const columns: readonly Column<EndpointView>[] = [
    { key: 'name', title: t('endpoint'), cell: (endpoint) => endpoint.name },
    {
      key: 'health',
      title: t('health'),
      cell: ({ enabled, health }) =>
        enabled ? <HealthBadge health={health} /> : <StatusBadge level="idle">{t('disabled')}</StatusBadge>,
    },
    { key: 'priority', title: t('priority'), numeric: true, cell: ({ priority }) => priority },
    { key: 'weight', title: t('weight'), numeric: true, cell: ({ weight }) => weight },
    { key: 'inFlight', title: t('inFlight'), numeric: true, cell: ({ inFlight }) => inFlight },
    { key: 'url', title: 'URL', wide: true, cell: ({ baseUrl }) => <span class="mono">{baseUrl}</span> },
  ];
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{name}</h2>
        <span class="soft">{t(`strategy.${strategy}`)}</span>
        {isDefault && <StatusBadge level="good">{t('default')}</StatusBadge>}
      </div>
      <Table
        caption={name}
        columns={columns}
        rows={[...endpoints].sort((a, b) => a.priority - b.priority)}
        rowKey={({ id }) => id}
        link={({ id }) => href('endpoints', id)}
      />
    </section>
  );
}
