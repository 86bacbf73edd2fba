import type { ExchangeRecord, LedgerGrouping, LedgerSummary } from '../domain/ledger.ts';
import { csv, csvRows } from './csv.ts';
import { ago } from './endpoint-tables.ts';
import { count, duration } from './format.ts';
import { cost, money, sum, UNKNOWN_MONEY } from './money.ts';
import type { Screen } from './screen.ts';
import type { Cell, Column } from './table.ts';

const right = (title: string): Column => ({ title, align: 'right' });

/** The newest exchanges: for `ledger list` and `ledger lost`. */
export async function showLedger(
  screen: Screen,
  exchanges: readonly ExchangeRecord[],
  lostOnly: boolean,
  now: number,
): Promise<void> {
  const { text } = screen;
  await screen.table(
    [
      { title: text('colId') },
      { title: text('colWhen') },
      { title: text('colModel'), shorten: 'middle' },
      ...(lostOnly ? [{ title: text('colClient'), shorten: 'end' } as const] : []),
      { title: text('colDelivery') },
      ...(lostOnly ? [right(text('colLostCalls'))] : [right(text('colElapsed')), right(text('colCost'))]),
      right(text('colLost')),
    ],
    exchanges.map((one): Cell[] => [
      one.id,
      ago(screen, now - one.startedAt),
      one.model ?? '-',
      ...(lostOnly ? [one.client] : []),
      deliveryCell(screen, one),
      ...(lostOnly ? [String(one.lostCalls)] : [elapsed(one), costCell(one)]),
      lostCell(screen, one),
    ]),
  );
}

const elapsed = ({ startedAt, endedAt }: ExchangeRecord): string =>
  endedAt === undefined ? '-' : duration(endedAt - startedAt);

/** What an exchange under way will cost is not known yet, and not to be worried about. */
function costCell({ delivery, costMicroUsd, charge }: ExchangeRecord): string {
  return delivery === 'running' ? '-' : cost(costMicroUsd, charge);
}

function lostCell({ paint }: Screen, { lostCalls, lostMicroUsd, charge }: ExchangeRecord): Cell {
  if (lostCalls === 0) return '-';
  return { text: cost(lostMicroUsd, charge), paint: paint.bad };
}

/** How an exchange ended for its clients, as a word. */
export function deliveryCell({ text, paint }: Screen, { delivery }: ExchangeRecord): Cell {
  const word = text(`delivery-${delivery}`);
  if (delivery === 'delivered') return { text: word, paint: paint.good };
  if (delivery === 'running' || delivery === 'left') return word;
  return { text: word, paint: delivery === 'refused' ? paint.warning : paint.bad };
}

/** For `ledger summary`. */
export async function showSummary(
  screen: Screen,
  rows: readonly LedgerSummary[],
  by: LedgerGrouping | undefined,
  nameOf: (group: string) => string,
): Promise<void> {
  const { text } = screen;
  const group = { model: 'colModel', endpoint: 'colEndpoint', client: 'colClient', day: 'colDay' } as const;
  await screen.table(
    [
      ...(by ? [{ title: text(group[by]), shorten: 'middle' } as const] : []),
      right(text('colExchanges')),
      right(text('colCalls')),
      right(text('colDelivered')),
      right(text('colInput')),
      right(text('colOutput')),
      right(text('colCost')),
      right(text('colLost')),
    ],
    rows.map((row): Cell[] => [
      ...(by ? [row.group ? nameOf(row.group) : '-'] : []),
      count(row.exchanges),
      count(row.attempts),
      count(row.delivered),
      tokens(row.inputTokens),
      tokens(row.outputTokens),
      sum(row.costMicroUsd, row.unknownCost),
      lostSum(row),
    ]),
  );
}

/** 4 digits at most, so that a table of sums fits 80 columns: `950`, `12.3k`, `4.5M`. */
export function tokens(value: number): string {
  if (value < 1_000) return String(value);
  for (const [unit, size] of [
    ['k', 1e3],
    ['M', 1e6],
  ] as const) {
    const scaled = value / size;
    if (scaled < 99.95) return `${scaled.toFixed(1)}${unit}`;
    if (scaled < 999.5) return `${Math.round(scaled)}${unit}`;
  }
  return `${(value / 1e9).toFixed(1)}G`;
}

/** Which of several lost calls are of unknown cost does not stand in a summary: all of them, where nothing is known. */
const lostSum = ({ lostCalls, lostMicroUsd }: LedgerSummary): string => {
  if (lostCalls === 0) return '-';
  return lostMicroUsd === 0 ? UNKNOWN_MONEY : money(lostMicroUsd);
};

