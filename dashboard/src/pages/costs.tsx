import type { EndpointView, LedgerGrouping, LedgerSummary } from '../../../src/admin/admin.ts';
import { count, short } from '../frame/format.ts';
import { gatewayNow, live } from '../frame/live.ts';
import { useLoaded } from '../frame/load.ts';
import { href, place, setQuery } from '../frame/router.ts';
import { t as frame } from '../frame/texts.ts';
import { Choice } from '../pieces/choice.tsx';
import { Bar, Money, unknownAmong } from '../pieces/figures.tsx';
import { Empty, ErrorBanner } from '../pieces/notice.tsx';
import { type Column, parseSorting, sortingText, Table } from '../pieces/table.tsx';
import { DaysChart } from './costs-chart.tsx';
import { RANGE_NAMES, type Range, type RangeName, rangeOf, rangeQuery } from './costs-range.ts';
import { t } from './costs-texts.ts';
import './costs.css';

const EVERY_MS = 30_000;
const GROUPS = ['model', 'client', 'endpoint', 'day'] as const satisfies readonly LedgerGrouping[];

/** What calls cost, what of it was lost, and what was saved. */
export function Costs() {
  const range = rangeOf(place.value.query, gatewayNow());
  const totals = useLoaded<readonly LedgerSummary[]>(
    `ledger/summary?${rangeQuery(range).slice(1)}`,
    EVERY_MS,
  );
  const days = useLoaded<readonly LedgerSummary[]>(`ledger/summary?by=day${rangeQuery(range)}`, EVERY_MS);
  const total = totals.value?.[0];
  return (
    <>
      <div class="page-head">
        <h1>{frame('page.costs')}</h1>
        <RangePicker range={range} />
      </div>
      <ErrorBanner error={totals.error ?? days.error} again={totals.again} />
      <Totals total={total} />
      <ByDay rows={days.value} range={range} />
      <Groups range={range} />
    </>
  );
}

function RangePicker({ range }: { range: Range }) {
  const pick = (name: 'from' | 'to', value: string): void =>
    setQuery({ from: range.from, to: range.to, range: undefined, [name]: value });
  return (
    <div class="end range">
      <Choice<RangeName | 'own'>
        label={t('range')}
        options={RANGE_NAMES.map((name) => [name, t(`range.${name}`)] as const)}
        value={range.name}
        onChoose={(name) => setQuery({ range: name, from: undefined, to: undefined })}
      />
      <label>
        <span class="faint">{t('from')}</span>
        <input
          type="date"
          value={range.from ?? ''}
          max={range.to}
          onChange={(event) => pick('from', event.currentTarget.value)}
        />
      </label>
      <label>
        <span class="faint">{t('to')}</span>
        <input
          type="date"
          value={range.to ?? ''}
          min={range.from}
          onChange={(event) => pick('to', event.currentTarget.value)}
        />
      </label>
    </div>
  );
}

function Totals({ total }: { total: LedgerSummary | undefined }) {
  return (
    <dl class="figures">
      <div class="figure">
        <dt>{t('cost')}</dt>
        <dd>{total ? <Money microUsd={total.costMicroUsd} /> : '–'}</dd>
        <dd class="figure-note words">
          {total &&
            (total.unknownCost > 0
              ? t('cost.unknown', { count: count(total.unknownCost) })
              : t('cost.known'))}
        </dd>
      </div>
      <div class="figure">
        <dt>{t('lost')}</dt>
        <dd class={total && total.lostCalls > 0 ? 'bad-text' : undefined}>
          {total ? (
            <Money
              microUsd={total.lostMicroUsd}
              unknownCalls={unknownAmong(total.lostCalls, total.unknownCost)}
            />
          ) : (
            '–'
          )}
        </dd>
        <dd class="figure-note words">{total && t('lost.hint', { count: count(total.lostCalls) })}</dd>
      </div>
      <div class="figure">
        <dt>{t('saved')}</dt>
        <dd class={total && total.savedCalls > 0 ? 'good-text' : undefined}>
          {total ? <Money microUsd={total.savedMicroUsd} /> : '–'}
        </dd>
        <dd class="figure-note words">{total && t('saved.hint', { count: count(total.savedCalls) })}</dd>
      </div>
      <div class="figure">
        <dt>{t('requests')}</dt>
        <dd class="num">{total ? count(total.exchanges) : '–'}</dd>
        <dd class="figure-note words">
          {total && t('requests.hint', { calls: count(total.attempts), delivered: count(total.delivered) })}
        </dd>
      </div>
      <div class="figure">
        <dt>{t('tokens')}</dt>
        <dd class="num">{total ? `${short(total.inputTokens)} · ${short(total.outputTokens)}` : '–'}</dd>
        <dd class="figure-note words" />
      </div>
    </dl>
  );
}

