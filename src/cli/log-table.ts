import type { EndpointView } from '../domain/health.ts';
import type { ExchangeRecord } from '../domain/ledger.ts';
import { CATALOGUE } from '../errors/catalogue.ts';
import { seconds } from './format.ts';
import type { GridColumn } from './grid.ts';
import { deliveryCell, tokens } from './ledger-tables.ts';
import { cost } from './money.ts';
import type { Paint, Screen } from './screen.ts';
import type { Cell } from './table.ts';
import type { TextKey } from './texts.ts';

/** Longer is conspicuous… */
const LONG_MS = 30_000;
/** …and what edges of the kind met most often cut. */
const EDGE_MS = 100_000;

/** Follows the seconds of a request that an edge may have cut. */
export const EDGE_MARK = '*';

/** Whether a row gets the mark. */
export function isMarked(exchange: ExchangeRecord): boolean {
  return exchange.throughEdge === true && (tookMs(exchange) ?? 0) >= EDGE_MS;
}

export function tookMs({ startedAt, endedAt }: ExchangeRecord): number | undefined {
  return endedAt === undefined ? undefined : endedAt - startedAt;
}

/** Time of day here; with the day where it was not today. */
function clockText(at: number, now: number): string {
  const [day, time] = stamp(at);
  return day === stamp(now)[0] ? time : `${day} ${time.slice(0, 5)}`;
}

function stamp(at: number): readonly [day: string, time: string] {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return [day, [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')];
}

/** What the log shows of each request, in its order; the rank says what a narrow terminal keeps. */
export function logColumns(
  screen: Screen,
  endpoints: () => readonly EndpointView[],
  now: () => number,
): readonly GridColumn<ExchangeRecord>[] {
  const { text } = screen;
  const nameOf = (id: string | undefined): string =>
    id === undefined ? '-' : (endpoints().find((one) => one.id === id)?.name ?? id);
  const right = { align: 'right' } as const;
  const end = (to: number) => ({ to, at: 'end' }) as const;
  const middle = (to: number) => ({ to, at: 'middle' }) as const;
  const column = (
    title: TextKey,
    rank: number,
    room: number,
    cell: (row: ExchangeRecord) => Cell,
    more: Pick<GridColumn<ExchangeRecord>, 'align' | 'shorten'> = {},
  ): GridColumn<ExchangeRecord> => ({ title: text(title), rank, room, cell, ...more });
  return [
    column('colClock', 0, 8, ({ startedAt }) => clockText(startedAt, now())),
    column('colId', 0, 17, ({ id }) => id),
    column('colClient', 6, 16, ({ client }) => client, { shorten: end(8) }),
    column('colModel', 3, 28, ({ model }) => model ?? '-', { shorten: middle(10) }),
    column('colEndpoint', 2, 24, ({ endpointId }) => nameOf(endpointId), { shorten: end(8) }),
    column('colScenario', 12, 10, ({ scenario }) => scenario),
    column('colStatus', 0, 4, (row) => statusCell(screen, row), right),
    column('colSeconds', 0, 7, (row) => secondsCell(screen, row), right),
    column('colFirst', 8, 6, ({ firstEventMs }) => secondsOr(firstEventMs), right),
    column('colSilence', 9, 6, ({ longestSilenceMs }) => secondsOr(longestSilenceMs), right),
    column('colAttempts', 7, 3, ({ attemptCount }) => String(attemptCount ?? '-'), right),
    column('colTokens', 11, 11, tokensText, right),
    column('colCost', 10, 8, costText, right),
    column('colCause', 1, 26, (row) => causeCell(screen, row), { shorten: end(12) }),
  ];
}

/** What its client got: where the gateway answered itself, not what an upstream had said. */
export function statusOf({ status, delivery, error }: ExchangeRecord): number | undefined {
  const own = delivery === 'refused' && error !== undefined && isErrorCode(error);
  return own ? CATALOGUE[error].status : status;
}

function statusCell({ paint }: Screen, exchange: ExchangeRecord): Cell {
  const status = statusOf(exchange);
  if (status === undefined) return '-';
  const { failed, delivery } = exchange;
  const bad = failed ?? (delivery === 'refused' || delivery === 'broken');
  return { text: String(status), paint: bad ? paint.bad : paint.good };
}

const isErrorCode = (code: string): code is keyof typeof CATALOGUE => Object.hasOwn(CATALOGUE, code);

/** The mark has a place of its own, so that the numbers stand below each other. */
function secondsCell({ paint }: Screen, exchange: ExchangeRecord): Cell {
  const took = tookMs(exchange);
  if (took === undefined) return '- ';
  const text = `${seconds(took)}${isMarked(exchange) ? EDGE_MARK : ' '}`;
  return { text, paint: durationColour(paint, took) };
}

/** Long ones stand out. */
export function durationColour(paint: Paint, ms: number): (text: string) => string {
  if (ms < LONG_MS) return (text) => text;
  return ms < EDGE_MS ? paint.warning : paint.bad;
}

const secondsOr = (ms: number | undefined): string => (ms === undefined ? '-' : seconds(ms));

function tokensText({ usage }: ExchangeRecord): string {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === undefined && outputTokens === undefined) return '-';
  return [inputTokens, outputTokens].map((count) => (count === undefined ? '?' : tokens(count))).join('/');
}

function costText({ delivery, costMicroUsd, charge }: ExchangeRecord): string {
  return delivery === 'running' ? '-' : cost(costMicroUsd, charge);
}

/** Why it failed; where it did not, what went wrong on the way, or how it ended where that is not as it should. */
function causeCell(screen: Screen, exchange: ExchangeRecord): Cell {
  const { cause, failed, delivery } = exchange;
  if (cause !== undefined) {
    return { text: cause, paint: failed === false ? screen.paint.warning : screen.paint.bad };
  }
  return delivery === 'delivered' ? '-' : deliveryCell(screen, exchange);
}
