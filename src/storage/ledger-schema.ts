const SUMS = `exchanges real not null, attempts real not null, delivered real not null, input_tokens real not null,
     output_tokens real not null, cost_micro_usd real not null, unknown_cost real not null,
     lost_micro_usd real not null, lost_calls real not null, saved_micro_usd real not null,
     saved_calls real not null`;

/**
 * Migration `2026-11-b-ledger`, never changed once released. In SQL, since it uses what the schema builder does not
 * know. `exchange_shares` says what an exchange adds to a summary, as a whole (`endpoint_id` empty) and for each
 * endpoint it asked; `ledger_days` holds what each day added up to, kept with every write: summing a million
 * exchanges up anew takes seconds.
 */
export const LEDGER_TABLES: readonly string[] = [
  `create table exchanges (
     id text not null unique, started_at real not null, day text not null, ended_at real,
     path text not null, protocol text not null, operation text not null, stream integer not null,
     model text, effort text, client text not null, listener text not null, cluster text not null,
     scenario text not null, request_bytes real not null, status integer, delivery text not null, error text,
     joined integer not null, input_tokens real, output_tokens real, cache_read_tokens real,
     cache_write_tokens real, reasoning_tokens real, charge text not null, cost_micro_usd real,
     lost_micro_usd real, lost_calls integer not null, saved_micro_usd real, saved_calls integer not null)`,
  'create index exchanges_by_start on exchanges (started_at)',
  'create index exchanges_by_model on exchanges (model, started_at)',
  'create index exchanges_by_client on exchanges (client, model, started_at)',
  'create index exchanges_by_client_start on exchanges (client, started_at)',
  'create index exchanges_lost on exchanges (started_at) where lost_calls > 0',
  `create index exchanges_running on exchanges (delivery) where delivery = 'running'`,
  `create table attempts (
     exchange_id text not null, n integer not null, endpoint_id text not null, started_at real not null,
     sent_ms real, first_byte_ms real, first_event_ms real, longest_silence_ms real not null,
     total_ms real not null, result text, status integer, phase text, ended_by text, silence_ms real,
     charge_risk text not null, charge text not null, input_tokens real, output_tokens real,
     cache_read_tokens real, cache_write_tokens real, reasoning_tokens real, cost_micro_usd real, detail text,
     upstream_request_id text, why text not null,
     primary key (exchange_id, n)) without rowid`,
  `create table exchange_shares (
     endpoint_id text not null, started_at real not null, exchange_id text not null,
     day text not null, model text not null, client text not null, lost integer not null,
     ${SUMS},
     primary key (endpoint_id, started_at, exchange_id)) without rowid`,
  `create table ledger_days (
     endpoint_id text not null, day text not null, model text not null, client text not null, lost integer not null,
     ${SUMS},
     primary key (endpoint_id, day, model, client, lost)) without rowid`,
  `create table answers (
     id text not null primary key, answer_key text unique, client_name text not null,
     client_credential text not null, fingerprint text not null, protocol text not null, stream integer not null,
     started_at real not null, expires_at real not null, form text not null, status integer not null,
     headers text not null, body blob not null)`,
  'create index answers_by_expiry on answers (expires_at)',
  'create table named_states (name text not null primary key, json text not null) without rowid',
];

/** From this duration on, slow exchanges have an index of their own. */
export const SLOW_INDEX_MS = 10_000;

/** As records say it now: why the last attempt that failed did… */
const LAST_FAILURE = `select result from attempts where exchange_id = exchanges.id
     and result is not null and result not in ('answered', 'rejected', 'cancelled') order by n desc limit 1`;

/** …and else what the exchange's end says. */
const ENDING = `case delivery when 'delivered' then 'rejected' when 'left' then 'client-left' end`;

/**
 * Migration `2026-11-c-evidence`, never changed once released. `duration_ms` costs a row nothing: it is computed as it
 * is read. The columns behind `started_at` in an index spare rows that do not fit from being looked up. Of rows that
 * were there before, those that failed are marked so; what else is new is not known of them.
 */
export const EVIDENCE: readonly string[] = [
  ...[
    'route text',
    'attempt_count integer',
    'endpoint_id text',
    'first_event_ms real',
    'longest_silence_ms real',
    'cause text',
    'failed integer',
    'through_edge integer',
    'queued_ms real',
    'backoff_ms real',
    'left_ms real',
    'left_silent_ms real',
    'left_fate text',
    'client_patience_ms real',
    'heartbeats integer',
    'headers text',
    'duration_ms real generated always as (ended_at - started_at) virtual',
  ].map((column) => `alter table exchanges add column ${column}`),
  ...[
    'queued_ms real',
    'backoff_ms real',
    'dns_ms real',
    'tcp_ms real',
    'tls_ms real',
    'streamed integer',
    'timer text',
    'headers text',
    'said text',
  ].map((column) => `alter table attempts add column ${column}`),
  `update exchanges set failed = 1, cause = coalesce((${LAST_FAILURE}), error, ${ENDING}),
       attempt_count = (select count(*) from attempts where exchange_id = exchanges.id),
       endpoint_id = (select endpoint_id from attempts where exchange_id = exchanges.id order by n desc limit 1)
     where delivery <> 'running' and (delivery <> 'delivered' or status >= 400)`,
  // One that serves both: by client and model, it leaves out other models' rows without looking them up.
  'drop index exchanges_by_client',
  'drop index exchanges_by_client_start',
  'create index exchanges_by_client on exchanges (client, started_at, model)',
  `create index exchanges_failed on exchanges
     (started_at, cause, duration_ms, model, client, endpoint_id, attempt_count) where failed = 1`,
  `create index exchanges_slow on exchanges
     (started_at, duration_ms, model, client, endpoint_id, attempt_count) where duration_ms >= ${SLOW_INDEX_MS}`,
  `create index exchanges_by_cause on exchanges
     (cause, started_at, failed, duration_ms, model, client, endpoint_id, attempt_count) where cause is not null`,
];
