import type { ExchangeRecord } from '../../../src/admin/admin.ts';
import type { QueryValues } from '../frame/router.ts';

/** Which requests are shown; as in the address. */
export interface Filters {
  readonly model?: string;
  readonly client?: string;
  readonly endpoint?: string;
  readonly cause?: string;
  readonly failed: boolean;
  readonly lost: boolean;
  /** At least this many seconds. */
  readonly slow?: number;
  /** Hours back from now; absent = all that is kept. */
  readonly hours?: number;
}

/** Rows asked for at once, and kept in all: beyond that a filter serves better than scrolling. */
export const PAGE_ROWS = 200;
export const MOST_ROWS = 20_000;
const HOUR_MS = 3_600_000;

export function filtersOf(query: URLSearchParams): Filters {
  const text = (name: string) => query.get(name)?.trim() || undefined;
  const number = (name: string) => {
    const value = Number(query.get(name) ?? Number.NaN);
    return Number.isFinite(value) && value > 0 ? value : undefined;
  };
  return dropped({
    model: text('model'),
    client: text('client'),
    endpoint: text('endpoint'),
    cause: text('cause'),
    failed: query.get('failed') === '1',
    lost: query.get('lost') === '1',
    slow: number('slow'),
    hours: number('hours'),
  });
}

/** Without what is undefined: absent and undefined are not the same to the compiler. */
function dropped(filters: { [Name in keyof Filters]: Filters[Name] | undefined }): Filters {
  return Object.fromEntries(
    Object.entries(filters).filter(([, value]) => value !== undefined),
  ) as unknown as Filters;
}

/** The path that reads a page of rows that began before `until` (exclusive). */
export function pathOf(filters: Filters, now: number, until?: number): string {
  const { model, client, endpoint, cause, failed, lost, slow, hours } = filters;
  const values: QueryValues = {
    limit: PAGE_ROWS,
    until,
    since: hours === undefined ? undefined : Math.round(now - hours * HOUR_MS),
    model,
    client,
    endpoint,
    cause,
    failed: failed ? 'true' : undefined,
    lost: lost ? 'true' : undefined,
    slow: slow === undefined ? undefined : Math.round(slow * 1000),
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return `ledger?${query}`;
}

/** How long it took; a running one has no duration yet. */
export const durationOf = ({ startedAt, endedAt }: ExchangeRecord): number | undefined =>
  endedAt === undefined ? undefined : endedAt - startedAt;

/** Whether a row that came by the live stream belongs among those shown: the same question as the ledger is asked. */
export function fits(record: ExchangeRecord, filters: Filters, now: number): boolean {
  const { model, client, endpoint, cause, failed, lost, slow, hours } = filters;
  return (
    (model === undefined || record.model === model) &&
    (client === undefined || record.client === client) &&
    (endpoint === undefined || record.endpointId === endpoint) &&
    (cause === undefined || record.cause === cause) &&
    (!failed || record.failed === true) &&
    (!lost || record.lostCalls > 0) &&
    (slow === undefined || (durationOf(record) ?? 0) >= slow * 1000) &&
    (hours === undefined || record.startedAt >= now - hours * HOUR_MS)
  );
}

/** Newest first, each once; of two of the same id the one that came later. */
export function merged(
  rows: readonly ExchangeRecord[],
  more: readonly ExchangeRecord[],
): readonly ExchangeRecord[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of more) byId.set(row.id, row);
  return [...byId.values()]
    .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
    .slice(0, MOST_ROWS);
}

/**
 * From where to read on below the last row. Rows of its millisecond may be missing, so they are read again; where a
 * whole page brought nothing but them, that millisecond has more rows than a page holds, and is passed over.
 */
export function nextUntil(rows: readonly ExchangeRecord[], broughtNothing: boolean): number | undefined {
  const last = rows.at(-1);
  // The gateway's clock has fractions of milliseconds, its API takes whole ones.
  return last && Math.floor(last.startedAt) + (broughtNothing ? 0 : 1);
}

const CSV_COLUMNS: readonly (readonly [string, (row: ExchangeRecord) => string | number | undefined])[] = [
  ['started', ({ startedAt }) => new Date(startedAt).toISOString()],
  ['id', ({ id }) => id],
  ['client', ({ client }) => client],
  ['model', ({ model }) => model],
  ['endpoint', ({ endpointId }) => endpointId],
  ['scenario', ({ scenario }) => scenario],
  ['status', ({ status }) => status],
  ['delivery', ({ delivery }) => delivery],
  ['duration_ms', durationOf],
  ['first_event_ms', ({ firstEventMs }) => firstEventMs],
  ['longest_silence_ms', ({ longestSilenceMs }) => longestSilenceMs],
  ['attempts', ({ attemptCount }) => attemptCount],
  ['input_tokens', ({ usage }) => usage.inputTokens],
  ['output_tokens', ({ usage }) => usage.outputTokens],
  ['cost_micro_usd', ({ costMicroUsd }) => costMicroUsd],
  ['lost_micro_usd', ({ lostMicroUsd }) => lostMicroUsd],
  ['lost_calls', ({ lostCalls }) => lostCalls],
  ['cause', ({ cause }) => cause],
];

/** The rows as CSV (RFC 4180), unknown as empty. A spreadsheet takes no cell for a formula. */
export function csvOf(rows: readonly ExchangeRecord[]): string {
  const lines = rows.map((row) => CSV_COLUMNS.map(([, value]) => csvCell(value(row))).join(','));
  return [CSV_COLUMNS.map(([name]) => name).join(','), ...lines, ''].join('\r\n');
}

function csvCell(value: string | number | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
