import type { EndpointView } from '../domain/health.ts';
import type { ExchangeView, GatewayView, LiveView, Percentiles } from '../domain/view.ts';
import { healthCell } from './endpoint-tables.ts';
import { duration, percent, roughly, seconds } from './format.ts';
import { type GridColumn, gridFor } from './grid.ts';
import { durationColour } from './log-table.ts';
import { money, UNKNOWN_MONEY } from './money.ts';
import type { Screen } from './screen.ts';
import type { Cell } from './table.ts';
import type { TextKey } from './texts.ts';
import { withoutControls } from './width.ts';
import { joinFitting } from './wrap.ts';

export type TopOrder = 'elapsed' | 'silence';

/** What `top` shows at a moment. */
export interface TopState {
  readonly address: string;
  readonly gateway: Pick<GatewayView, 'version' | 'startedAt'>;
  readonly live: LiveView;
  readonly order: TopOrder;
  /** How long the gateway has been gone, in ms; absent = it is there. */
  readonly goneMs?: number;
}

export interface TopSize {
  readonly width: number;
  /** Absent = as many lines as there are. */
  readonly height?: number;
}

type Look = Pick<Screen, 'text' | 'paint'>;

/** Lines other than rows: three of header, two heads, two blanks, the keys. */
const FIXED_LINES = 8;
/** Seconds over which requests are counted for a rate: one alone would jump. */
const RATE_SECONDS = 10;
const LEAST_ENDPOINTS = 2;

/** The lines of one frame, none wider than `width`; with `height`, exactly no more than that. */
export function topFrame(look: Look, state: TopState, { width, height }: TopSize): string[] {
  const { live } = state;
  const steady = height !== undefined;
  const running = sorted(live.running, state.order);
  const endpoints = [...live.endpoints].sort((a, b) => trouble(b) - trouble(a));
  // With none, a line says so.
  const room = share(
    Math.max(1, running.length),
    endpoints.length,
    height === undefined ? Number.POSITIVE_INFINITY : height - FIXED_LINES,
  );
  const hidden = Math.max(0, live.runningCount - running.length);
  const runningGrid = gridFor(runningColumns(look, live.endpoints), running, { width, steady });
  const endpointGrid = gridFor(endpointColumns(look, live.at), endpoints, { width, steady });
  const lines = [
    ...headLines(look, state, width),
    '',
    look.paint.faint(runningGrid.head),
    ...rowsIn(look, running.map(runningGrid.line), room.running, hidden),
    '',
    look.paint.faint(endpointGrid.head),
    ...rowsIn(look, endpoints.map(endpointGrid.line), room.endpoints, 0),
    ...(steady ? [keysLine(look, state.order)] : []),
  ].map((line) => line.trimEnd());
  return lines.slice(0, height);
}

function sorted(running: readonly ExchangeView[], order: TopOrder): ExchangeView[] {
  const key = order === 'elapsed' ? 'elapsedMs' : 'silenceMs';
  return running.filter(({ state }) => state !== 'done').sort((a, b) => b[key] - a[key]);
}

/** Endpoints one should look at come first. */
function trouble({ enabled, inQueue, health, coolingUntil }: EndpointView): number {
  if (!enabled) return -1;
  if (inQueue || health === 'unhealthy') return 2;
  return health === 'degraded' || coolingUntil > 0 ? 1 : 0;
}

/** Rows for both tables: endpoints get a third, or what requests leave. */
function share(running: number, endpoints: number, room: number): { running: number; endpoints: number } {
  if (running + endpoints <= room) return { running, endpoints };
  const least = Math.max(LEAST_ENDPOINTS, Math.floor(room / 3), room - running);
  const forEndpoints = Math.min(endpoints, least);
  return { running: Math.max(1, room - forEndpoints), endpoints: forEndpoints };
}

/** As many as there is room for; the last line says how many are left out. */
function rowsIn({ text, paint }: Look, lines: readonly string[], room: number, hidden: number): string[] {
  if (lines.length === 0 && hidden === 0)
    return [paint.faint(text('topNothing'))].slice(0, Math.max(0, room));
  if (lines.length <= room && hidden === 0) return [...lines];
  const shown = lines.slice(0, Math.max(0, room - 1));
  return [...shown, paint.faint(text('topMore', { count: lines.length - shown.length + hidden }))];
}

function headLines({ text, paint }: Look, state: TopState, width: number): string[] {
  const { live, gateway, address, goneMs } = state;
  const { recent } = live;
  const fitting = (parts: readonly string[]): string => joinFitting(parts, '   ', width);
  const last = recent.perSecond.slice(-RATE_SECONDS);
  const perSecond = last.reduce((sum, one) => sum + one, 0) / Math.max(1, last.length);
  const first = fitting([
    paint.strong(`QCC ${gateway.version}`),
    address,
    text('topUp', { time: duration(live.at - gateway.startedAt) }),
    ...(live.draining ? [paint.warning(text('topDrains'))] : []),
  ]);
  const second = fitting([
    text('topRunning', { count: live.runningCount }),
    text('topRate', { rate: perSecond.toFixed(1) }),
    text('topDuration', percentiles(recent.durationMs)),
    text('topFirst', percentiles(recent.firstEventMs)),
  ]);
  if (goneMs !== undefined) {
    return [first, second, fitting([paint.bad(text('topGone', { time: roughly(goneMs) }))])];
  }
  return [first, second, fitting(moneyParts({ text, paint }, live))];
}

