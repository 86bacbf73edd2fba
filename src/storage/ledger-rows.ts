import type { AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import type { Usage } from '../domain/usage.ts';
import type { BegunAttempt } from './ledger-line.ts';
import { dayOf } from './ledger-shares.ts';

/** A row as SQLite gives and takes it: column → value, `null` = absent. */
export type Row = Record<string, string | number | null>;

const USAGE_COLUMNS = [
  ['input_tokens', 'inputTokens'],
  ['output_tokens', 'outputTokens'],
  ['cache_read_tokens', 'cacheReadTokens'],
  ['cache_write_tokens', 'cacheWriteTokens'],
  ['reasoning_tokens', 'reasoningTokens'],
] as const satisfies readonly (readonly [string, keyof Usage])[];

const EXCHANGE_FIELDS = [
  ['id', 'id'],
  ['started_at', 'startedAt'],
  ['ended_at', 'endedAt'],
  ['path', 'path'],
  ['protocol', 'protocol'],
  ['operation', 'operation'],
  ['model', 'model'],
  ['effort', 'effort'],
  ['client', 'client'],
  ['listener', 'listener'],
  ['cluster', 'cluster'],
  ['scenario', 'scenario'],
  ['request_bytes', 'requestBytes'],
  ['status', 'status'],
  ['delivery', 'delivery'],
  ['error', 'error'],
  ['joined', 'joined'],
  ['charge', 'charge'],
  ['cost_micro_usd', 'costMicroUsd'],
  ['lost_micro_usd', 'lostMicroUsd'],
  ['lost_calls', 'lostCalls'],
  ['saved_micro_usd', 'savedMicroUsd'],
  ['saved_calls', 'savedCalls'],
  ['route', 'route'],
  ['attempt_count', 'attemptCount'],
  ['endpoint_id', 'endpointId'],
  ['first_event_ms', 'firstEventMs'],
  ['longest_silence_ms', 'longestSilenceMs'],
  ['cause', 'cause'],
  ['queued_ms', 'queuedMs'],
  ['backoff_ms', 'backoffMs'],
  ['left_ms', 'leftMs'],
  ['left_silent_ms', 'leftSilentMs'],
  ['left_fate', 'leftFate'],
  ['client_patience_ms', 'clientPatienceMs'],
  ['heartbeats', 'heartbeats'],
] as const satisfies readonly (readonly [string, keyof ExchangeRecord])[];

const ATTEMPT_FIELDS = [
  ['exchange_id', 'exchangeId'],
  ['n', 'n'],
  ['endpoint_id', 'endpointId'],
  ['started_at', 'startedAt'],
  ['sent_ms', 'sentMs'],
  ['first_byte_ms', 'firstByteMs'],
  ['first_event_ms', 'firstEventMs'],
  ['longest_silence_ms', 'longestSilenceMs'],
  ['total_ms', 'totalMs'],
  ['result', 'result'],
  ['status', 'status'],
  ['phase', 'phase'],
  ['ended_by', 'endedBy'],
  ['silence_ms', 'silenceMs'],
  ['charge_risk', 'chargeRisk'],
  ['charge', 'charge'],
  ['cost_micro_usd', 'costMicroUsd'],
  ['detail', 'detail'],
  ['upstream_request_id', 'upstreamRequestId'],
  ['why', 'why'],
  ['queued_ms', 'queuedMs'],
  ['backoff_ms', 'backoffMs'],
  ['dns_ms', 'dnsMs'],
  ['tcp_ms', 'tcpMs'],
  ['tls_ms', 'tlsMs'],
  ['said', 'said'],
] as const satisfies readonly (readonly [string, keyof AttemptRecord])[];

type Fields = readonly (readonly [string, string])[];
type Value = string | number | null;

const columnNames = (fields: Fields) => [...fields, ...USAGE_COLUMNS].map(([column]) => column);

/** In the order of `exchangeValues`. */
export const EXCHANGE_COLUMNS = [
  ...columnNames(EXCHANGE_FIELDS),
  'stream',
  'day',
  'failed',
  'through_edge',
  'headers',
];
/** What an exchange is found by does not change as it goes on, mostly: then their indexes need no touching. */
const FIXED_FIELDS = [
  'id',
  'startedAt',
  'model',
  'client',
] as const satisfies readonly (keyof ExchangeRecord)[];
const FIXED_COLUMNS = ['id', 'started_at', 'day', 'model', 'client'];

/** In the order of `changingValues`. */
export const CHANGING_COLUMNS = EXCHANGE_COLUMNS.filter((column) => !FIXED_COLUMNS.includes(column));

/** Whether the new row of an exchange can be written over its old one by the changing columns alone. */
export const isFoundAlike = (a: ExchangeRecord, b: ExchangeRecord): boolean =>
  FIXED_FIELDS.every((field) => a[field] === b[field]);

/** In the order of `attemptValues`. */
export const ATTEMPT_COLUMNS = [...columnNames(ATTEMPT_FIELDS), 'streamed', 'timer', 'headers'];

function valuesOf(record: object, usage: Usage, fields: Fields): Value[] {
  const given = record as Record<string, Value | undefined>;
  return [
    ...fields.map(([, field]) => given[field] ?? null),
    ...USAGE_COLUMNS.map(([, field]) => usage[field] ?? null),
  ];
}

const flagValue = (flag: boolean | undefined): Value => (flag === undefined ? null : flag ? 1 : 0);
const jsonValue = (value: object | undefined): Value => (value === undefined ? null : JSON.stringify(value));

export const exchangeValues = (record: ExchangeRecord): Value[] => [
  ...valuesOf(record, record.usage, EXCHANGE_FIELDS),
  record.stream ? 1 : 0,
  dayOf(record.startedAt),
  flagValue(record.failed),
  flagValue(record.throughEdge),
  jsonValue(record.headers),
];

export function changingValues(record: ExchangeRecord): Value[] {
  const values = exchangeValues(record);
  return CHANGING_PLACES.map((place) => values[place] ?? null);
}

const CHANGING_PLACES = CHANGING_COLUMNS.map((column) => EXCHANGE_COLUMNS.indexOf(column));

export const attemptValues = (record: AttemptRecord): Value[] => [
  ...valuesOf(record, record.usage, ATTEMPT_FIELDS),
  flagValue(record.streamed),
  jsonValue(record.timer),
  jsonValue(record.headers),
];

/** An attempt under way is a row without a result. */
export const begunValues = (begun: BegunAttempt): Value[] => [
  ...valuesOf(
    { ...begun, longestSilenceMs: 0, totalMs: 0, chargeRisk: 'likely', charge: 'unknown' },
    {},
    ATTEMPT_FIELDS,
  ),
  null,
  null,
  null,
];

function fieldsOf(row: Row, fields: Fields): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [column, field] of fields) if (row[column] != null) record[field] = row[column];
  return record;
}

export function readExchange(row: Row): ExchangeRecord {
  const record = fieldsOf(row, EXCHANGE_FIELDS);
  record.stream = row.stream === 1;
  record.usage = fieldsOf(row, USAGE_COLUMNS);
  if (row.failed != null) record.failed = row.failed === 1;
  if (row.through_edge != null) record.throughEdge = row.through_edge === 1;
  if (row.headers != null) record.headers = readJson(row.headers);
  return record as unknown as ExchangeRecord;
}

export function readAttempt(row: Row): AttemptRecord {
  const record = fieldsOf(row, ATTEMPT_FIELDS);
  record.usage = fieldsOf(row, USAGE_COLUMNS);
  if (row.streamed != null) record.streamed = row.streamed === 1;
  if (row.timer != null) record.timer = readJson(row.timer);
  if (row.headers != null) record.headers = readJson(row.headers);
  return record as unknown as AttemptRecord;
}

/** A text edited by hand must not make the whole list unreadable. */
function readJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text)) ?? undefined;
  } catch {
    return undefined;
  }
}

export function readBegun(row: Row): BegunAttempt {
  const { exchangeId, n, endpointId, startedAt, why } = readAttempt(row);
  return { exchangeId, n, endpointId, startedAt, why };
}
