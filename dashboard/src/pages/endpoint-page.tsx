import type { ComponentChildren } from 'preact';
import type { EndpointView, HealthEvent, LatencyView } from '../../../src/admin/admin.ts';
import { count, instant, percent, seconds } from '../frame/format.ts';
import { gatewayNow } from '../frame/live.ts';
import { useLoaded } from '../frame/load.ts';
import { href, place, setQuery } from '../frame/router.ts';
import { Choice } from '../pieces/choice.tsx';
import { Empty, ErrorBanner } from '../pieces/notice.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { CheckNow, EnableOrDisable, ForgetEdge, PutBack } from './endpoint-actions.tsx';
import { circuitWords, EdgeOf, EndpointHealth } from './endpoint-states.tsx';
import { t } from './endpoints-texts.ts';
import { Histogram } from './histogram.tsx';

/** One endpoint: what it is, how it does, what can be done about it. */
export function EndpointPage({ endpoint, now }: { endpoint: EndpointView; now: number }) {
  return (
    <>
      <div class="page-head">
        <a href={href('endpoints')}>← {t('all')}</a>
        <h1 class="break">{endpoint.name}</h1>
        <EndpointHealth endpoint={endpoint} now={now} />
        <div class="end actions">
          <CheckNow endpoint={endpoint} />
          {endpoint.inQueue && <PutBack endpoint={endpoint} />}
          {endpoint.learnedEdge && <ForgetEdge endpoint={endpoint} />}
          <EnableOrDisable endpoint={endpoint} />
        </div>
      </div>
      <Facts endpoint={endpoint} now={now} />
      <Latency id={endpoint.id} />
      <History endpoint={endpoint} />
    </>
  );
}

function Facts({ endpoint, now }: { endpoint: EndpointView; now: number }) {
  const { lastError, learnedEdge } = endpoint;
  return (
    <section class="panel">
      <dl class="facts">
        <Fact name={t('url')} wide>
          <code>{endpoint.baseUrl}</code>
        </Fact>
        <Fact name={t('id')}>
          <code>{endpoint.id}</code>
        </Fact>
        <Fact name={t('clusters')}>{endpoint.clusters.join(', ') || '–'}</Fact>
        <Fact name={t('circuit')}>{circuitWords(endpoint, now)}</Fact>
        <Fact name={t('priority')}>
          {endpoint.priority}, {endpoint.weight}
        </Fact>
        <Fact name={t('requests')}>
          {count(endpoint.requests)} ·{' '}
          <a href={href('requests', undefined, { endpoint: endpoint.id })}>{t('toRequests')}</a>
        </Fact>
        <Fact name={t('success')}>
          {endpoint.successRate === undefined ? '–' : percent(endpoint.successRate)}
        </Fact>
        <Fact name={t('consecutive')}>{endpoint.consecutiveFailures}</Fact>
        <Fact name={t('firstByte')}>
          {endpoint.p50Ms === undefined ? '–' : `${seconds(endpoint.p50Ms)} / ${seconds(endpoint.p95Ms)} s`}
        </Fact>
        <Fact name={`${t('qps')} · ${t('inFlight')}`}>
          {endpoint.qps.toFixed(2)} · {endpoint.inFlight}
        </Fact>
        <Fact name={t('edge')}>
          <EdgeOf endpoint={endpoint} />
          {learnedEdge && (
            <small class="faint">
              {t('edge.cuts', { count: learnedEdge.cuts, time: instant(learnedEdge.lastCutAt, now) })}
            </small>
          )}
        </Fact>
        {lastError && (
          <Fact name={`${t('lastError')} · ${instant(lastError.at, now)}`} wide>
            <span class="break">{lastError.detail}</span>
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact(props: { name: string; wide?: boolean; children: ComponentChildren }) {
  return (
    <div class={props.wide ? 'fact wide-fact' : 'fact'}>
      <dt>{props.name}</dt>
      <dd class="num">{props.children}</dd>
    </div>
  );
}

const HOUR_MS = 3_600_000;
const SPANS = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 168 * HOUR_MS } as const;
type Span = keyof typeof SPANS;

function Latency({ id }: { id: string }) {
  const asked = place.value.query.get('span') ?? '';
  const chosen: Span = Object.hasOwn(SPANS, asked) ? (asked as Span) : '24h';
  const since = Math.floor((gatewayNow() - SPANS[chosen]) / 60_000) * 60_000;
  const loaded = useLoaded<LatencyView>(`endpoints/${encodeURIComponent(id)}/latency?since=${since}`);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{t('latency')}</h2>
        <span class="faint legend">
          <span class="dot first" /> {t('latency.first')} <span class="dot whole" /> {t('latency.whole')}
        </span>
        <div class="end">
          {loaded.value && (
            <span class="faint num">{t('latency.calls', { count: count(loaded.value.calls) })}</span>
          )}
          <Choice
            label={t('span')}
            options={(Object.keys(SPANS) as Span[]).map((name) => [name, t(`span.${name}`)])}
            value={chosen}
            onChoose={(name) => setQuery({ span: name === '24h' ? undefined : name })}
          />
        </div>
      </div>
      <ErrorBanner error={loaded.error} again={loaded.again} />
      <div class="histogram-place">
        {loaded.value &&
          (loaded.value.calls === 0 ? (
            <Empty title={t('latency.none')} />
          ) : (
            <Histogram view={loaded.value} />
          ))}
      </div>
    </section>
  );
}

const ROWS = 50;

function History({ endpoint }: { endpoint: EndpointView }) {
  // What happened shows in the circuit: a change of it is when to look again.
  const turn = `${endpoint.circuit.kind}${endpoint.learnedEdge?.since ?? ''}`;
  const loaded = useLoaded<readonly HealthEvent[]>(
    `endpoints/${encodeURIComponent(endpoint.id)}/history?limit=${ROWS}`,
    undefined,
    turn,
  );
  const rows = [...(loaded.value ?? [])].reverse();
  const columns: readonly Column<HealthEvent>[] = [
    { key: 'time', title: t('time'), cell: ({ at }) => <span class="num">{instant(at, gatewayNow())}</span> },
    { key: 'event', title: t('event'), cell: ({ kind }) => t(`event.${kind}`) },
    {
      key: 'detail',
      title: t('detail'),
      wide: true,
      cell: ({ detail }) => <span title={detail}>{detail}</span>,
    },
  ];
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{t('history')}</h2>
      </div>
      <ErrorBanner error={loaded.error} again={loaded.again} />
      {loaded.value && rows.length === 0 ? (
        <Empty title={t('history.none')} />
      ) : (
        <Table
          caption={t('history')}
          columns={columns}
          rows={rows}
          rowKey={({ at, kind, detail }) => `${at} ${kind} ${detail}`}
        />
      )}
    </section>
  );
}
