import type { EndpointView, LiveView, QueueView } from '../../../src/admin/admin.ts';
import { count, percent, seconds, span } from '../frame/format.ts';
import { live } from '../frame/live.ts';
import { href, place, setQuery } from '../frame/router.ts';
import { t as frame } from '../frame/texts.ts';
import { Empty } from '../pieces/notice.tsx';
import { type Column, parseSorting, sortingText, Table } from '../pieces/table.tsx';
import { CheckNow, PutBack } from './endpoint-actions.tsx';
import { EndpointPage } from './endpoint-page.tsx';
import { EdgeOf, EndpointHealth, nextCheckWords } from './endpoint-states.tsx';
import { t } from './endpoints-texts.ts';
import './endpoints.css';

/** All endpoints, and the failure queue; with an id in the address one of them. */
export function Endpoints() {
  const view = live.value;
  const { id } = place.value;
  if (!view) return <Empty title={t('waiting')} />;
  if (id === undefined) return <EndpointList view={view} />;
  const endpoint = view.endpoints.find((one) => one.id === id);
  if (endpoint) return <EndpointPage key={id} endpoint={endpoint} now={view.at} />;
  return (
    <Empty title={t('unknown', { id: id.slice(0, 40) })}>
      <a href={href('endpoints')}>{t('all')}</a>
    </Empty>
  );
}

function EndpointList({ view }: { view: LiveView }) {
  return (
    <>
      <div class="page-head">
        <h1>{frame('page.endpoints')}</h1>
      </div>
      {view.queue.length > 0 && <Queue view={view} />}
      <section class="panel">
        {view.endpoints.length === 0 ? (
          <Empty title={t('none')}>
            <p>{t('none.hint')}</p>
          </Empty>
        ) : (
          <Table
            caption={frame('page.endpoints')}
            columns={columnsAt(view.at)}
            rows={view.endpoints}
            rowKey={({ id }) => id}
            link={({ id }) => href('endpoints', id)}
            rowClass={({ enabled }) => (enabled ? undefined : 'dimmed')}
            sorting={parseSorting(place.value.query.get('sort'))}
            onSort={(sorting) => setQuery({ sort: sortingText(sorting) })}
          />
        )}
      </section>
    </>
  );
}

function EndpointName({ name, baseUrl }: { name: string; baseUrl: string }) {
  return (
    <span class="two-lines names">
      <span>{name}</span>
      <small class="faint">{baseUrl.replace(/^https?:\/\//, '')}</small>
    </span>
  );
}

function columnsAt(now: number): readonly Column<EndpointView>[] {
  return [
    {
      key: 'name',
      title: t('endpoint'),
      cell: (endpoint) => <EndpointName {...endpoint} />,
      sort: ({ name }) => name,
    },
    {
      key: 'health',
      title: t('health'),
      line: true,
      cell: (endpoint) => <EndpointHealth endpoint={endpoint} now={now} />,
      sort: ({ health, enabled }) => (enabled ? health : 'z'),
    },
    { key: 'clusters', title: t('clusters'), cell: ({ clusters }) => clusters.join(', ') || '–' },
    {
      key: 'success',
      title: t('success'),
      numeric: true,
      cell: ({ successRate }) => (successRate === undefined ? '–' : percent(successRate)),
      sort: ({ successRate }) => successRate,
    },
    {
      key: 'requests',
      title: t('requests'),
      numeric: true,
      cell: ({ requests }) => count(requests),
      sort: ({ requests }) => requests,
    },
    {
      key: 'first',
      title: t('firstByte'),
      numeric: true,
      line: true,
      cell: ({ p50Ms, p95Ms }) => (p50Ms === undefined ? '–' : `${seconds(p50Ms)} / ${seconds(p95Ms)} s`),
      sort: ({ p95Ms }) => p95Ms,
    },
    { key: 'qps', title: t('qps'), numeric: true, cell: ({ qps }) => qps.toFixed(2), sort: ({ qps }) => qps },
    {
      key: 'flight',
      title: t('inFlight'),
      numeric: true,
      cell: ({ inFlight }) => inFlight,
      sort: ({ inFlight }) => inFlight,
    },
    { key: 'edge', title: t('edge'), line: true, cell: (endpoint) => <EdgeOf endpoint={endpoint} /> },
  ];
}

function Queue({ view }: { view: LiveView }) {
  const now = view.at;
  const columns: readonly Column<QueueView>[] = [
    { key: 'name', title: t('endpoint'), cell: (queued) => <EndpointName {...queued} /> },
    { key: 'since', title: t('since'), numeric: true, cell: ({ since }) => span(now - since) },
    { key: 'checks', title: t('checks'), numeric: true, cell: ({ checks }) => checks },
    {
      key: 'next',
      title: t('nextCheck'),
      numeric: true,
      cell: ({ nextCheckAt }) => nextCheckWords(nextCheckAt, now),
    },
    {
      key: 'error',
      title: t('lastError'),
      wide: true,
      cell: ({ lastError }) => <span title={lastError}>{lastError ?? '–'}</span>,
    },
    {
      key: 'actions',
      title: '',
      line: true,
      cell: ({ endpointId: id, name }) => (
        <span class="actions">
          <CheckNow endpoint={{ id, name }} />
          <PutBack endpoint={{ id, name }} />
        </span>
      ),
    },
  ];
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{t('queue')}</h2>
        <span class="num bad-text">{count(view.queue.length)}</span>
        <span class="end faint hint">{t('queue.hint')}</span>
      </div>
      <Table
        caption={t('queue')}
        columns={columns}
        rows={view.queue}
        rowKey={({ endpointId }) => endpointId}
        link={({ endpointId }) => href('endpoints', endpointId)}
      />
    </section>
  );
}
