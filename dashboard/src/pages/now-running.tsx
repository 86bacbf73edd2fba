import type { EndpointView, ExchangeView, LiveView } from '../../../src/admin/admin.ts';
import { bytes, count, seconds } from '../frame/format.ts';
import { href } from '../frame/router.ts';
import { Bar, Duration } from '../pieces/figures.tsx';
import { Empty } from '../pieces/notice.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { t } from './now-texts.ts';

/** No bar is measured against less than this: else each would be full. */
const LEAST_SCALE_MS = 60_000;
/** From this share of what an edge allows on, a bar warns. */
const NEAR = 0.7;

/** The silence after which the edge of an endpoint cuts: as configured or as learned, whichever is shorter. */
export function edgeSilenceMs(endpoint: EndpointView | undefined): number | undefined {
  const known = [endpoint?.edge?.silenceMs, endpoint?.learnedEdge?.silenceMs].filter(
    (ms) => ms !== undefined,
  );
  return known.length === 0 ? undefined : Math.min(...known);
}

/** How long an exchange may go on: until its deadline, or until an edge cuts any answer, whichever is sooner. */
export function lifeMs(exchange: ExchangeView, endpoint: EndpointView | undefined): number | undefined {
  const { startedAt, deadlineAt } = exchange;
  const limits = [deadlineAt === undefined ? undefined : deadlineAt - startedAt, endpoint?.edge?.totalMs];
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** How near something is to its limit. */
export function levelOf(ms: number, limitMs: number | undefined): 'plain' | 'warn' | 'bad' {
  if (limitMs === undefined || ms < NEAR * limitMs) return 'plain';
  return ms < limitMs ? 'warn' : 'bad';
}

/** The scale of those bars of a column that have no limit of their own, so that they compare. */
export function scaleMs(values: readonly number[]): number {
  return Math.max(LEAST_SCALE_MS, ...values);
}

interface Running {
  readonly exchange: ExchangeView;
  readonly endpoint: EndpointView | undefined;
}

/** The running exchanges, the longest first, with bars that grow towards what would cut them. */
export function RunningTable({ view }: { view: LiveView }) {
  const byId = new Map(view.endpoints.map((endpoint) => [endpoint.id, endpoint]));
  const rows = view.running.map(
    (exchange): Running => ({
      exchange,
      endpoint: exchange.endpointId === undefined ? undefined : byId.get(exchange.endpointId),
    }),
  );
  const more = view.runningCount - rows.length;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{t('running')}</h2>
        <span class="num soft">{count(view.runningCount)}</span>
      </div>
      {rows.length === 0 ? (
        <Empty title={t('running.none')}>
          <p>{t('running.none.hint')}</p>
        </Empty>
      ) : (
        <Table
          caption={t('running')}
          columns={columnsFor(rows)}
          rows={rows}
          rowKey={({ exchange }) => exchange.id}
          link={({ exchange }) => href('request', exchange.id)}
        />
      )}
      {more > 0 && <p class="panel-body faint">{t('running.more', { count: count(more) })}</p>}
    </section>
  );
}

function columnsFor(rows: readonly Running[]): readonly Column<Running>[] {
  const elapsedScale = scaleMs(rows.map(({ exchange }) => exchange.elapsedMs));
  const silenceScale = scaleMs(rows.map(({ exchange }) => exchange.silenceMs));
  return [
    { key: 'request', title: t('request'), cell: ({ exchange }) => <RequestName exchange={exchange} /> },
    { key: 'endpoint', title: t('endpoint'), cell: (row) => <Where {...row} /> },
    { key: 'state', title: t('state'), cell: ({ exchange }) => t(`state.${exchange.state}`) },
    {
      key: 'elapsed',
      title: t('elapsed'),
      numeric: true,
      line: true,
      cell: ({ exchange, endpoint }) => (
        <Timed ms={exchange.elapsedMs} of={elapsedScale} limitMs={lifeMs(exchange, endpoint)} />
      ),
    },
    {
      key: 'silence',
      title: t('silence'),
      numeric: true,
      line: true,
      cell: ({ exchange, endpoint }) => (
        <Timed ms={exchange.silenceMs} of={silenceScale} limitMs={edgeSilenceMs(endpoint)} />
      ),
    },
    {
      key: 'received',
      title: t('received'),
      numeric: true,
      cell: ({ exchange }) => <Received exchange={exchange} />,
    },
    {
      key: 'clients',
      title: t('clients'),
      numeric: true,
      cell: ({ exchange }) => <Clients exchange={exchange} />,
    },
  ];
}

function RequestName({ exchange }: { exchange: ExchangeView }) {
  return (
    <span class="two-lines">
      <span>{exchange.model ?? exchange.path}</span>
      <small class="faint">
        {exchange.client} · {exchange.scenario}
      </small>
    </span>
  );
}

function Where({ exchange, endpoint }: Running) {
  return (
    <span class="two-lines">
      <span>{endpoint?.name ?? exchange.endpointId ?? '–'}</span>
      <small class="faint">{exchange.attempts > 0 ? t('attempt', { n: exchange.attempts }) : '–'}</small>
    </span>
  );
}

/** A bar whose end is what cuts: full means over. What has no limit is measured against the longest. */
function Timed({ ms, of, limitMs }: { ms: number; of: number; limitMs: number | undefined }) {
  const level = levelOf(ms, limitMs);
  return (
    <span class="timed" title={limitMs === undefined ? undefined : t('limit', { seconds: seconds(limitMs) })}>
      {limitMs === undefined ? (
        <Bar value={ms} of={of} level={level} />
      ) : (
        <Bar value={ms} of={Math.max(ms, limitMs)} level={level} marks={[limitMs]} />
      )}
      <Duration ms={ms} plain />
    </span>
  );
}

function Received({ exchange }: { exchange: ExchangeView }) {
  const rate = exchange.estimatedTokensPerS;
  return (
    <span class="two-lines">
      <span>{bytes(exchange.receivedBytes)}</span>
      <small class="faint">{rate === undefined ? '–' : t('tokensPerS', { rate: Math.round(rate) })}</small>
    </span>
  );
}

function Clients({ exchange }: { exchange: ExchangeView }) {
  if (exchange.followers === 0) return <span class="warn-text">{t('orphan')}</span>;
  return (
    <>
      {exchange.followers}
      {exchange.joined > 0 && <small class="faint"> {t('joined', { count: exchange.joined })}</small>}
    </>
  );
}