function ByDay({ rows, range }: { rows: readonly LedgerSummary[] | undefined; range: Range }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{t('byDay')}</h2>
        <span class="faint legend">
          <span class="dot" /> {t('series.cost')} <span class="dot bad" /> {t('series.lost')}{' '}
          <span class="dot ring" /> {t('series.saved')}
        </span>
      </div>
      <div class="chart-place costs-chart">
        {rows && (rows.length === 0 ? <Empty title={t('none')} /> : <DaysChart rows={rows} range={range} />)}
      </div>
    </section>
  );
}

function Groups({ range }: { range: Range }) {
  const { query } = place.value;
  const by = GROUPS.find((one) => one === query.get('by')) ?? 'model';
  const loaded = useLoaded<readonly LedgerSummary[]>(`ledger/summary?by=${by}${rangeQuery(range)}`, EVERY_MS);
  const rows = loaded.value ?? [];
  const sorting = parseSorting(query.get('sort')) ?? { key: by === 'day' ? 'group' : 'cost', down: true };
  return (
    <section class="panel">
      <div class="panel-head">
        <Choice
          label={t('group')}
          options={GROUPS.map((one) => [one, t(`group.${one}`)] as const)}
          value={by}
          onChoose={(one) => setQuery({ by: one === 'model' ? undefined : one, sort: undefined })}
        />
      </div>
      <ErrorBanner error={loaded.error} again={loaded.again} />
      {loaded.value && rows.length === 0 ? (
        <Empty title={t('none')} />
      ) : (
        <Table
          caption={t(`group.${by}`)}
          columns={columnsFor(by, rows, live.value?.endpoints ?? [])}
          rows={rows}
          rowKey={({ group }) => group ?? ''}
          link={(row) => requestsOf(by, row, range)}
          sorting={sorting}
          onSort={(next) => setQuery({ sort: sortingText(next) })}
        />
      )}
    </section>
  );
}

/** The requests a row is about. Days are not a filter of the list. */
function requestsOf(by: LedgerGrouping, { group }: LedgerSummary, range: Range): string | undefined {
  return by === 'day' || !group
    ? undefined
    : href('requests', undefined, { [by]: group, since: range.since });
}

function columnsFor(
  by: LedgerGrouping,
  rows: readonly LedgerSummary[],
  endpoints: readonly EndpointView[],
): readonly Column<LedgerSummary>[] {
  const most = Math.max(1, ...rows.map(({ costMicroUsd }) => costMicroUsd));
  const name = ({ group }: LedgerSummary): string =>
    (by === 'endpoint' ? endpoints.find(({ id }) => id === group)?.name : undefined) ??
    (group || t('group.none'));
  const numeric = (
    key: string,
    title: string,
    of: (row: LedgerSummary) => number,
    show = short,
  ): Column<LedgerSummary> => ({ key, title, numeric: true, sort: of, cell: (row) => show(of(row)) });
  return [
    {
      key: 'group',
      title: t(`group.${by}`),
      cell: (row) => <span class="break">{name(row)}</span>,
      sort: name,
    },
    {
      key: 'share',
      title: t('share'),
      line: true,
      cell: ({ costMicroUsd }) => <Bar value={costMicroUsd} of={most} />,
    },
    {
      key: 'cost',
      title: t('cost'),
      numeric: true,
      sort: ({ costMicroUsd }) => costMicroUsd,
      cell: ({ costMicroUsd, unknownCost }) => <Money microUsd={costMicroUsd} unknownCalls={unknownCost} />,
    },
    {
      key: 'lost',
      title: t('lost'),
      numeric: true,
      sort: ({ lostMicroUsd }) => lostMicroUsd,
      cell: (row) => (
        <WithCalls
          microUsd={row.lostMicroUsd}
          calls={row.lostCalls}
          unknown={unknownAmong(row.lostCalls, row.unknownCost)}
          level="bad"
        />
      ),
    },
    {
      key: 'saved',
      title: t('saved'),
      numeric: true,
      sort: ({ savedMicroUsd }) => savedMicroUsd,
      cell: (row) => <WithCalls microUsd={row.savedMicroUsd} calls={row.savedCalls} level="good" />,
    },
    numeric('requests', t('requests'), ({ exchanges }) => exchanges, count),
    numeric('calls', t('calls'), ({ attempts }) => attempts, count),
    numeric('in', t('tokensIn'), ({ inputTokens }) => inputTokens),
    numeric('out', t('tokensOut'), ({ outputTokens }) => outputTokens),
  ];
}

function WithCalls(props: { microUsd: number; calls: number; unknown?: number; level: 'good' | 'bad' }) {
  if (props.calls === 0) return <span class="faint">–</span>;
  return (
    <span class={`${props.level}-text`}>
      <Money microUsd={props.microUsd} unknownCalls={props.unknown ?? 0} />{' '}
      <small>× {count(props.calls)}</small>
    </span>
  );
}
