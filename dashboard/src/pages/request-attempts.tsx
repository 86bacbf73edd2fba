import type { Explanation } from '../../../src/admin/admin.ts';
import { causeWords } from '../frame/causes.ts';
import { live } from '../frame/live.ts';
import { Duration, Money } from '../pieces/figures.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { t } from './request-texts.ts';

type Attempt = Explanation['attempts'][number];
type Exchange = Explanation['exchange'];

const endpointName = (id: string): string =>
  live.value?.endpoints.find((endpoint) => endpoint.id === id)?.name ?? id;

const columns = (): readonly Column<Attempt>[] => [
  { key: 'n', title: '#', cell: ({ n }) => n },
  {
    key: 'endpoint',
    title: t('endpoint'),
    line: true,
    cell: ({ endpointId, why }) => (
      <span class="two-lines">
        <span>{endpointName(endpointId)}</span>
        <small class="faint">{why}</small>
      </span>
    ),
  },
  {
    key: 'result',
    title: t('result'),
    line: true,
    cell: ({ result, status, said, detail }) => (
      <span class="two-lines result">
        <span class={result === 'answered' ? 'good-text' : 'bad-text'} title={causeWords(result)}>
          {result}
          {status === undefined ? '' : ` · ${status}`}
        </span>
        <small class="faint">{said ?? detail ?? ''}</small>
      </span>
    ),
  },
  { key: 'endedBy', title: t('endedBy'), cell: ({ endedBy }) => (endedBy ? t(`endedBy.${endedBy}`) : '–') },
  {
    key: 'firstByte',
    title: t('firstByte'),
    numeric: true,
    cell: ({ firstByteMs }) => <Duration ms={firstByteMs} plain />,
  },
  {
    key: 'firstEvent',
    title: t('firstEvent'),
    numeric: true,
    cell: ({ firstEventMs }) => <Duration ms={firstEventMs} plain />,
  },
  {
    key: 'silence',
    title: t('silence'),
    numeric: true,
    cell: ({ longestSilenceMs }) => <Duration ms={longestSilenceMs} plain />,
  },
  { key: 'total', title: t('duration'), numeric: true, cell: ({ totalMs }) => <Duration ms={totalMs} /> },
  {
    key: 'cost',
    title: t('cost'),
    numeric: true,
    cell: ({ costMicroUsd, charge }) => (
      <span class="two-lines">
        <Money microUsd={costMicroUsd} />
        <small class="faint">{t(`charge.${charge}`)}</small>
      </span>
    ),
  },
];

/** The upstream calls, one a row. */
export function Attempts({ attempts, exchange }: { attempts: readonly Attempt[]; exchange: Exchange }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{t('attempts')}</h2>
      </div>
      {attempts.length === 0 ? (
        <p class="panel-body soft">{t(exchange.delivery === 'running' ? 'attempts.yet' : 'attempts.none')}</p>
      ) : (
        <div class="scroll">
          <Table caption={t('attempts')} columns={columns()} rows={attempts} rowKey={({ n }) => String(n)} />
        </div>
      )}
    </section>
  );
}

/** The headers kept as evidence: of the request, and of answers that were none. */
export function Headers({ exchange, attempts }: { exchange: Exchange; attempts: readonly Attempt[] }) {
  const answers = attempts.filter(({ headers }) => headers !== undefined);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{t('headers')}</h2>
        <span class="end faint">{t('headers.kept')}</span>
      </div>
      <div class="panel-body stack">
        {exchange.headers === undefined && answers.length === 0 && <p class="soft">{t('headers.none')}</p>}
        {exchange.headers !== undefined && (
          <HeaderList title={t('headers.request')} headers={exchange.headers} />
        )}
        {answers.map(({ n, status, headers, upstreamRequestId }) => (
          <HeaderList
            key={n}
            title={[
              t('headers.answer', { n }),
              ...(status === undefined ? [] : [`HTTP ${status}`]),
              ...(upstreamRequestId === undefined ? [] : [upstreamRequestId]),
            ].join(' · ')}
            headers={headers ?? {}}
          />
        ))}
      </div>
    </section>
  );
}

function HeaderList({ title, headers }: { title: string; headers: Readonly<Record<string, string>> }) {
  return (
    <details>
      <summary>{title}</summary>
      <dl class="headers mono">
        {Object.entries(headers).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