function percentiles(of: Percentiles | undefined): { p50: string; p95: string } {
  return { p50: of ? duration(of.p50) : '-', p95: of ? duration(of.p95) : '-' };
}

function moneyParts({ text, paint }: Look, { recent }: LiveView): string[] {
  const { today, windowMs, requests, failed, causes } = recent;
  const { lostCalls, lostMicroUsd, savedCalls, savedMicroUsd } = today;
  const amount = (calls: number, microUsd: number): string =>
    calls > 0 && microUsd === 0 ? UNKNOWN_MONEY : money(microUsd);
  const lost = text('topLost', { money: amount(lostCalls, lostMicroUsd) });
  const words = { window: duration(windowMs), requests, failed };
  return [
    lostCalls > 0 ? paint.bad(lost) : lost,
    text('topSaved', { money: amount(savedCalls, savedMicroUsd) }),
    failed > 0 ? paint.warning(text('topRecent', words)) : text('topRecent', words),
    ...causes.slice(0, 3).map(({ cause, count }) => withoutControls(`${cause} ${count}`)),
  ];
}

function keysLine({ text, paint }: Look, order: TopOrder): string {
  const keys = (['elapsed', 'silence'] as const).map((one) => {
    const said = text(one === 'elapsed' ? 'topKeyElapsed' : 'topKeySilence');
    return one === order ? paint.strong(said) : paint.faint(said);
  });
  return [...keys, paint.faint(text('topKeyQuit'))].join('  ');
}

type Shape<Row> = Pick<GridColumn<Row>, 'align' | 'shorten'>;

const RIGHT = { align: 'right' } as const;
const END = (to: number) => ({ shorten: { to, at: 'end' } }) as const;
const MIDDLE = (to: number) => ({ shorten: { to, at: 'middle' } }) as const;

/** Columns as tuples read as the table they make. */
const columnsWith =
  <Row>({ text }: Look) =>
  (title: TextKey, rank: number, room: number, cell: (row: Row) => Cell, shape: Shape<Row> = {}) => ({
    title: text(title),
    rank,
    room,
    cell,
    ...shape,
  });

function runningColumns(look: Look, endpoints: readonly EndpointView[]): GridColumn<ExchangeView>[] {
  const { text, paint } = look;
  const nameOf = (id: string | undefined): string =>
    id === undefined ? '-' : (endpoints.find((one) => one.id === id)?.name ?? id);
  const long = (ms: number): Cell => ({ text: seconds(ms), paint: durationColour(paint, ms) });
  const rate = ({ estimatedTokensPerS: perS }: ExchangeView): Cell =>
    perS === undefined ? '-' : `~${Math.round(perS)}`;
  const state = ({ state, followers }: ExchangeView): Cell =>
    followers === 0 ? { text: text('orphan'), paint: paint.warning } : text(state);
  const column = columnsWith<ExchangeView>(look);
  return [
    column('colElapsed', 0, 6, ({ elapsedMs }) => long(elapsedMs), RIGHT),
    column('colSilence', 0, 6, ({ silenceMs }) => long(silenceMs), RIGHT),
    column('colEndpoint', 1, 24, ({ endpointId }) => nameOf(endpointId), END(10)),
    column('colTokensPerS', 2, 5, rate, RIGHT),
    column('colState', 3, 10, state),
    column('colModel', 4, 30, ({ model }) => model ?? '-', MIDDLE(12)),
    column('colClient', 5, 20, ({ client }) => client, END(8)),
    column('colId', 6, 17, ({ id }) => id),
    column('colAttempts', 7, 3, ({ attempts }) => String(attempts), RIGHT),
  ];
}

function endpointColumns(look: Look, now: number): GridColumn<EndpointView>[] {
  const time = (ms: number | undefined): string => (ms === undefined ? '-' : duration(ms));
  const rate = ({ successRate }: EndpointView): string =>
    successRate === undefined ? '-' : percent(successRate);
  const column = columnsWith<EndpointView>(look);
  return [
    column('colEndpoint', 0, 26, ({ name }) => name, END(10)),
    column('colHealth', 0, 9, (row) => healthCell(look, row)),
    column('colQps', 1, 4, ({ qps }) => qps.toFixed(1), RIGHT),
    column('colInFlight', 1, 3, ({ inFlight }) => String(inFlight), RIGHT),
    column('colP50', 3, 6, ({ p50Ms }) => time(p50Ms), RIGHT),
    column('colP95', 3, 6, ({ p95Ms }) => time(p95Ms), RIGHT),
    column('colSuccess', 4, 5, rate, RIGHT),
    column('colCircuit', 2, 22, (row) => circuitCell(look, row, now), END(18)),
  ];
}

function circuitCell(look: Look, endpoint: EndpointView, now: number): Cell {
  const { text, paint } = look;
  const { circuit, coolingUntil, enabled } = endpoint;
  if (!enabled) return '-';
  if (circuit.kind === 'half-open') return { text: text('verifyingNow'), paint: paint.warning };
  const left = (until: number): string => roughly(Math.max(0, until - now));
  if (circuit.kind === 'open') {
    return { text: text('topOut', { time: left(circuit.nextCheckAt) }), paint: paint.bad };
  }
  if (coolingUntil > now)
    return { text: text('topCooling', { time: left(coolingUntil) }), paint: paint.warning };
  return text('topClosed');
}
