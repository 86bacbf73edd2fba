import type { AttemptRecord, ExchangeOpening, ExchangeRecord } from '../domain/ledger.ts';
import type { Usage } from '../domain/usage.ts';

/** A value as a line and a column hold it; `null` = absent. */
export type Value = string | number | null;

/** A row as SQLite gives it. */
export type Row = Record<string, Value>;

/** `flag`: a boolean as 0 or 1. `json`: an object as its text. */
type Kind = 'text' | 'number' | 'flag' | 'json';

/** One part of a record: its column, its name there, and how it is written. */
export interface Field {
  readonly column: string;
  readonly name: string;
  readonly kind: Kind;
  /** It is a part of `usage`. */
  readonly ofUsage: boolean;
}

const field = (column: string, name: string, kind: Kind): Field => ({ column, name, kind, ofUsage: false });
const tokens = (column: string, name: keyof Usage): Field => ({
  column,
  name,
  kind: 'number',
  ofUsage: true,
});
const exchange = (column: string, name: keyof ExchangeRecord, kind: Kind) => field(column, name, kind);
const attempt = (column: string, name: keyof AttemptRecord, kind: Kind) => field(column, name, kind);

/** What opens an exchange, in the order of its line. What is often absent stands last: a line ends with what it has. */
export const OPENING = (
  [
    ['id', 'id', 'text'],
    ['started_at', 'startedAt', 'number'],
    ['path', 'path', 'text'],
    ['protocol', 'protocol', 'text'],
    ['operation', 'operation', 'text'],
    ['stream', 'stream', 'flag'],
    ['client', 'client', 'text'],
    ['listener', 'listener', 'text'],
    ['cluster', 'cluster', 'text'],
    ['scenario', 'scenario', 'text'],
    ['request_bytes', 'requestBytes', 'number'],
    ['model', 'model', 'text'],
    ['route', 'route', 'text'],
    ['effort', 'effort', 'text'],
    ['client_patience_ms', 'clientPatienceMs', 'number'],
  ] as const satisfies readonly (readonly [string, keyof ExchangeOpening, Kind])[]
).map(([column, name, kind]) => exchange(column, name, kind));

/** What closes an exchange; the last ones are rare. */
export const CLOSING: readonly Field[] = [
  exchange('delivery', 'delivery', 'text'),
  exchange('through_edge', 'throughEdge', 'flag'),
  exchange('joined', 'joined', 'number'),
  exchange('charge', 'charge', 'text'),
  exchange('lost_calls', 'lostCalls', 'number'),
  exchange('saved_calls', 'savedCalls', 'number'),
  exchange('ended_at', 'endedAt', 'number'),
  exchange('status', 'status', 'number'),
  exchange('failed', 'failed', 'flag'),
  exchange('attempt_count', 'attemptCount', 'number'),
  exchange('endpoint_id', 'endpointId', 'text'),
  exchange('first_event_ms', 'firstEventMs', 'number'),
  exchange('longest_silence_ms', 'longestSilenceMs', 'number'),
  exchange('queued_ms', 'queuedMs', 'number'),
  exchange('backoff_ms', 'backoffMs', 'number'),
  exchange('heartbeats', 'heartbeats', 'number'),
  exchange('saved_micro_usd', 'savedMicroUsd', 'number'),
  exchange('lost_micro_usd', 'lostMicroUsd', 'number'),
  exchange('cost_micro_usd', 'costMicroUsd', 'number'),
  tokens('input_tokens', 'inputTokens'),
  tokens('output_tokens', 'outputTokens'),
  tokens('cache_read_tokens', 'cacheReadTokens'),
  tokens('cache_write_tokens', 'cacheWriteTokens'),
  tokens('reasoning_tokens', 'reasoningTokens'),
  exchange('headers', 'headers', 'json'),
  exchange('cause', 'cause', 'text'),
  exchange('error', 'error', 'text'),
  exchange('left_ms', 'leftMs', 'number'),
  exchange('left_silent_ms', 'leftSilentMs', 'number'),
  exchange('left_fate', 'leftFate', 'text'),
];

/** One upstream call, closed; the last ones are rare. */
export const ATTEMPT: readonly Field[] = [
  attempt('exchange_id', 'exchangeId', 'text'),
  attempt('n', 'n', 'number'),
  attempt('endpoint_id', 'endpointId', 'text'),
  attempt('started_at', 'startedAt', 'number'),
  attempt('longest_silence_ms', 'longestSilenceMs', 'number'),
  attempt('total_ms', 'totalMs', 'number'),
  attempt('result', 'result', 'text'),
  attempt('charge_risk', 'chargeRisk', 'text'),
  attempt('charge', 'charge', 'text'),
  attempt('why', 'why', 'text'),
  attempt('status', 'status', 'number'),
  attempt('streamed', 'streamed', 'flag'),
  attempt('sent_ms', 'sentMs', 'number'),
  attempt('first_byte_ms', 'firstByteMs', 'number'),
  attempt('first_event_ms', 'firstEventMs', 'number'),
  attempt('queued_ms', 'queuedMs', 'number'),
  attempt('backoff_ms', 'backoffMs', 'number'),
  attempt('cost_micro_usd', 'costMicroUsd', 'number'),
  tokens('input_tokens', 'inputTokens'),
  tokens('output_tokens', 'outputTokens'),
  attempt('model_answered', 'modelAnswered', 'text'),
  attempt('upstream_request_id', 'upstreamRequestId', 'text'),
  tokens('cache_read_tokens', 'cacheReadTokens'),
  tokens('cache_write_tokens', 'cacheWriteTokens'),
  tokens('reasoning_tokens', 'reasoningTokens'),
  attempt('dns_ms', 'dnsMs', 'number'),
  attempt('tcp_ms', 'tcpMs', 'number'),
  attempt('tls_ms', 'tlsMs', 'number'),
  attempt('phase', 'phase', 'text'),
  attempt('ended_by', 'endedBy', 'text'),
  attempt('silence_ms', 'silenceMs', 'number'),
  attempt('detail', 'detail', 'text'),
  attempt('timer', 'timer', 'json'),
  attempt('headers', 'headers', 'json'),
  attempt('said', 'said', 'text'),
];