/** What was lost and saved in all, below a table. */
export function showTotals(screen: Screen, total: LedgerSummary): void {
  const { lostCalls, savedCalls, savedMicroUsd } = total;
  const amount = (calls: number, shown: string): string => (calls === 0 ? money(0) : shown);
  screen.line();
  screen.say('ledgerTotals', {
    lost: amount(lostCalls, lostSum(total)),
    lostCalls: count(lostCalls),
    saved: amount(savedCalls, savedMicroUsd === 0 ? UNKNOWN_MONEY : money(savedMicroUsd)),
    savedCalls: count(savedCalls),
  });
}

const iso = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** Column names stay as they are: scripts read them. Money is in micro-USD; what is unknown is empty. */
const EXCHANGE_FIELDS: readonly (readonly [string, (one: ExchangeRecord) => string | number | undefined])[] =
  [
    ['id', ({ id }) => id],
    ['started_at', ({ startedAt }) => iso(startedAt)],
    ['ended_at', ({ endedAt }) => iso(endedAt)],
    ['path', ({ path }) => path],
    ['protocol', ({ protocol }) => protocol],
    ['operation', ({ operation }) => operation],
    ['stream', ({ stream }) => String(stream)],
    ['model', ({ model }) => model],
    ['effort', ({ effort }) => effort],
    ['client', ({ client }) => client],
    ['listener', ({ listener }) => listener],
    ['cluster', ({ cluster }) => cluster],
    ['scenario', ({ scenario }) => scenario],
    ['request_bytes', ({ requestBytes }) => requestBytes],
    ['status', ({ status }) => status],
    ['delivery', ({ delivery }) => delivery],
    ['error', ({ error }) => error],
    ['joined', ({ joined }) => joined],
    ['input_tokens', ({ usage }) => usage.inputTokens],
    ['output_tokens', ({ usage }) => usage.outputTokens],
    ['cache_read_tokens', ({ usage }) => usage.cacheReadTokens],
    ['cache_write_tokens', ({ usage }) => usage.cacheWriteTokens],
    ['reasoning_tokens', ({ usage }) => usage.reasoningTokens],
    ['charge', ({ charge }) => charge],
    ['cost_micro_usd', ({ costMicroUsd }) => costMicroUsd],
    ['lost_calls', ({ lostCalls }) => lostCalls],
    ['lost_micro_usd', ({ lostMicroUsd }) => lostMicroUsd],
    ['saved_calls', ({ savedCalls }) => savedCalls],
    ['saved_micro_usd', ({ savedMicroUsd }) => savedMicroUsd],
    ['duration_ms', ({ startedAt, endedAt }) => (endedAt === undefined ? undefined : endedAt - startedAt)],
    ['first_event_ms', ({ firstEventMs }) => firstEventMs],
    ['longest_silence_ms', ({ longestSilenceMs }) => longestSilenceMs],
    ['queued_ms', ({ queuedMs }) => queuedMs],
    ['backoff_ms', ({ backoffMs }) => backoffMs],
    ['attempts', ({ attemptCount }) => attemptCount],
    ['endpoint', ({ endpointId }) => endpointId],
    ['route', ({ route }) => route],
    ['cause', ({ cause }) => cause],
    ['failed', ({ failed }) => (failed === undefined ? undefined : String(failed))],
    ['through_edge', ({ throughEdge }) => (throughEdge === undefined ? undefined : String(throughEdge))],
  ];

/** `head`: begins with the line that names the columns. */
export function ledgerCsv(exchanges: readonly ExchangeRecord[], head = true): string {
  const rows = exchanges.map((one) => EXCHANGE_FIELDS.map(([, read]) => read(one)));
  return head
    ? csv(
        EXCHANGE_FIELDS.map(([name]) => name),
        rows,
      )
    : csvRows(rows);
}

const SUM_FIELDS = [
  ['exchanges', 'exchanges'],
  ['attempts', 'attempts'],
  ['delivered', 'delivered'],
  ['input_tokens', 'inputTokens'],
  ['output_tokens', 'outputTokens'],
  ['cost_micro_usd', 'costMicroUsd'],
  ['unknown_cost', 'unknownCost'],
  ['lost_micro_usd', 'lostMicroUsd'],
  ['lost_calls', 'lostCalls'],
  ['saved_micro_usd', 'savedMicroUsd'],
  ['saved_calls', 'savedCalls'],
] as const satisfies readonly (readonly [string, keyof LedgerSummary])[];

export function summaryCsv(rows: readonly LedgerSummary[], by: LedgerGrouping | undefined): string {
  return csv(
    [...(by ? [by] : []), ...SUM_FIELDS.map(([name]) => name)],
    rows.map((row) => [...(by ? [row.group] : []), ...SUM_FIELDS.map(([, key]) => row[key])]),
  );
}