/** A whole exchange: its values are those of `OPENING`, then those of `CLOSING`. */
export const EXCHANGE: readonly Field[] = [...OPENING, ...CLOSING];

export const columnsOf = (fields: readonly Field[]): string[] => fields.map(({ column }) => column);

/** Where a column's value stands. Throws where there is no such column: a mistake of the program. */
export function placeOf(fields: readonly Field[], column: string): number {
  const place = fields.findIndex((one) => one.column === column);
  if (place < 0) throw new Error(`no column ${column}`);
  return place;
}

/** Characters of a text that came from outside; headers and timers are cut before, and weigh more. */
export const TEXT_MAX = 1_000;
const JSON_MAX = 32_000;

/** Puts the values of a record into `target`, from `at` on. Absent parts, and those of another kind, are `null`. */
export function putValues(target: Value[], at: number, record: object, fields: readonly Field[]): void {
  const given = record as Readonly<Record<string, unknown>>;
  const usage = given.usage as Readonly<Record<string, unknown>> | undefined;
  for (let index = 0; index < fields.length; index += 1) {
    const { name, kind, ofUsage } = fields[index] as Field;
    target[at + index] = written(ofUsage ? usage?.[name] : given[name], kind);
  }
}

/** The values of a record, in the order of `fields`. */
export function valuesOf(record: object, fields: readonly Field[]): Value[] {
  const values: Value[] = [];
  putValues(values, 0, record, fields);
  return values;
}

function written(value: unknown, kind: Kind): Value {
  if (value === undefined || value === null) return null;
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : null;
  if (kind === 'flag') return value === true ? 1 : 0;
  if (kind === 'text') return cut(String(value));
  const text = JSON.stringify(value);
  return text.length > JSON_MAX ? null : text;
}

/** Not between the two halves of a character. */
function cut(text: string): string {
  if (text.length <= TEXT_MAX) return text;
  const last = text.charCodeAt(TEXT_MAX - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? TEXT_MAX - 1 : TEXT_MAX);
}

/** Whether values that were read may stand for these fields; `absent` ones may be missing at the end. */
export function areOf(values: readonly unknown[], from: number, fields: readonly Field[]): boolean {
  for (let index = 0; index < fields.length; index += 1) {
    const value = values[from + index] ?? null;
    const { kind } = fields[index] as Field;
    const type = kind === 'number' || kind === 'flag' ? 'number' : 'string';
    if (value !== null && typeof value !== type) return false;
  }
  return true;
}

/** The record that values stand for. Those of a row edited by hand may be anything. */
function recordOf(values: readonly Value[], fields: readonly Field[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  const usage: Record<string, unknown> = {};
  for (let index = 0; index < fields.length; index += 1) {
    const { name, kind, ofUsage } = fields[index] as Field;
    const value = values[index] ?? null;
    if (value === null) continue;
    if (ofUsage) usage[name] = value;
    else if (kind === 'flag') record[name] = value === 1;
    else if (kind === 'json') readJson(record, name, value);
    else record[name] = value;
  }
  record.usage = usage;
  return record;
}

function readJson(record: Record<string, unknown>, name: string, text: Value): void {
  try {
    const value: unknown = JSON.parse(String(text));
    if (typeof value === 'object' && value !== null) record[name] = value;
  } catch {
    // A text edited by hand must not make the whole list unreadable.
  }
}

export const readExchange = (values: readonly Value[]): ExchangeRecord =>
  recordOf(values, EXCHANGE) as unknown as ExchangeRecord;

export const readAttempt = (values: readonly Value[]): AttemptRecord =>
  recordOf(values, ATTEMPT) as unknown as AttemptRecord;

const EXCHANGE_COLUMNS = columnsOf(EXCHANGE);
const ATTEMPT_COLUMNS = columnsOf(ATTEMPT);

/** A row of `exchanges` as values. */
export const exchangeRow = (row: Row): Value[] => EXCHANGE_COLUMNS.map((column) => row[column] ?? null);

/** A row of `attempts` as values. */
export const attemptRow = (row: Row): Value[] => ATTEMPT_COLUMNS.map((column) => row[column] ?? null);
